"""What a value says about who gave it: secrets link, what many may have or anybody may read does not."""

from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responder.identity_clues import (
    ASKED_AT_MOST,
    PHONE_IS_SHARED,
    ROLE_IS_SHARED,
    SHORT_IS_COMMON,
    Finding,
    Value,
    Weight,
    best,
    read,
    weigh,
)


@dataclass(frozen=True)
class Said:
    author_id: int
    post_id: int = 0
    kind: str = "order"
    weak: str = ""
    private: bool = True


ANA, BO = Said(1, 11), Said(2, 22)


def found(*given: Said, same_channel: bool = False) -> Finding:
    return weigh(given, 1, 2, same_channel=same_channel)


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("order", "NP-882134", "np 882134"),
        ("order", "NP-882134", "#NP882134"),
        ("order", "８８２１３４", "882134"),
        ("order", "៨៨២១៣៤", "882134"),
        ("email", "Ana.B@Example.IO", " ana.b@example.io "),
        ("email", "ana@brand.example.", "ana@brand.example"),
        ("phone", "+49 30 901820", "49-30-901820"),
    ],
)
def test_one_value_has_one_spelling(kind: str, one: str, other: str) -> None:
    first, second = read(kind, one), read(kind, other)

    assert first is not None
    assert first == second


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("order", "NP-882134", "NP-882135"),
        ("order", "NP-882134", "882134"),
        ("email", "ana@mail.org", "ana@mail.com"),
        ("email", "ana+shop@mail.org", "ana@mail.org"),
    ],
)
def test_what_differs_stays_different(kind: str, one: str, other: str) -> None:
    assert read(kind, one) != read(kind, other)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("order", "000000"),
        ("order", "123456"),
        ("order", "654321"),
        ("order", "NP-111111"),
        ("order", "20261120"),
        ("order", "20112026"),
        ("order", "31.12.2026"),
        ("order", "AB12"),
        ("order", ""),
        ("email", "me@example.com"),
        ("email", "not an address"),
        ("email", "@mail.org"),
        ("email", "ana@localhost"),
        ("phone", "1234567"),
        ("phone", "12"),
        ("matter", "my parcel 882134"),
        ("callback", "wanted"),
    ],
)
def test_stand_ins_dates_and_stories_tell_nobody_apart(kind: str, text: str) -> None:
    assert read(kind, text) is None


@pytest.mark.parametrize(
    "address",
    [
        "info@firm.org",
        "Support@firm.org",
        "office2@firm.org",
        "sales+eu@firm.org",
        "no-reply@firm.org",
        "customer.service@firm.org",
        "family@smith.org",
        "42@firm.org",
    ],
)
def test_an_address_several_people_read_is_weak(address: str) -> None:
    value = read("email", address)

    assert value is not None
    assert value.weak == ROLE_IS_SHARED


def test_a_persons_address_and_a_long_number_are_strong_a_short_one_and_a_telephone_weak() -> None:
    assert read("email", "ana.b@firm.org") == Value("email", "ana.b@firm.org")
    assert read("order", "88213-4") == Value("order", "882134")
    assert read("order", "88213") == Value("order", "88213", SHORT_IS_COMMON)
    assert read("phone", "030 5551 2345") == Value("phone", "3055512345", PHONE_IS_SHARED)


@given(kind=st.sampled_from(["order", "email", "phone", "matter"]), text=st.text(max_size=40))
def test_any_text_is_read_without_failing_and_the_spelling_reads_as_itself(kind: str, text: str) -> None:
    value = read(kind, text)

    if value is not None:
        again = read(kind, value.spelling)
        assert again is None or again.spelling == value.spelling


def test_what_two_gave_in_private_on_two_channels_links_them() -> None:
    finding = found(ANA, BO)

    assert finding.weight is Weight.LINK
    assert finding.evidence() == {"kind": "order", "posts": [11, 22]}
    assert finding.reason == "both gave the same order number in private"


@pytest.mark.parametrize(
    ("given", "same_channel", "reason"),
    [
        ((ANA, replace(BO, private=False)), False, "in public"),
        ((replace(ANA, private=False), ANA, BO), False, "in public"),
        ((ANA, replace(ANA, private=False), BO), False, "in public"),
        ((ANA, BO, Said(3)), False, "somebody else"),
        ((ANA, BO, Said(3, private=False)), False, "somebody else"),
        ((replace(ANA, weak=ROLE_IS_SHARED), replace(BO, weak=ROLE_IS_SHARED)), False, ROLE_IS_SHARED),
        ((ANA, BO), True, "same network"),
    ],
)
def test_whatever_makes_it_less_than_sure_has_a_person_asked(
    given: tuple[Said, ...], *, same_channel: bool, reason: str
) -> None:
    finding = found(*given, same_channel=same_channel)

    assert finding.weight is Weight.ASK
    assert reason in finding.reason


def test_what_is_said_in_public_after_both_had_told_it_takes_nothing_back() -> None:
    assert found(ANA, BO, replace(ANA, private=False), replace(BO, private=False)).weight is Weight.LINK


def test_what_was_only_said_in_public_and_what_many_gave_asks_nobody() -> None:
    many = (ANA, BO, *(Said(number) for number in range(3, ASKED_AT_MOST + 2)))

    assert found(replace(ANA, private=False), replace(BO, private=False)).weight is Weight.NOTHING
    assert found(*many).weight is Weight.NOTHING
    assert found(*many[:-1]).weight is Weight.ASK


def test_the_private_post_is_the_evidence_also_where_the_public_one_came_first() -> None:
    finding = found(replace(ANA, private=False, post_id=5), ANA, BO)

    assert finding.posts == (11, 22)


def test_what_weighs_most_counts() -> None:
    weak, strong = found(ANA, BO, same_channel=True), found(ANA, BO)

    assert best([weak, strong]) is strong
    assert best([]) is None


@given(
    given=st.lists(
        st.builds(
            Said,
            st.integers(1, 5),
            st.integers(1, 99),
            weak=st.sampled_from(["", ROLE_IS_SHARED]),
            private=st.booleans(),
        ),
        max_size=8,
    ),
    same=st.booleans(),
    half=st.integers(0, 8),
)
def test_only_two_strangers_to_everybody_else_who_both_kept_it_private_are_linked(
    given: list[Said], *, same: bool, half: int
) -> None:
    said = [*given[:half], ANA, *given[half:], BO]

    finding = weigh(said, 1, 2, same_channel=same)

    firsts = [next(each for each in said if each.author_id == who and each.private) for who in (1, 2)]
    open_before = any(not each.private for each in said[: max(said.index(each) for each in firsts)])
    sure = {each.author_id for each in said} == {1, 2} and not open_before and not same
    assert (finding.weight is Weight.LINK) == (sure and not any(each.weak for each in firsts))
