"""Varied posts for training: what must not move a verdict, a handle or a first name, is changed. Changes no label."""

import random
import re
from dataclasses import replace
from functools import cache

from moderation.training.data import Example

HANDLE = "@user"  # what `normalise` makes of any
DROPPED, ADDED = 0.35, 0.2  # share of posts with a handle that lose it, and of those without that get one
EXCHANGED = 0.7  # share of posts with a first name in which each name becomes another
SIGNED = 0.08  # share of posts that begin or end with a first name

# First names of many origins, a line a script. None of those by which fairness is measured (moderation/measure).
NAMES = (
    """Aaron Abdullah Abebe Adwoa Afonso Agata Aishwarya Akira Akua Alejandra Alice Amelia Amina Amir Anders Andreas
    Anil Anita Anneke Antje Antonio Arash Arjun Arturo Asha Astrid Ayodele Azadeh Bartosz Beatrice Benedikt Berat
    Birgit Bogdan Burak Carlos Caroline Cem Cengiz Charlotte Chinonso Claire Clara Daniela Dario David Deepak
    Deniz Diego Dilek Dorota Eduardo Elisa Emeka Emil Enrique Erik Esra Esther Eva Ewa Fadi Farid Farida Felipe
    Femi Filip Florian Francesca Franziska Frida Gabriela Giovanni Grace Greta Gustavo Hakan Hamza Hanna Hans
    Haruto Hassan Heike Helena Henrik Hiroshi Hugo Ibrahim Ikram Imran Ines Ingrid Ioana Isabel Ismail Ivana Jaroslav
    Javid Jessica Jelena Jens Jiho Joaquim Johanna Jonas Jorge Josef Juliana Kareem Karin Karolina Katarina
    Katharina Kaveh Keisha Kenji Khadija Kiran Kofi Kojo Kwabena Larisa Latoya Laura Leila Leonardo Lucia
    Ludovic Luis Lukas Magda Maja Malik Manuela Marcin Marco Marek Mariam Martin Mateo Mathieu Meera Mercy
    Michelle Miguel Mihai Milan Minji Miriam Monika Moritz Mustafa Nadine Naoko Natalia Nikhil Nikolai
    Nikola Nkechi Noah Nour Olga Oluwaseun Oscar Pablo Paolo Patrick Paula Pavel Pedro Petra Philipp Piotr Pooja
    Rachel Rahul Ramon Rania Ravi Ricardo Rohan Roberto Ruth Sabine Sadio Sakura Samira Samuel Sandeep Sandra Sanjay
    Sara Selin Serkan Shanice Sibel Silvia Simon Simone Sofia Stelian Sunita Suresh Svetlana Tadeusz Takeshi
    Tamara Tariq Tendai Teresa Thandiwe Thiago Tobias Tomasz Uchenna Ursula Valentina Veronica Viktor
    Vikram Vincent Volkan Wanjiku Wojciech Xavier Yara Yaw Yuki Yusuf Yvonne Zainab Zuzana""",
    """Абдулла Алексей Алина Анара Арсен Артур Богдан Вадим Валентина Василий Виктория Виталий Давид Данияр
    Диана Динара Евгений Екатерина Игорь Ильдар Инна Кирилл Лейла Лилия Людмила Максим Марат Махмуд Нурлан
    Оксана Олександра Остап Павел Раиса Ринат Роман Самвел Сергей Тарас Тимофей Ульяна Фарид Шамиль Юлия Ярослав""",
    """أيمن إبراهيم إسراء أنطون جورج جيانغ حسام حمزة خالد ديفيد راجيش رامي رانيا ربيع رنا زينب سامي سعاد سلمى
    شربل صوفيا طارق عبدالله عثمان عمار غادة فرانسوا فيصل كوفي لمياء ليلى ماريا مايكل مصطفى منى
    مينا نادية هالة هناء وائل ياسر يوسف""",
    """अंजलि अब्दुल अमनदीप अमित अर्चना असलम एंथनी कविता किरण गुरप्रीत जावेद डेविड दीपक नरगिस
    निखिल पूजा फ़ैज़ल मनप्रीत मारिया मीना मुस्तफ़ा रवि रूबीना रोहित लतीफ़ विकास शबाना शालिनी सलमा सारा
    सिमरन सुनील सुरेश हरमन""",
)


@cache
def parted() -> tuple[tuple[str, ...], ...]:
    """Give the first names, by script; the Latin ones first."""
    return tuple(tuple(line.split()) for line in NAMES)


@cache
def lists() -> dict[str, tuple[str, ...]]:
    """Give for each first name the list of its script."""
    return {name: names for names in parted() for name in names}


@cache
def named() -> re.Pattern[str]:
    """Match any of the first names as a word of its own."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, lists()))})(?!\w)")


def varied(example: Example, rng: random.Random) -> Example:
    """Give a post as it is, or with a handle more or less and with other first names; its labels are kept."""
    text = example.text
    if HANDLE in text:
        if rng.random() < DROPPED:
            text = " ".join(text.replace(HANDLE, " ").split()) or text
    elif rng.random() < ADDED:
        text = f"{HANDLE} {text}"
    if rng.random() < EXCHANGED:
        text = named().sub(lambda found: rng.choice(lists()[found[0]]), text)
    if rng.random() < SIGNED:
        name = rng.choice(rng.choice(scripts(text)))
        text = rng.choice((f"{text} – {name}", f"{text} {name}", f"{name}: {text}", f"{name}, {text}"))
    return replace(example, text=text)


def scripts(text: str) -> list[tuple[str, ...]]:
    """Give the lists of names that fit a text's letters; the Latin ones where no other does."""
    latin, *others = parted()
    return [names for names in others if set("".join(names)) & set(text)] or [latin]
