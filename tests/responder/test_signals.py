"""What a customer wants of the assistant itself, in any language."""

from pathlib import Path

import pytest

from responder.language import available, stops_beside
from responder.signals import Signals, read, stops_in_public

PERSON = [
    "a person, please",
    "I want to talk to a real person",
    "quiero hablar con una persona",
    "ขอคุยกับเจ้าหน้าที่ค่ะ",
    "ຂໍລົມກັບພະນັກງານແດ່",
    "ខ្ញុំចង់និយាយជាមួយបុគ្គលិក",
    "ஊழியரிடம் பேச வேண்டும்",
    "ich möchte mit einem Menschen sprechen",
    "je veux parler à quelqu'un",
    "quero falar com alguém",
    "voglio parlare con un operatore",
    "ik wil iemand spreken",
    "saya mau bicara dengan petugas",
    "cho tôi gặp nhân viên",
    "müşteri temsilcisi istiyorum",
    "أريد التحدث مع موظف",
    "किसी इंसान से बात करनी है",
    "担当者と話したいです",
]
BOT = [
    "are you a bot?",
    "Is this a real person?",
    "¿eres un robot?",
    "เป็นบอทหรือเปล่าคะ",
    "ເຈົ້າແມ່ນບອດບໍ່",
    "តើអ្នកជាមនុស្សឬ bot",
    "நீங்கள் ரோபோவா?",
    "bist du ein Bot?",
    "êtes-vous un robot ?",
    "você é um robô?",
    "ben je een bot?",
    "ini bot ya?",
    "bạn là bot à?",
    "bot musunuz?",
    "هل انت روبوت؟",
    "क्या आप रोबोट हैं",
    "ボットですか？",
]
STOP = [
    "STOP",
    "stop!",
    "Unsubscribe",
    "alto",
    "หยุด",
    "ຢຸດ",
    "ឈប់",
    "நிறுத்து",
    "DUR",
    "إيقاف",
    "dừng",
    "berhenti",
    "停止",
]


@pytest.mark.parametrize("text", PERSON)
def test_who_asks_for_a_person_is_understood(text: str) -> None:
    assert read(text).person


@pytest.mark.parametrize("text", BOT)
def test_who_asks_whether_it_is_a_machine_is_understood(text: str) -> None:
    heard = read(text)

    assert heard.bot
    assert not heard.person


@pytest.mark.parametrize("text", STOP)
def test_a_stop_word_alone_means_stop(text: str) -> None:
    assert read(text).stop


@pytest.mark.parametrize(
    "text",
    [
        "please stop sending me the wrong item",
        "the bus did not stop at my stop",
        "I'll stop by tomorrow",
        "my order 88213",
        "ขอบคุณค่ะ",
        "",
    ],
)
def test_a_stop_word_within_a_story_does_not(text: str) -> None:
    assert not read(text).stop


@pytest.mark.parametrize("text", ["Stop messaging me!", "no me escriban", "อย่าส่งข้อความมาอีก", "don’t contact me again"])
def test_a_plain_wish_for_silence_does(text: str) -> None:
    assert read(text).stop


@pytest.mark.parametrize("text", ["call me at 5", "llámenme por favor", "โทรกลับด้วยค่ะ", "rufen Sie mich an"])
def test_who_wants_a_call_is_understood(text: str) -> None:
    assert read(text).callback


def test_a_plain_matter_asks_for_nothing() -> None:
    assert read("third day without my parcel, order 88213") == Signals()


def test_in_public_only_unmistakable_words_stop_the_bot() -> None:
    assert stops_in_public("@brand STOP")
    assert not stops_in_public("@brand ¡basta!")
    assert not stops_in_public("@brand stop losing my parcels")


STOP_ELSEWHERE = {
    "bn": ["বন্ধ করুন", "আমাকে আর মেসেজ করবেন না"],
    "fil": ["itigil", "huwag mo na akong i-message please"],
    "ko": ["그만하세요", "이제 메시지 보내지 마세요"],
    "my": ["ရပ်ပါ", "ကျေးဇူးပြု၍ စာမပို့ပါနဲ့"],
    "pl": ["Przestańcie!", "proszę, nie piszcie do mnie"],
    "ru": ["СТОП", "пожалуйста, не пишите мне"],
    "uk": ["Досить.", "будь ласка, не пишіть мені"],
    "zh": ["停止", "请不要再给我发消息了"],
}


@pytest.mark.parametrize(("lang", "text"), [(lang, text) for lang, texts in STOP_ELSEWHERE.items() for text in texts])
def test_a_stop_is_understood_in_languages_we_do_not_speak(lang: str, text: str) -> None:
    assert lang not in available()
    assert read(text).stop


def test_every_language_of_the_corpus_knows_how_to_stop_us() -> None:
    corpus = {path.stem for path in (Path(__file__).parents[2] / "moderation/training/corpus").glob("*.tsv")}

    # who speaks these writes Indonesian beside them, and is stopped in it
    beside_indonesian = {"ace", "ban", "bbc", "bjn", "bug", "jv", "mad", "min", "nij", "su"}
    assert len(corpus) == 35
    assert corpus - beside_indonesian == available() | set(stops_beside())
    assert all(whole and phrases for whole, phrases in stops_beside().values())


@pytest.mark.parametrize(
    "text", ["посылка не пришла, хватит ждать уже неделю", "배송이 중지되었어요 왜요", "停电了怎么办"]
)
def test_a_complaint_with_such_a_word_in_it_is_no_stop(text: str) -> None:
    assert not read(text).stop
