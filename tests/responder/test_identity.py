"""One customer over channels: linked by their own word in private, asked about when less, and nobody is asked twice."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from domain.conduct import Conduct
from domain.sending import DeliveryKind
from responder import claims
from storage import authors, customers, erasure, linking, links
from storage.database import checkpoint, reading, sqlite_file, writing
from storage.deliveries import DROPPED
from storage.links import APART, LINK, UNLINK
from tests.responder.crossing import Crossing
from tests.responder.road import ROOMS

ORDER, MAIL = "NP-882134", "ana.b@mail.org"


@pytest.fixture
def crossing(engine: Engine) -> Crossing:
    return Crossing(engine)


def test_the_same_order_number_in_private_on_two_channels_makes_one_customer(crossing: Crossing) -> None:
    crossing.tells("x", "ana", order=ORDER)
    crossing.tells("facebook", "mrs.banana", order="np 882134")

    assert crossing.customer("x", "ana") == {"x:ana", "facebook:mrs.banana"}
    (link,) = crossing.ledger()
    assert (link.act, link.by, link.reason) == (LINK, "bot", "both gave the same order number in private")
    assert link.evidence == {"kind": "order", "posts": [1, 2]}


def test_an_address_links_as_well_and_three_channels_are_one_over_two_values(crossing: Crossing) -> None:
    crossing.tells("x", "ana", order=ORDER)
    crossing.tells("facebook", "mrs.banana", order=ORDER, email=MAIL)
    crossing.tells("instagram", "ana_pics", email="Ana.B@Mail.org")

    assert crossing.customer("instagram", "ana_pics") == {"x:ana", "facebook:mrs.banana", "instagram:ana_pics"}


def test_neither_the_ledger_nor_a_clue_holds_the_value(crossing: Crossing) -> None:
    crossing.tells("x", "ana", order=ORDER, email=MAIL)
    crossing.tells("facebook", "mrs.banana", order=ORDER, email=MAIL)

    kept = repr(crossing.ledger()) + repr(crossing.clues()) + repr(crossing.suggested())
    assert len(crossing.clues()) == 4
    for value in ("882134", MAIL):
        assert value.casefold() not in kept.casefold()


@pytest.mark.parametrize("public_first", [True, False])
def test_a_number_that_was_public_links_nobody_and_a_person_is_asked(crossing: Crossing, public_first: bool) -> None:  # noqa: FBT001
    says = [crossing.posts_about, crossing.tells]
    for say, who in zip(says if public_first else reversed(says), (("x", "ana"), ("facebook", "bo")), strict=True):
        say(*who, order=ORDER)

    (asked,) = crossing.suggested()
    assert crossing.ledger() == []
    assert "in public" in asked.reason


def test_a_number_its_owner_also_posted_in_public_links_nobody(crossing: Crossing) -> None:
    """Whoever gives it in private on another channel may have read it there."""
    crossing.posts_about("x", "ana", order=ORDER)
    crossing.tells("x", "ana", order=ORDER)
    crossing.tells("facebook", "a.stranger", order=ORDER)

    assert crossing.ledger() == []
    assert len(crossing.suggested()) == 1


def test_a_number_its_owner_posts_in_public_later_undoes_nothing(crossing: Crossing) -> None:
    crossing.tells("x", "ana", order=ORDER)
    crossing.tells("facebook", "mrs.banana", order=ORDER)
    crossing.posts_about("x", "ana", order=ORDER)

    assert crossing.customer("x", "ana") == {"x:ana", "facebook:mrs.banana"}


def test_a_number_a_third_one_posted_in_public_links_nobody(crossing: Crossing) -> None:
    crossing.posts_about("instagram", "gossip", order=ORDER)
    crossing.tells("x", "ana", order=ORDER)
    crossing.tells("facebook", "mrs.banana", order=ORDER)

    assert crossing.ledger() == []


def test_a_third_one_with_the_same_number_undoes_what_it_linked_and_a_person_is_asked(crossing: Crossing) -> None:
    crossing.tells("x", "ana", order=ORDER)
    crossing.tells("facebook", "bo", order=ORDER)
    linked = crossing.customer("x", "ana")
    crossing.tells("instagram", "cy", order=ORDER)

    assert linked == {"x:ana", "facebook:bo"}
    assert crossing.customer("x", "ana") == {"x:ana"}
    assert [row.act for row in crossing.ledger()] == [LINK, UNLINK]
    assert len(crossing.suggested()) == 3
    assert all("somebody else" in each.reason for each in crossing.suggested())


def test_another_value_of_their_own_keeps_them_linked_when_one_turns_out_to_be_shared(crossing: Crossing) -> None:
    crossing.tells("x", "ana", order=ORDER, email=MAIL)
    crossing.tells("facebook", "bo", order=ORDER, email=MAIL)
    crossing.tells("instagram", "cy", order=ORDER)

    assert crossing.customer("x", "ana") == {"x:ana", "facebook:bo"}


def test_what_a_person_confirmed_stays_linked_whoever_else_gives_the_number(crossing: Crossing) -> None:
    crossing.tells("x", "ana", order=ORDER)
    crossing.tells("facebook", "bo", order=ORDER)
    with writing(crossing.engine) as db:
        linking.link(db, 1, 2, by="person:mia", reason="", now=crossing.now)
    crossing.tells("instagram", "cy", order=ORDER)

    assert crossing.customer("x", "ana") == {"x:ana", "facebook:bo"}


def test_nobody_is_asked_about_a_number_that_many_give(crossing: Crossing) -> None:
    for number in range(8):
        crossing.tells(("x", "facebook", "instagram")[number % 3], f"somebody{number}", order=ORDER)

    assert [row.act for row in crossing.ledger()] == [LINK, UNLINK]
    assert len(crossing.suggested()) == 6  # among the first four


@pytest.mark.parametrize(
    ("channel", "given", "reason"),
    [
        ("facebook", {"phone": "+49 30 901820"}, "telephone"),
        ("facebook", {"email": "info@firm.org"}, "several people read"),
        ("facebook", {"order": "88213"}, "short"),
        ("x", {"order": ORDER}, "same network"),
    ],
)
def test_what_may_be_shared_has_a_person_asked(
    crossing: Crossing, channel: str, given: dict[str, str], reason: str
) -> None:
    crossing.tells("x", "ana", **given)
    crossing.tells(channel, "mrs.banana", **given)

    (asked,) = crossing.suggested()
    assert crossing.ledger() == []
    assert reason in asked.reason
    assert asked.case_id == crossing.case_of(channel, "mrs.banana")


def test_a_name_or_a_handle_alone_links_nobody_and_asks_nobody(crossing: Crossing) -> None:
    for channel in ("x", "facebook", "instagram"):
        crossing.on(channel, "ana_banana", "my parcel is late", name="Ana Banana")
        crossing.answer()

    assert crossing.ledger() == []
    assert crossing.suggested() == []


def test_who_was_said_to_be_two_is_never_linked_and_nobody_is_asked_again(crossing: Crossing) -> None:
    crossing.tells("x", "ana", phone="+49 30 901820")
    crossing.tells("facebook", "bo", phone="+49 30 901820")
    with writing(crossing.engine) as db:
        linking.apart(db, 1, 2, by="person:mia", reason="", now=crossing.now)
    crossing.tells("x", "ana", order=ORDER)
    crossing.tells("facebook", "bo", order=ORDER)

    assert [row.act for row in crossing.ledger()] == [APART]
    assert crossing.suggested() == []


def test_nobody_is_asked_what_a_person_has_said_before(crossing: Crossing) -> None:
    for channel, who in (("x", "ana"), ("facebook", "bo"), ("instagram", "cy")):
        crossing.on(channel, who, "my parcel is late")
    crossing.answer()
    with writing(crossing.engine) as db:
        linking.apart(db, 1, 2, by="person:mia", reason="", now=crossing.now)
        linking.link(db, 2, 3, by="person:mia", reason="", now=crossing.now)
    for channel, who in (("x", "ana"), ("facebook", "bo"), ("instagram", "cy")):
        crossing.tells(channel, who, phone="+49 30 901820")

    assert crossing.suggested() == []


def test_a_link_does_not_bring_together_two_identities_on_one_network_without_a_person(crossing: Crossing) -> None:
    crossing.tells("x", "ana", order=ORDER)
    crossing.tells("x", "mother", email=MAIL)
    crossing.tells("facebook", "family.account", order=ORDER, email=MAIL)

    assert len(crossing.customer("facebook", "family.account")) == 2
    assert len(crossing.suggested()) == 1


# --- what follows from being one


def test_what_was_told_on_one_channel_is_not_asked_on_another(crossing: Crossing) -> None:
    crossing.tells("x", "ana", order=ORDER, email=MAIL)
    crossing.on("facebook", "mrs.banana", f"me again: {MAIL}", given={"email": MAIL})
    crossing.answer()
    crossing.on("facebook", "mrs.banana", "my parcel is late, third day already")
    crossing.answer()

    alone = Crossing(crossing.engine)
    alone._ids = iter(range(100, 200))
    alone.on("facebook", "somebody.else", "my parcel is late, third day already")
    alone.answer()
    asked = {row.author_id: row.extra.get("asks", []) for row in crossing.said(DeliveryKind.MESSAGE)}
    assert asked[crossing.author("facebook", "mrs.banana").id] == []
    assert asked[crossing.author("facebook", "somebody.else").id] == ["order"]


def test_what_was_told_elsewhere_is_shown_to_the_team_and_never_said_to_the_customer(crossing: Crossing) -> None:
    crossing.tells("x", "ana", order=ORDER, email=MAIL)
    crossing.tells("facebook", "mrs.banana", email=MAIL)
    crossing.wait(hours=1)
    crossing.on("facebook", "mrs.banana", "@brand another late parcel", private=False)
    crossing.answer()

    number = crossing.case_of("facebook", "mrs.banana")
    card = crossing.card(f"case-{number}:alert")
    words = " ".join(crossing.messages() + crossing.replies())
    assert card.also[0].startswith("Also on X: 1 case, 1 open")
    assert "Told on X: order: [order …34]; email: [email]" in card.also[1]
    assert "882134" not in str(card)
    assert "88" not in words
    assert MAIL not in words


def test_an_old_order_is_about_an_old_matter_and_an_address_stays_true(crossing: Crossing) -> None:
    crossing.tells("x", "ana", order=ORDER, email=MAIL)
    crossing.wait(days=31)
    crossing.on("facebook", "mrs.banana", f"hello, parcel late again, {MAIL}", given={"email": MAIL})
    crossing.answer()

    (message,) = [row for row in crossing.said(DeliveryKind.MESSAGE) if row.via == "facebook"]
    assert crossing.customer("x", "ana") == {"x:ana", "facebook:mrs.banana"}
    assert message.extra["asks"] == ["order"]


def test_who_has_another_case_of_the_customer_is_named_and_claims_stay_with_their_case(crossing: Crossing) -> None:
    crossing.tells("x", "ana", order=ORDER)
    first = crossing.case_of("x", "ana")
    with writing(crossing.engine) as db:
        claims.take(db, first, "person:U0MIA", now=crossing.now)
    crossing.tells("facebook", "mrs.banana", order=ORDER)

    second = crossing.case_of("facebook", "mrs.banana")
    card = crossing.card(f"case-{second}:alert")
    assert f"Case {first} on X is held by person:U0MIA" in card.also
    assert crossing.case(second).claimed_by is None
    assert len([row for row in crossing.said(DeliveryKind.MESSAGE) if row.case_id == second]) == 1


def test_somebody_elses_case_on_the_same_channel_is_named_too(crossing: Crossing) -> None:
    crossing.on("x", "ana", "@brand parcel late", private=False)
    crossing.answer()
    with writing(crossing.engine) as db:
        claims.take(db, 1, "person:U0MIA", now=crossing.now)
    crossing.on("x", "ana", "@brand and the invoice is wrong", private=False)
    crossing.answer()

    assert crossing.card("case-2:alert").also == ("Case 1 on X is held by person:U0MIA",)


def test_stop_on_one_channel_counts_on_the_others_for_as_long_as_they_are_linked(crossing: Crossing) -> None:
    crossing.tells("x", "ana", order=ORDER)
    crossing.tells("facebook", "mrs.banana", order=ORDER)
    crossing.on("x", "ana", "STOP")
    crossing.answer()
    crossing.on("facebook", "mrs.banana", "@brand third day without my parcel", private=False)
    crossing.answer()
    with writing(crossing.engine) as db:
        linking.unlink(db, 1, 2, by="person:mia", reason="", now=crossing.now)
    crossing.on("facebook", "mrs.banana", "@brand and another late parcel", private=False)
    crossing.answer()

    silent, spoken = (row for row in crossing.said(DeliveryKind.REPLY))
    assert (silent.state, silent.why) == (DROPPED, "opted-out")
    assert spoken.state != DROPPED


def test_stop_in_public_silences_the_linked_one_in_the_same_batch(crossing: Crossing) -> None:
    crossing.tells("x", "ana", order=ORDER)
    crossing.tells("facebook", "mrs.banana", order=ORDER)
    crossing.on("x", "ana", "@brand STOP", private=False)
    crossing.on("facebook", "mrs.banana", "@brand third day without my parcel", private=False)
    crossing.answer()

    assert {row.why for row in crossing.said(DeliveryKind.REPLY) if row.via == "facebook"} == {"opted-out"}


@pytest.mark.parametrize("link", [True, False])
def test_the_limit_of_an_hour_counts_over_all_identities(engine: Engine, link: bool) -> None:  # noqa: FBT001
    crossing = Crossing(engine, conduct=Conduct(brand="Nord Parcel", rooms=ROOMS, per_author_hour=2))
    for channel, who in (("x", "ana"), ("facebook", "mrs.banana")):
        crossing.on(channel, who, "@brand third day without my parcel", private=False)
    crossing.answer()
    if link:
        with writing(engine) as db:
            linking.link(db, 1, 2, by="person:mia", reason="", now=crossing.now)
    crossing.on("facebook", "mrs.banana", "@brand nor my invoice", private=False)
    crossing.answer()

    rows = [row for row in crossing.said(DeliveryKind.REPLY) if row.via == "facebook"]
    assert [row.why for row in rows] == ["", "author-cap" if link else ""]


def test_in_private_too_the_linked_ones_stop_and_the_words_they_had_count(engine: Engine) -> None:
    crossing = Crossing(engine, conduct=Conduct(brand="Nord Parcel", rooms=ROOMS, per_author_hour=2))

    def writes(channel: str, who: str, text: str) -> None:
        crossing.on(channel, who, text)
        crossing.answer()
        crossing.deliver()

    for channel, who in (("x", "ana"), ("facebook", "mrs.banana")):
        writes(channel, who, "my parcel is late, third day already")
    with writing(engine) as db:
        linking.link(db, 1, 2, by="person:mia", reason="", now=crossing.now)
    writes("facebook", "mrs.banana", "I cannot find the number of the order anywhere")
    crossing.wait(hours=2)
    writes("x", "ana", "STOP")
    writes("facebook", "mrs.banana", "so what happens with my late parcel now?")

    rows = [row for row in crossing.said(DeliveryKind.MESSAGE) if row.via == "facebook"]
    assert [row.why for row in rows] == ["", "author-cap", "opted-out"]


# --- forgetting


def test_no_digest_link_or_line_of_a_forgotten_person_is_left(crossing: Crossing) -> None:
    crossing.tells("x", "ana", order=ORDER, email=MAIL)
    crossing.tells("facebook", "mrs.banana", order=ORDER)
    crossing.wait(hours=1)
    crossing.on("facebook", "mrs.banana", "@brand another late parcel", private=False)
    crossing.answer()
    digests = [clue.digest for clue in crossing.clues() if clue.author_id == 1]
    shown = crossing.card(f"case-{crossing.case_of('facebook', 'mrs.banana')}:alert").also

    with writing(crossing.engine) as db:
        forgotten = erasure.forget(db, "x", "ana", now=crossing.now)

    assert (len(digests), len(shown)) == (2, 2)
    assert forgotten.linked == {2}
    assert crossing.customer("facebook", "mrs.banana") == {"facebook:mrs.banana"}
    assert all(card.also == () for card in crossing.cards())
    only_hers = [clue.digest for clue in crossing.clues()]
    assert _bytes_left(crossing.engine, *(set(digests) - set(only_hers)), "[order …34]; email") == []


def test_who_was_forgotten_comes_back_as_somebody_new(crossing: Crossing) -> None:
    crossing.tells("x", "ana", order=ORDER)
    crossing.tells("facebook", "mrs.banana", order=ORDER)
    with writing(crossing.engine) as db:
        erasure.forget(db, "x", "ana", now=crossing.now)
    crossing.on("x", "ana", "@brand hello again, my parcel is late", private=False)
    crossing.answer()

    assert crossing.customer("x", "ana") == {"x:ana"}
    with reading(crossing.engine) as db:
        found = authors.find(db, "facebook", "mrs.banana")
        assert found is not None
        assert not customers.opted_out(db, links.members(db, {found.id})[found.id])


def _bytes_left(engine: Engine, *needles: str) -> list[str]:
    assert checkpoint(engine)
    file = sqlite_file(engine.url)
    assert file is not None
    content = b"".join(path.read_bytes() for path in file.parent.glob(f"{file.name}*"))
    return [needle for needle in needles if needle.encode() in content]


def test_two_channels_write_in_one_batch_and_are_linked_in_it(crossing: Crossing) -> None:
    crossing.on("x", "ana", f"late, order {ORDER}", given={"order": ORDER})
    crossing.on("facebook", "mrs.banana", f"late, order {ORDER}", given={"order": ORDER})
    crossing.now += timedelta(seconds=1)
    crossing.answer()

    assert crossing.customer("x", "ana") == {"x:ana", "facebook:mrs.banana"}
