"""When the bot speaks in public and when it had better not."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.conduct import Conduct
from domain.values import Abuse, AnswerBy, Need, PostKind
from responder.plan import CaseFacts, Limits, Spoken, Subject, Withheld, plan
from responder.topics import Topic
from responder.wording import Memory

CONDUCT = Conduct(brand="Nord Parcel")
SUBJECT = Subject(
    kind=PostKind.MENTION,
    summoned=True,
    need=Need.COMPLAINT,
    answer_by=AnswerBy.BOT,
    abuse=Abuse.NONE,
    topic=Topic.REFUND,
    exposed=False,
    langs=("en", "en"),
)
CASE = CaseFacts(id=41)


def decide(
    subject: Subject = SUBJECT, case: CaseFacts = CASE, conduct: Conduct = CONDUCT, limits: Limits | None = None
) -> Spoken | Withheld | None:
    return plan(subject, case, conduct=conduct, memory=Memory(), limits=limits or Limits())


def test_a_complaint_is_acknowledged_in_its_language() -> None:
    said = decide(replace(SUBJECT, langs=("th", "en")))

    assert isinstance(said, Spoken)
    assert said.lang == "th"
    assert said.reason == "in th, about refund"


def test_a_language_without_words_gets_the_fallback_and_the_reason_says_so() -> None:
    said = decide(replace(SUBJECT, langs=("my", None)), conduct=Conduct(brand="Nord", fallback_lang="es"))

    assert isinstance(said, Spoken)
    assert said.lang == "es"
    assert said.reason == "no words in my, so in es, about refund"


def test_the_platforms_guess_helps_where_the_judge_has_none() -> None:
    said = decide(replace(SUBJECT, langs=("und", "km")))

    assert isinstance(said, Spoken)
    assert said.lang == "km"


@pytest.mark.parametrize(
    ("subject", "case", "reason"),
    [
        ({"answer_by": AnswerBy.PERSON}, {}, "only a person may answer this"),
        ({"answer_by": AnswerBy.NOBODY}, {}, "only a person may answer this"),
        ({"abuse": Abuse.OFFENSIVE, "topic": Topic.OTHER}, {}, "abuse that names no matter"),
        ({"summoned": False}, {}, "the author did not call us: a person answers in the platform's app"),
        ({}, {"with_people": True}, "the case is with people"),
    ],
)
def test_it_keeps_silent_and_says_why(subject: dict[str, object], case: dict[str, object], reason: str) -> None:
    withheld = decide(replace(SUBJECT, **subject), replace(CASE, **case))  # type: ignore[arg-type]

    assert withheld == Withheld(reason)


@pytest.mark.parametrize(
    ("subject", "case"),
    [
        ({"kind": PostKind.DIRECT}, {}),
        ({"need": Need.QUESTION}, {}),
        ({"need": Need.PRAISE}, {}),
        ({"need": Need.NOISE}, {}),
        ({}, {"acknowledged": True}),
    ],
)
def test_where_none_is_due_nothing_is_said(subject: dict[str, object], case: dict[str, object]) -> None:
    assert decide(replace(SUBJECT, **subject), replace(CASE, **case)) is None  # type: ignore[arg-type]


def test_rough_words_about_a_matter_are_a_complaint() -> None:
    assert isinstance(decide(replace(SUBJECT, abuse=Abuse.OFFENSIVE, topic=Topic.STAFF)), Spoken)


def test_who_shows_personal_data_is_asked_to_delete_the_post() -> None:
    said = decide(replace(SUBJECT, exposed=True))

    assert isinstance(said, Spoken)
    assert "personal details" in said.text
    assert "asks to delete personal data" in said.reason


def test_a_link_is_put_in_only_where_the_brand_wants_one_and_there_is_one() -> None:
    wanted = Conduct(brand="Nord Parcel", invite_link=True)
    there = Limits(link="https://x.com/messages/compose?recipient_id=1")

    with_link = decide(conduct=wanted, limits=there)

    assert isinstance(with_link, Spoken)
    assert with_link.text.endswith(there.link)
    for conduct, limits in ((CONDUCT, there), (wanted, Limits())):
        without = decide(conduct=conduct, limits=limits)
        assert isinstance(without, Spoken)
        assert "http" not in without.text


def test_where_nothing_fits_nothing_is_said() -> None:
    assert decide(limits=Limits(fits=lambda _: False)) == Withheld("no words of ours fit the channel")


@given(
    subject=st.builds(
        Subject,
        kind=st.sampled_from(PostKind),
        summoned=st.booleans(),
        need=st.sampled_from(Need),
        answer_by=st.sampled_from(AnswerBy),
        abuse=st.sampled_from(Abuse),
        topic=st.sampled_from(Topic),
        exposed=st.booleans(),
        langs=st.tuples(st.sampled_from(["en", "lo", "km", "my", "und", None])),
    ),
    case=st.builds(CaseFacts, id=st.integers(1, 9999), acknowledged=st.booleans(), with_people=st.booleans()),
)
def test_it_speaks_only_to_a_public_complaint_that_called_us_and_that_the_bot_may_answer(
    subject: Subject, case: CaseFacts
) -> None:
    if isinstance(decide(subject, case), Spoken):
        assert subject.kind is not PostKind.DIRECT
        assert subject.summoned
        assert subject.answer_by is AnswerBy.BOT
        assert subject.need in (Need.COMPLAINT, Need.URGENT)
        assert not case.acknowledged
        assert not case.with_people
