"""Words that give away languages as people type them in Latin letters, where detectors trained on books guess wrong.

Only words that are frequent in the one language and not words of another that is common in Latin letters.
"""

from collections.abc import Sequence

_WORDS = {
    "fil": """
        po opo ang yung mga nyo niyo naman lang kayo hindi wala walang meron dito pwede bakit kasi paano magkano sana
        talaga kahit pero namin natin nang nila siya sya akin salamat kapag gusto ayaw sobra sobrang tapos ngayon kanina
        bukas hanggang nga ilang anong ano saan kailan lods yan nito kong akong natanggap pang pong ninyo amin inyo
        beh huhu nyong kayong unsa moy naa bitin karon kaayo dili
    """,
    "id": """
        yang yg tidak gak nggak ngga enggak sudah udah udh belum blm saya gw gue kalian dong banget bgt sampai sampe
        kenapa gimana bagaimana tolong dengan dgn untuk utk dari tapi juga bisa jangan lagi kalo kalau karena krn masih
        mohon terima kasih barang aja doang nih sih deh kirim pesan padahal sekarang malah mbak gerai bukan ditunggu
        iki sing ora ning wis esih matur nuwun kula mesin kok jadi cuma emang bikin mana kapan gw lu akun besok
    """,
    "ms": """
        tak nak boleh awak korang macam takde ialah wang syarikat kereta telefon sila dah kerana kepada telah beliau kat
        takkan awek bila nanti penghantaran
    """,
    "hi": """
        hai nahi nahin kya mera meri aap bhai raha rahi rahe hua hui gaya gayi karo kijiye mein aur abhi kyun kyu koi
        kuch bhi wala wale wali paisa paise diya liya nhi yaar apna apne mujhe humein uska iska jaldi kitna karke
        chahiye sabko lekin matlab phir accha bahut bohot krdo rha rhi hota hoti karta karti baad saal bolta bolte jaata
        gye hogya hogaya unka tumhara hamara thoda kaise kabse wapas mere maine hoon bana mar
    """,
    "ta": """
        illa illai enna enga panna pannunga pannanum panni pannitu iruku irukku iruka romba unga naan vandhu vandha
        vandhuruchu poitu poguthu sollu solran solra sonna sonnanga epdi eppadi yaru yaaru andha antha indha intha oru
        dei machi kudu kudunga venum vendam mattum ippo inga anga theriyuma theriyuthu thirumba kaasu nalla seri ponga
        vaanga mokka semma pola naala irundhu vachirukeenga anupirukeenga avanga ivanga idhu adhu idhula enaku unaku
        mapla nandri dhan paathu vera sethu yaravadhu pakkam
    """,
    "km": """
        knhom nhom knom bong heuy haey nis doch aeng luy tenh kae jas mong oun knong tngai yub dour ches mles leng srok
        tov twea kmean neak smos monus hang bit lerng skin tmey derl chuy lok pseng khe ot jul kak sart
    """,
    "vi": """
        khong duoc minh roi nhung nguoi nhan giao gui cua ngay tien hoan dat toi vay sao nua chua lam
    """,
    "bn": """
        ami amar amader apnader apnara apni keno korben korun korchi korte taka hoy hoyni koto diye ekta kobe hocche
        hobe pai paini bolen kisu kichu onek dhonnobad
    """,
}
_LANGUAGE_OF: dict[str, set[str]] = {}
for _language, _text in _WORDS.items():
    for _word in _text.split():
        _LANGUAGE_OF.setdefault(_word, set()).add(_language)

ENOUGH = 2  # telling words; one alone may be a name or a slip
ENOUGH_SHARE = 0.12  # of all words


def told_by_words(words: Sequence[str]) -> str | None:
    """Name the language whose telling words stand in `words`, lower-case; None where none stands out."""
    counts: dict[str, int] = {}
    for word in words:
        for language in _LANGUAGE_OF.get(word, ()):
            counts[language] = counts.get(language, 0) + 1
    best = max(counts, key=lambda language: counts[language], default=None)
    if best is None or counts[best] < ENOUGH or counts[best] < ENOUGH_SHARE * len(words):
        return None
    return best if sum(count == counts[best] for count in counts.values()) == 1 else None
