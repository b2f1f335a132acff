"""Topics: what a customer's matter is about, as far as words tell. Names it; judges and answers nothing."""

from collections import defaultdict
from collections.abc import Mapping
from enum import StrEnum

from responder.language import Words, comparable, words


class Topic(StrEnum):
    """What a matter is about. Every language has a name for each."""

    LATE_DELIVERY = "late_delivery"
    LOST_DAMAGED = "lost_damaged"
    REFUND = "refund"
    PAYMENT = "payment"
    ACCOUNT = "account"
    APP = "app"
    OUTAGE = "outage"
    STAFF = "staff"
    QUALITY = "quality"
    CANCELLATION = "cancellation"
    WRONG_ITEM = "wrong_item"
    WAITING = "waiting"
    BOOKING = "booking"
    SAFETY = "safety"
    OTHER = "other"  # no word of ours tells


ORDER, EMAIL, PHONE, MATTER, CALLBACK = "order", "email", "phone", "matter", "callback"
"""Kinds of facts."""

NEEDS: Mapping[Topic, str] = {
    Topic.LATE_DELIVERY: ORDER,
    Topic.LOST_DAMAGED: ORDER,
    Topic.REFUND: ORDER,
    Topic.PAYMENT: ORDER,
    Topic.ACCOUNT: EMAIL,
    Topic.QUALITY: ORDER,
    Topic.CANCELLATION: ORDER,
    Topic.WRONG_ITEM: ORDER,
    Topic.WAITING: ORDER,
    Topic.BOOKING: ORDER,
    Topic.SAFETY: PHONE,  # a sensitive matter is better spoken about
    Topic.OTHER: ORDER,
}
"""What a person must know to help, beside what happened. A topic that is not here needs nothing more."""

# danger outweighs all else; "flight" and "room" name the trade more often than the trouble
_WEIGHTS: Mapping[str, float] = {Topic.SAFETY: 2.0, Topic.BOOKING: 0.6}
_SURE = 2  # letters: below, a word tells too little
_ENGLISH = "en"


def detect(text: str, known: Words) -> Topic:
    """Name what `text` is about: the topic most of whose words are there, longer ones counting for more.

    English words are looked for where the language's own tell nothing: "app", "refund" and the like travel.
    """
    plain = comparable(text)
    found = _best(plain, known)
    if found is None and known.lang != _ENGLISH:
        found = _best(plain, words(_ENGLISH))
    return found or Topic.OTHER


def _best(plain: str, known: Words) -> Topic | None:
    weights: defaultdict[str, float] = defaultdict(float)
    for needle, topic in known.topics:
        if needle in plain:
            weights[topic] += len(needle.strip()) * _WEIGHTS.get(topic, 1.0)
    if not weights:
        return None
    topic = max(weights, key=lambda topic: weights[topic])
    return Topic(topic) if weights[topic] >= _SURE else None
