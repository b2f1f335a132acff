from domain.errors import Refused, Uncertain
from domain.history import EventKind
from responder import decide
from storage.database import writing
from storage.deliveries import DROPPED, FAILED, HELD, READY, SENDING, SENT
from tests.responder.network import Hurt
from tests.responder.promises import House

TIMEOUT = Uncertain("x", "no answer")
WHO = "person:U7"


def held_after_doubt(house: House) -> str:
    key = house.promise(house.customer())
    house.network.hurts.append(Hurt(error=TIMEOUT))
    house.network.find_hurts.append(Hurt(error=Refused("x", "no permission to list", rule="x.forbidden")))
    house.settle()
    assert house.state(key) == HELD
    return key


def test_approving_releases_held_words_once(house: House) -> None:
    key = house.promise(house.customer(), state=HELD)
    row = house.row(key)

    with writing(house.engine) as db:
        first = decide.approve(db, row.id, by=WHO, now=house.now)
        second = decide.approve(db, row.id, by="person:U8", now=house.now)

    assert (first, second) == (True, False)
    assert (house.state(key), house.row(key).approved_by, house.row(key).approved_at) == (READY, WHO, house.now)


def test_what_may_have_been_sent_is_not_released_by_approving_it(house: House) -> None:
    key = held_after_doubt(house)

    with writing(house.engine) as db:
        assert not decide.approve(db, house.row(key).id, by=WHO, now=house.now)


def test_a_person_may_send_again_what_nobody_can_tell_about(house: House) -> None:
    key = held_after_doubt(house)

    with writing(house.engine) as db:
        assert decide.resend(db, house.row(key).id, by=WHO, now=house.now)
    house.settle()

    assert (house.state(key), house.network.count(key)) == (SENT, 1)


def test_a_person_may_send_again_what_was_refused_before_they_mended_it(house: House) -> None:
    key = house.promise(house.customer())
    house.network.hurts.append(Hurt(error=Refused("x", "closed", rule="x.closed")))
    house.step()
    assert house.state(key) == FAILED

    with writing(house.engine) as db:
        assert decide.resend(db, house.row(key).id, by=WHO, now=house.now)
    house.step()

    assert house.state(key) == SENT


def test_a_person_who_saw_it_at_the_platform_settles_it(house: House) -> None:
    key = held_after_doubt(house)
    case = house.row(key).case_id

    with writing(house.engine) as db:
        assert decide.was_sent(db, house.row(key).id, by=WHO, now=house.now)
    house.settle()

    assert (house.state(key), house.network.calls) == (SENT, 1)
    assert case is not None
    last = house.history(case)[-1]
    assert (last.kind, last.actor) == (EventKind.SENT, WHO)


def test_words_that_were_never_tried_cannot_have_been_seen(house: House) -> None:
    key = house.promise(house.customer(), state=HELD)

    with writing(house.engine) as db:
        assert not decide.was_sent(db, house.row(key).id, by=WHO, now=house.now)


def test_words_that_have_not_gone_can_be_taken_back(house: House) -> None:
    case = house.customer()
    key = house.promise(case)

    with writing(house.engine) as db:
        assert decide.drop(db, house.row(key).id, by=WHO, why="I called her", now=house.now)

    assert not house.step()
    assert (house.state(key), house.row(key).why) == (DROPPED, "I called her")
    assert house.history(case)[-1].kind == EventKind.DROPPED


def test_words_under_way_cannot_be_taken_back(house: House) -> None:
    key = house.promise(house.customer())
    answers: list[bool] = []

    def too_late() -> None:
        with writing(house.engine) as db:
            answers.append(decide.drop(db, house.row(key).id, by=WHO, why="wait!", now=house.now))

    house.network.hurts.append(Hurt(effect=True, first=too_late))
    house.step()

    assert answers == [False]
    assert house.state(key) not in (DROPPED, SENDING)


def test_a_delivery_that_does_not_exist_is_nobodys_decision(house: House) -> None:
    with writing(house.engine) as db:
        assert not decide.drop(db, 404, by=WHO, why="", now=house.now)


def test_sending_that_was_never_stopped_cannot_be_allowed_again(house: House) -> None:
    with writing(house.engine) as db:
        assert not decide.allow_sending(db, "x", "1", by=WHO, now=house.now)
