"""What is heard: each post once, however it comes, and told as soon as it is heard."""

from datetime import timedelta

import pytest

from domain.sending import DeliveryKind
from tests.walks.street import Street


def test_a_post_found_by_mention_and_by_search_is_one_post_and_one_case(street: Street) -> None:
    street.post("ana", "@NordParcel hello nordparcel, my parcel is late", lang="en")

    street.wait(minutes=7)

    assert [post.text for post in street.posts() if not post.own] == ["@NordParcel hello nordparcel, my parcel is late"]
    assert len(street.cases()) == 1
    assert len(street.answers()) == 1
    assert len(street.deliveries("alert")) == 1


def test_the_team_is_told_in_the_round_in_which_a_post_is_fetched(street: Street) -> None:
    street.round()
    street.skip(seconds=1)
    street.post("ana", "@NordParcel my parcel is late", lang="en")
    appeared = street.clock.now

    street.wait(seconds=60)

    heard = next(post for post in street.posts())
    alert = street.delivery("case-1:alert")
    assert heard.heard_at - appeared <= timedelta(seconds=60)
    assert alert.planned_at == heard.heard_at
    assert alert.sent_at == heard.heard_at


def test_a_post_the_network_shows_late_is_told_when_it_is_shown(street: Street) -> None:
    street.round()
    street.post("ana", "@NordParcel my parcel is late", lang="en", index_after=timedelta(minutes=4))
    street.post("bo", "@NordParcel my parcel is late too", lang="en")
    street.wait(minutes=2)
    first = [case.id for case in street.cases()]

    street.wait(minutes=4)

    assert len(first) == 1
    assert len(street.cases()) == 2
    assert {answer.text.split()[0] for answer in street.answers()} == {"@ana", "@bo"}


def test_a_post_deleted_before_its_answer_goes_is_not_answered_and_its_words_are_forgotten(street: Street) -> None:
    street.world.x.fault("GET /2/tweets", "vanish", after=0)
    street.post("ana", "@NordParcel my blue parcel is late", lang="en")

    street.wait(minutes=2)

    acknowledge = street.delivery("case-1:acknowledge")
    assert street.answers() == []
    assert (acknowledge.state, acknowledge.why) == ("dropped", "post-gone")
    assert [post.text for post in street.posts()] == [""]
    assert "my blue parcel" not in str(street.alert().blocks)


def test_a_post_edited_before_its_answer_goes_is_looked_at_by_a_person(street: Street) -> None:
    post = street.post("ana", "@NordParcel my parcel is late", lang="en")
    street.world.x.fault(f"GET /2/tweets(/{post})?$", "edited")

    street.wait(minutes=5)

    acknowledge = street.delivery("case-1:acknowledge")
    assert street.answers() == []
    assert (acknowledge.state, acknowledge.why) == ("held", "post-edited")
    assert sum("Approve this" in each.text for each in street.thread(street.alert())) == 1


def test_an_edit_that_is_heard_later_joins_its_case_and_is_not_answered_again(street: Street) -> None:
    post = street.post("ana", "@NordParcel my parcel is late", lang="en")
    street.wait(minutes=1)

    street.world.x.edit(post, "@NordParcel my parcel is late and I want my money back")
    street.wait(minutes=3)

    assert len(street.cases()) == 1
    assert len(street.answers()) == 1
    assert "Changed their post" in street.said_to_team()


def test_several_posts_of_one_person_in_one_thread_are_one_case_and_one_answer(street: Street) -> None:
    first = street.post("ana", "@NordParcel my parcel is late", lang="en")
    street.post("ana", "@NordParcel and the parcel is a gift", lang="en", reply_to=first)
    street.wait(minutes=1)
    street.post("ana", "@NordParcel my poor parcel", lang="en", reply_to=first)

    street.wait(minutes=2)

    assert [case.posts for case in street.cases()] == [3]
    assert len(street.answers()) == 1
    assert [row.kind for row in street.deliveries() if row.via == "slack"] == [
        DeliveryKind.ALERT,
        DeliveryKind.NOTE,
        DeliveryKind.NOTE,
    ]


def test_a_storm_is_told_as_one_incident_and_each_is_still_answered(street: Street) -> None:
    for number in range(12):
        street.post(f"person{number}", f"@NordParcel no parcel today, number {number}", lang="en")

    street.wait(minutes=3)

    assert len(street.cases()) == 12
    assert len(street.answers()) == 12
    alerts = street.deliveries("alert")
    assert sum(row.key.startswith("incident") for row in alerts) == 1
    assert len(alerts) < 12
    assert len({answer.text.split(" ", 1)[1] for answer in street.answers()}) == 12


def test_an_item_nobody_can_read_is_set_aside_said_once_and_holds_up_nobody(street: Street) -> None:
    street.post("bo", "@NordParcel my parcel is late", lang="en", malformed=True)
    street.post("ana", "@NordParcel my parcel is late", lang="en")

    street.wait(minutes=4)

    assert street.books().unreadable == 1
    assert len(street.answers()) == 1
    assert "1 unreadable" in street.said_to_team()
    assert len([row for row in street.deliveries("alert") if row.key.startswith("health")]) == 1


def test_reposts_and_our_own_words_are_no_customers(street: Street) -> None:
    original = street.post("ana", "@NordParcel my parcel is late", lang="en")
    street.post("bo", "RT @ana: @NordParcel my parcel is late", lang="en", reposts=original)
    street.post("NordParcel", "every parcel of today is delivered, says @NordParcel", lang="en")

    street.wait(minutes=4)

    assert len(street.cases()) == 1
    assert len(street.answers(original)) == 1


@pytest.mark.parametrize("effect", ["revoked", "scope_lost"])
def test_a_right_that_is_lost_is_said_with_its_remedy_and_mended_by_a_new_start(street: Street, effect: str) -> None:
    street.wait(minutes=1)
    street.world.x.fault("GET .*mentions", effect, count=1)
    street.wait(minutes=2)
    stopped = street.sources()["mentions"].state
    street.post("ana", "@NordParcel my parcel is late", lang="en")

    street.open()
    street.wait(minutes=2)

    assert stopped == "stopped"
    assert "What to do" in street.said_to_team()
    assert len(street.answers()) == 1
