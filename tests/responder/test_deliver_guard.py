"""What may happen between a promise and its call: switches, people, edits, and time."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.conduct import Approval, Rooms
from domain.errors import Pause, Refused, Scope, Unavailable
from domain.history import EventKind
from domain.sending import DeliveryKind, Standing
from responder import decide, deliver
from responder.checks import LOOK_AGAIN
from responder.evidence import sending_switch
from responder.senders import LEASE, Sender
from storage import switches
from storage.cases import Case
from storage.database import writing
from storage.deliveries import DROPPED, HELD, READY, SENDING, SENT, UNKNOWN, Delivery
from storage.posts import Post
from tests.responder.network import Hurt
from tests.responder.promises import BRAND, House


def pause(house: House, *, on: bool = True) -> None:
    with writing(house.engine) as db:
        switches.turn(db, switches.PAUSED, on=on, by="person:U7", why="storm", now=house.now)


def take(house: House, case_id: int) -> None:
    with writing(house.engine) as db:
        db.get_one(Case, case_id).claimed_by = "person:U7"


def with_conduct(house: House, **changes: object) -> None:
    house.conduct = replace(house.conduct, **changes)  # type: ignore[arg-type]


def test_nothing_reaches_a_customer_while_the_stop_switch_is_on(house: House) -> None:
    case = house.customer()
    key = house.promise(case)
    alert = house.alert(case)
    pause(house)

    house.settle(hours=0.1)
    house.step("slack")

    assert (house.state(key), house.row(key).why) == (READY, "paused")
    assert house.state(alert) == SENT
    assert not house.network.said
    pause(house, on=False)
    house.wait(seconds=LOOK_AGAIN.total_seconds())
    house.step()
    assert house.state(key) == SENT


def test_a_wait_is_written_down_once_and_not_at_every_look(house: House) -> None:
    key = house.promise(house.customer())
    pause(house)

    house.settle(hours=0.1)

    assert [(kept.verdict, kept.rule) for kept in house.gatings(key)] == [("wait", "paused")]


def test_a_dry_run_decides_everything_and_sends_nothing(house: House) -> None:
    case = house.customer()
    key = house.promise(case)
    with_conduct(house, dry_run=True)

    house.step()

    assert (house.state(key), house.row(key).why) == (DROPPED, "dry-run")
    assert house.history(case)[-1].kind == EventKind.DROPPED
    assert not house.network.looks


def test_words_that_need_approval_are_held_the_team_is_told_and_the_person_lets_them_go(house: House) -> None:
    case = house.customer()
    key = house.promise(case)
    with_conduct(house, approval=Approval.PUBLIC)

    house.step()
    held = house.row(key)
    with writing(house.engine) as db:
        assert decide.approve(db, held.id, by="person:U7", now=house.now)
    house.step()

    assert (held.state, held.why) == (HELD, "approval")
    assert house.state(key) == SENT
    assert [event.kind for event in house.history(case)] == [EventKind.HELD, EventKind.APPROVED, EventKind.SENT]


def test_a_person_who_takes_the_case_silences_the_bot_at_once(house: House) -> None:
    case = house.customer()
    key = house.promise(case)
    take(house, case)

    house.step()

    assert (house.state(key), house.row(key).why) == (DROPPED, "person-has-case")


def test_a_person_who_takes_the_case_while_we_look_at_the_post_is_in_time(house: House) -> None:
    case = house.customer()
    key = house.promise(case)
    house.network.look_hurts.append(Hurt(first=lambda: take(house, case)))

    house.step()

    row = house.row(key)
    assert (row.state, row.why, row.attempts, row.tried_at) == (DROPPED, "person-has-case", 0, None)
    assert not house.network.calls


def test_the_stop_switch_turned_while_we_look_at_the_post_is_in_time(house: House) -> None:
    key = house.promise(house.customer())
    house.network.look_hurts.append(Hurt(first=lambda: pause(house)))

    house.step()

    row = house.row(key)
    assert (row.state, row.why, row.not_before) == (READY, "paused", house.now + LOOK_AGAIN)
    assert not house.network.calls


def test_the_post_is_looked_at_just_before_it_is_answered(house: House) -> None:
    house.promise(house.customer())

    house.step()

    (seen,) = house.network.looks
    assert (seen.native_id, seen.author_id, seen.version_ids) == ("p-ana", "u-ana", ("p-ana",))
    assert seen.text  # where an edit keeps the id, the words tell


def test_an_edited_post_waits_for_a_person(house: House) -> None:
    case = house.customer()
    key = house.promise(case)
    house.network.standing = Standing.EDITED

    house.step()

    assert (house.state(key), house.row(key).why) == (HELD, "post-edited")
    assert house.gatings(key)[-1].instead == "read it again, then approve or drop the answer"
    assert not house.network.calls


def test_an_edit_we_heard_of_counts_even_where_the_look_does_not_show_it(house: House) -> None:
    case = house.customer()
    key = house.promise(case)
    house.customer(native_id="p-ana-2", logical_id="p-ana", version=2, conversation="p-ana")

    house.step()

    assert house.row(key).why == "post-edited"


def test_a_deleted_post_is_not_answered_and_its_words_are_forgotten(house: House) -> None:
    case = house.customer()
    key = house.promise(case)
    house.network.standing = Standing.GONE

    house.step()

    assert (house.state(key), house.row(key).why) == (DROPPED, "post-gone")
    with writing(house.engine) as db:
        post = db.get_one(Post, house.row(key).post_id)
        assert (post.text, post.gone_at) == ("", house.now)


def test_an_answer_given_in_the_platforms_app_is_not_doubled_by_the_bot(house: House) -> None:
    key = house.promise(house.customer())
    house.network.answered_by_us = True

    house.step()

    assert house.row(key).why == "answered-in-app"


def test_the_look_is_told_what_we_said_so_that_it_is_taken_for_nobody_elses(house: House) -> None:
    case = house.customer()
    first = house.promise(case)
    house.step()
    house.promise(case, "correct", automatic=False, by="person:1")

    house.step()

    before, after = house.network.looks
    assert (before.ours, after.ours) == ((), (house.row(first).native_id,))


def test_a_look_that_fails_sends_nothing_and_counts_no_attempt(house: House) -> None:
    key = house.promise(house.customer())
    house.network.look_hurts.append(Hurt(error=Unavailable("x", "bad gateway")))

    house.step()

    row = house.row(key)
    assert (row.state, row.attempts, row.failures) == (READY, 0, 1)
    house.settle(hours=0.1)
    assert house.network.count(key) == 1


def test_a_look_that_is_refused_because_the_post_is_gone_drops_the_answer(house: House) -> None:
    key = house.promise(house.customer())
    house.network.look_hurts.append(Hurt(error=Refused("x", "not found", rule="x.gone", gone=True)))

    house.step()

    assert (house.state(key), house.row(key).why) == (DROPPED, "x.gone")


def test_what_a_person_wrote_and_the_gate_refused_is_told_to_the_team(house: House) -> None:
    case = house.customer(summoned=False)
    key = house.promise(case, automatic=False, by="person:U7")

    house.step()

    assert (house.state(key), house.row(key).why) == (DROPPED, "not-summoned")
    assert house.cards()[-1].headline == "An answer was not sent"


def test_a_second_automatic_answer_in_a_case_is_refused_and_the_first_goes(house: House) -> None:
    case = house.customer()
    first = house.promise(case)
    second = house.promise(case, "again")

    house.settle(hours=0.1)

    assert [house.state(first), house.row(second).why] == [SENT, "already-answered"]


def test_one_private_message_of_theirs_gets_one_of_the_bots(house: House) -> None:
    case = house.customer()
    post = house.writes_privately()
    private = {"kind": DeliveryKind.MESSAGE, "target": "c-ana"}
    first = house.promise(case, "greet", post_id=post, **private)
    second = house.promise(case, "greet-again", post_id=post, **private)
    house.settle(hours=0.01)
    later = house.writes_privately(n=2)
    third = house.promise(case, "ask", post_id=later, **private)

    house.settle(hours=0.1)

    assert [house.state(first), house.row(second).why, house.state(third)] == [SENT, "one-message-each", SENT]


def test_nobody_is_written_to_in_private_before_they_wrote(house: House) -> None:
    key = house.promise(house.customer(), kind=DeliveryKind.MESSAGE, target="c-ana")

    house.step()

    assert house.row(key).why == "private-unopened"


def test_the_cap_holds_for_what_piled_up(house: House) -> None:
    with_conduct(house, per_author_hour=2)
    keys = []
    for n in range(4):
        case = house.customer(conversation=f"t{n}", native_id=f"t{n}")
        with writing(house.engine) as db:
            db.get_one(Case, case).state = "open"
        keys.append(house.promise(case, f"ack{n}", automatic=True, kind=DeliveryKind.REPLY))
        with writing(house.engine) as db:
            row = db.get_one(Delivery, house.row(keys[-1]).id)
            row.planned_at = house.now - timedelta(hours=8)
            row.case_id = None

    house.settle(hours=0.1)

    assert [house.state(key) for key in keys] == [SENT, SENT, DROPPED, DROPPED]


def test_a_sender_held_up_too_long_between_claim_and_call_gives_the_row_up(house: House) -> None:
    key = house.promise(house.customer())
    stopped = LEASE.total_seconds() / 2

    def sigstop() -> None:
        house.ticks += stopped

    house.network.look_hurts.append(Hurt(first=sigstop))
    house.step()

    row = house.row(key)
    assert (row.state, row.attempts, row.tried_at) == (READY, 0, None)
    assert not house.network.calls
    house.step()
    assert house.network.count(key) == 1


def test_a_sender_that_wakes_after_its_lease_was_taken_does_not_call(house: House) -> None:
    key = house.promise(house.customer())

    def sleep_past_the_lease() -> None:
        house.now += LEASE + timedelta(seconds=1)
        house.step()  # another worker

    house.network.look_hurts.append(Hurt(first=sleep_past_the_lease))
    house.step()

    assert house.state(key) == UNKNOWN
    assert not house.network.calls
    house.settle()
    assert (house.state(key), house.network.count(key)) == (SENT, 1)


def test_the_result_of_a_sender_that_was_given_up_is_ignored(house: House) -> None:
    key = house.promise(house.customer())

    def overtaken() -> None:
        with writing(house.engine) as db:
            row = db.get_one(Delivery, house.row(key).id)
            row.fence, row.why = row.fence + 1, "somebody else's"

    house.network.hurts.append(Hurt(effect=True, first=overtaken))
    house.step()

    assert (house.state(key), house.row(key).why, house.row(key).native_id) == (SENDING, "somebody else's", None)


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(hours=-1)])
def test_a_clock_that_jumps_while_the_platform_answers_changes_nothing(house: House, jump: timedelta) -> None:
    key = house.promise(house.customer())
    house.network.hurts.append(Hurt(effect=True, first=lambda: setattr(house, "now", house.now + jump)))

    house.step()
    house.settle()

    assert house.state(key) == SENT
    assert house.network.count(key) == 1


def test_two_workers_never_send_the_same_and_never_two_at_once(house: House) -> None:
    keys = [house.promise(house.customer(f"c{n}")) for n in range(12)]
    house.network.takes = 0.02
    failures: list[BaseException] = []

    def work() -> None:
        try:
            while house.step():
                pass
        except BaseException as exc:  # noqa: BLE001 - whatever a thread dies of is the test's business
            failures.append(exc)

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    house.settle(hours=0.1)

    assert not failures
    assert sorted(house.network.bodies()) == sorted(house.row(key).body for key in keys)
    assert {house.state(key) for key in keys} == {SENT}


def test_an_account_that_may_not_send_stops_says_so_once_and_goes_on_when_mended(house: House) -> None:
    keys = [house.promise(house.customer(name)) for name in ("ana", "ben")]
    locked = Refused("x", "the account is locked", rule="x.locked", scope=Scope.SENDING, remedy="Unlock it.")
    house.network.hurts += [Hurt(error=locked)]

    house.settle(hours=0.1)

    assert [house.state(key) for key in keys] == [READY, READY]
    assert house.network.calls == 1
    (card,) = house.cards()
    assert (card.headline, card.remedy) == ("x: may not send", "Unlock it. Then `sottovoce resume`.")
    with writing(house.engine) as db:
        assert switches.is_on(db, sending_switch("x", BRAND))
        assert decide.allow_sending(db, "x", BRAND, by="person:U7", now=house.now)
    house.settle(hours=0.1)
    assert [house.state(key) for key in keys] == [SENT, SENT]


def test_a_platform_that_wants_money_is_said_once_a_day(house: House) -> None:
    key = house.promise(house.customer())
    house.network.hurts += [Hurt(error=Unavailable("x", "out of credits", pause=Pause.MONEY))] * 3

    house.settle(hours=4)

    assert [card.headline for card in house.cards()] == ["x: out of credits"]
    assert (house.state(key), house.network.calls) == (SENT, 4)


def test_an_alert_without_a_room_goes_by_mail_alone(house: House) -> None:
    with_conduct(house, rooms=Rooms(mail="team@brand.example"))
    key = house.alert(house.customer(), target="")

    house.step("slack")
    house.step("mail")

    assert (house.state(key), house.row(key).why) == (DROPPED, "no room is set")
    assert house.post_office.orders[0].target == "team@brand.example"


def test_a_stage_without_its_carrier_says_which(house: House) -> None:
    with pytest.raises(KeyError, match="bluesky"):
        deliver.run_once(house.engine, via="bluesky", carriers={}, conduct=house.conduct)


def test_the_lock_of_one_account_holds_up_no_other(house: House) -> None:
    sender = Sender(
        engine=house.engine,
        via="x",
        carrier=house.network,
        conduct=house.conduct,
        clock=lambda: house.now,
        monotonic=lambda: 0.0,
    )

    with sender.speaking("1"), sender.speaking("2"):
        assert house.state(house.promise(house.customer())) != SENDING
