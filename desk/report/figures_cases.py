"""Figures of cases: how many, how they moved from public to private, what they cost their customers. Reads no rows."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from desk.report import measures
from desk.report.casebook import Cut, cases
from desk.report.values import Abuse, Change, Effort, Figure, Incident, OpenCase, Step, Unit
from desk.report.waits import PERSON, Wait
from domain.history import EventKind
from domain.sending import DeliveryKind
from storage.weekly import Logged, Published, Storm

UNCLEAR = ("", "other")
TOPICS = 3  # named for an incident
STEPS = (
    ("offered", "Invited into private"),
    ("acknowledged", "The invitation went out"),
    ("opened", "The customer wrote in private"),
    ("context", "Told what a person needs"),
    ("owned", "Taken by a person"),
    ("resolved", "Resolved"),
)
"""A case came to a step if it came there or further."""


def opened(cut: Cut) -> list[int]:
    """List the cases opened this week."""
    return cases(cut.happened(EventKind.OPENED))


def totals(now: Cut, before: Cut | None) -> dict[str, Figure]:
    """Count the cases opened, resolved, dismissed and reopened."""

    def counted(kind: EventKind, name: str, label: str, good: Change | None = None) -> Figure:
        earlier = [len(cases(before.happened(kind)))] if before else []
        return measures.count(f"cases.{name}", label, cases=cases(now.happened(kind)), earlier=earlier, good=good)

    again = "Cases opened again by their customer"
    return {
        "cases": counted(EventKind.OPENED, "opened", "Cases opened"),
        "resolved": counted(EventKind.RESOLVED, "resolved", "Cases resolved", Change.UP),
        "dismissed": counted(EventKind.DISMISSED, "dismissed", "Cases that needed nobody"),
        "reopened": counted(EventKind.REOPENED, "reopened", again, Change.DOWN),
    }


def funnel(now: Cut, before: Cut | None) -> tuple[Step, ...]:
    """Follow the cases invited into private this week: how far each had come by the week's end."""
    reached, then = _reached(now), _reached(before) if before else None
    steps = []
    for place, (key, label) in enumerate(STEPS):
        of_previous = None
        if place:
            previous = (len(then[place]), len(then[place - 1])) if then else None
            of_previous = measures.share(
                f"funnel.{key}.share",
                f"{label}, of the step before",
                reached[place],
                reached[place - 1],
                before=previous,
                good=Change.UP,
            )
        earlier = [len(then[place])] if then else []
        figure = measures.count(f"funnel.{key}", label, cases=reached[place], earlier=earlier)
        steps.append(Step(key=key, label=label, reached=figure, of_previous=of_previous))
    return tuple(steps)


def _reached(cut: Cut) -> list[list[int]]:
    """List by step the cases that came so far or further."""
    offered = cases(cut.happened(EventKind.HANDOFF, where=lambda event: event.data.get("to") == "offered"))
    came = {case: _step(cut, case) for case in offered}
    return [[case for case in offered if came[case] >= step] for step in range(len(STEPS))]


_INVITES = (DeliveryKind.REPLY, DeliveryKind.PRIVATE_REPLY)
_PLACE = {key: place for place, (key, _) in enumerate(STEPS)}


def _step(cut: Cut, case: int) -> int:
    """Say how far a case came, from this week's offer on."""
    came, begun = 0, False
    for event in cut.histories[case]:
        begun = begun or (
            event.kind == EventKind.HANDOFF and event.data.get("to") == "offered" and cut.within(event.at)
        )
        if not begun:
            continue
        if event.kind == EventKind.SENT and cut.is_of(event, *_INVITES, automatic=True):
            came = max(came, _PLACE["acknowledged"])
        elif event.kind == EventKind.HANDOFF:
            came = max(came, _PLACE.get(event.data.get("to", ""), 0))
        elif event.kind == EventKind.RESOLVED and came >= _PLACE["opened"]:
            came = _PLACE["resolved"]
    return came


def first_contact(now: Cut, before: Cut | None) -> Figure:
    """Make the share of the resolved that one answer settled: no second one, no second question, not opened again."""

    def settled(cut: Cut) -> list[Wait]:
        return [wait for wait in cut.resolved if wait.answers == 1 and not wait.after_answer and _for_good(cut, wait)]

    then = (len(settled(before)), len(before.resolved)) if before else None
    label = "Resolved at first contact"
    made = measures.share_of("first_contact", label, len(settled(now)), len(now.resolved), before=then, good=Change.UP)
    return measures.with_ids(made, cases=cases(settled(now)))


def _for_good(cut: Cut, wait: Wait) -> bool:
    return not wait.reopened and cut.last[wait.case_id] is wait


def effort(now: Cut, before: Cut | None) -> Effort:
    """Say what it cost the customers whose cases were resolved this week."""
    answered = _scores(now, EventKind.EFFORT_TOLD)
    asked = cases(now.happened(EventKind.EFFORT_ASKED))
    resolved = cases(now.resolved)
    messages = [(wait.case_id, float(len(wait.posts))) for wait in now.resolved]
    return Effort(
        messages=measures.spread(
            "effort.messages",
            "Posts customers had to write",
            messages,
            before=[float(len(wait.posts)) for wait in before.resolved] if before else (),
            unit=Unit.COUNT,
        ),
        asked_again=measures.count(
            "effort.asked_again",
            "Cases in which something was asked twice",
            cases=[case for case in resolved if _asked_twice(now, case)],
            good=Change.DOWN,
        ),
        channels_changed=measures.count(
            "effort.channels_changed",
            "Cases whose customer had to change the channel",
            cases=cases(wait for wait in now.resolved if _changes(now, wait)),
            good=Change.DOWN,
        ),
        ces=measures.mean(
            "effort.ces",
            "Customer effort score, 1 easy to 5 hard",
            answered,
            good=Change.DOWN,
            note="nobody answered" if asked else "not asked",
        ),
        ces_answered=measures.share(
            "effort.ces.answered",
            "Answered how much effort it was",
            [case for case in answered if case in asked],
            asked,
            note="" if asked else "not asked",
        ),
    )


def _scores(cut: Cut, kind: str) -> dict[int, float]:
    return {event.case_id: float(event.data["score"]) for event in cut.happened(kind)}


def _asked_twice(cut: Cut, case: int) -> bool:
    """Say whether anything was asked that had been asked, or told, in the case before."""
    known: set[str] = set()
    for event in cut.histories[case]:
        kinds = set(event.data.get("kinds", ())) if event.kind in (EventKind.ASKED, EventKind.FACTS) else set()
        if event.kind == EventKind.ASKED and known & kinds:
            return True
        known |= kinds
    return False


def _changes(cut: Cut, wait: Wait) -> bool:
    """Say whether the customer's posts came by more than one way: another channel, or private after public."""
    written = cut.book.written
    return len({(written[post].channel, written[post].private) for post in wait.posts if post in written}) > 1


def open_cases(cut: Cut) -> tuple[OpenCase, ...]:
    """List what nobody had closed by the week's end, the most urgent and then the oldest first."""
    end = cut.week.end
    found = [
        OpenCase(
            case_id=wait.case_id,
            need=wait.need,
            priority=wait.priority,
            channel=cut.book.matters[wait.case_id].channel,
            topic="" if wait.topic in UNCLEAR else wait.topic.replace("_", " "),
            state="open" if wait.owed else "waiting",
            opened_at=wait.opened_at,
            waiting_s=max(0.0, (end - wait.began_at).total_seconds()),
            owner=wait.holder,
            overdue=wait.answered_at is None and (wait.kept == "breached" or _past(wait.due_at, end)),
        )
        for wait in cut.live
    ]
    return tuple(sorted(found, key=lambda case: (case.priority, case.opened_at, case.case_id)))


def _past(due_at: datetime | None, end: datetime) -> bool:
    return due_at is not None and due_at <= end


def incidents(cut: Cut, storms: Sequence[Storm]) -> tuple[Incident, ...]:
    """Describe the storms of the week as they stood at its end."""
    members: defaultdict[int, set[int]] = defaultdict(set)
    for history in cut.histories.values():
        for event in history:
            if event.kind == EventKind.INCIDENT:
                members[event.data["incident"]].add(event.case_id)
    return tuple(_incident(cut, storm, sorted(members[storm.id])) for storm in storms)


def _incident(cut: Cut, storm: Storm, inside: list[int]) -> Incident:
    about = Counter(cut.last[case].topic for case in inside if case in cut.last)
    named = sorted((topic for topic in about if topic not in UNCLEAR), key=lambda topic: (-about[topic], topic))
    answered = [case for case in inside if case in cut.last and cut.last[case].answered_at]
    name = f"incident.{storm.id}"
    ended = storm.closed_at if storm.closed_at and storm.closed_at < cut.week.end else None
    return Incident(
        id=storm.id,
        channel=storm.channel,
        account=storm.account,
        began_at=storm.opened_at,
        ended_at=ended,
        cases=measures.count(f"{name}.cases", "Cases of the incident", cases=inside),
        topics=tuple(topic.replace("_", " ") for topic in named[:TOPICS]),
        answered=measures.share(f"{name}.answered", "Answered by a person", answered, inside, good=Change.UP),
    )


ABUSE = (("offensive", "Offensive posts"), ("hateful", "Hateful posts"), ("threat", "Threats"))


def abuse(cut: Cut, posts: Iterable[Published]) -> Abuse:
    """Count the week's abuse and what was done about it."""
    by_kind: defaultdict[str, list[int]] = defaultdict(list)
    for post in posts:
        if post.abuse not in (None, "none"):
            by_kind[str(post.abuse)].append(post.id)
    about = {cut.book.abusive[post] for kind in by_kind.values() for post in kind if post in cut.book.abusive}
    handled = [case for case in about if any(map(_by_person, cut.histories.get(case, ())))]
    return Abuse(
        kinds=tuple(measures.count(f"abuse.{kind}", label, posts=by_kind[kind]) for kind, label in ABUSE),
        handled=measures.share("abuse.handled", "Cases with abuse a person saw to", handled, about, good=Change.UP),
        hidden=_done(cut, "hidden", "Posts hidden", DeliveryKind.HIDE),
        deleted=_done(cut, "deleted", "Posts deleted", DeliveryKind.DELETE),
        banned=_done(cut, "banned", "Authors shut out", DeliveryKind.BAN),
    )


_ACTS = (EventKind.CLAIMED, EventKind.ANSWERED, EventKind.RESOLVED, EventKind.DISMISSED)


def _by_person(event: Logged) -> bool:
    return event.kind in _ACTS and event.actor.startswith(PERSON)


def _done(cut: Cut, name: str, label: str, kind: DeliveryKind) -> Figure:
    went = cut.went(kind)
    return measures.count(f"abuse.{name}", label, cases=cases(went), value=len(went))
