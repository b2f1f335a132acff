"""Figures of the bot's own record: what it said, what it was kept from, how sure it was and what it cost. Pure."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from desk.report import chance, measures
from desk.report.casebook import Cut, cases
from desk.report.figures_posts import language_label
from desk.report.values import SMALL, BotRecord, Change, Figure, Unit
from domain.history import EventKind
from domain.sending import CUSTOMER_FACING, DeliveryKind
from storage.weekly import Logged, Published

REHEARSAL = "dry-run"  # the gate's rule that stops everything in a rehearsal: no refusal
UNSURE = 0.6  # of the likeliest sentiment: below, the model hardly decides
_PRIVATE = (DeliveryKind.MESSAGE, DeliveryKind.PRIVATE_REPLY)


def record(
    now: Cut,
    before: Cut | None,
    *,
    corrected: Mapping[str, Figure],
    posts: Sequence[Published],
    all_corrected: Figure,
    money: Mapping[str, int],
) -> BotRecord:
    """Make the bot's record; `corrected` are the corrections by language, `money` micro-dollars by channel."""
    confidence, unsure = _confidence(posts)
    held = _held(now)
    return BotRecord(
        acknowledged=_went(now, before, "acknowledged", "Public acknowledgements sent", DeliveryKind.REPLY),
        messages=_went(now, before, "messages", "Private messages sent", *_PRIVATE),
        held=measures.count("bot.held", "Words held for a person", cases=cases(held), value=len(_keys(held))),
        approved=_approved(now, held),
        refused=_refused(now),
        failed=_about(now, "failed", "Words platforms refused", EventKind.FAILED),
        doubtful=_about(now, "doubtful", "Sends that had to be looked for", EventKind.DOUBTFUL),
        corrected=all_corrected,
        corrected_by_lang=tuple(corrected.values()),
        confidence=confidence,
        unsure=unsure,
        money=tuple(
            measures.count(f"bot.money.{channel}", f"Spent on {channel}", value=micros, unit=Unit.MICROS)
            for channel, micros in sorted(money.items())
        ),
        models=tuple(sorted({post.model for post in posts if post.model})),
    )


def _went(now: Cut, before: Cut | None, name: str, label: str, *kinds: DeliveryKind) -> Figure:
    went = now.went(*kinds, automatic=True)
    earlier = [len(before.went(*kinds, automatic=True))] if before else []
    return measures.count(f"bot.{name}", label, cases=cases(went), value=len(went), earlier=earlier)


def _keys(events: Iterable[Logged]) -> set[str]:
    return {event.data["key"] for event in events}


def _held(cut: Cut) -> list[Logged]:
    """List when words were held: as they were promised, or as they were to go."""
    planned = cut.happened(EventKind.PLANNED, where=lambda event: event.data.get("verdict") == "hold")
    return [*planned, *(event for event in cut.happened(EventKind.HELD) if cut.is_of(event, *CUSTOMER_FACING))]


def _approved(cut: Cut, held: Sequence[Logged]) -> Figure:
    released = _keys(
        event for history in cut.histories.values() for event in history if event.kind == EventKind.APPROVED
    )
    keys = _keys(held)
    made = measures.share_of("bot.approved", "Held words a person released", len(keys & released), len(keys))
    return measures.with_ids(made, cases=cases(event for event in held if event.data["key"] in released))


def _refused(cut: Cut) -> tuple[Figure, ...]:
    """Count by rule the words the gate did not let through; each once, under the rule that stopped it last."""
    by_key: dict[str, Logged] = {}
    for event in cut.happened(EventKind.PLANNED, EventKind.DROPPED):
        stopped = event.kind == EventKind.DROPPED or event.data.get("verdict") == "refuse"
        if stopped and event.data.get("rule") not in (None, "", REHEARSAL):
            by_key[event.data["key"]] = event
    rules: defaultdict[str, list[Logged]] = defaultdict(list)
    for event in by_key.values():
        rules[event.data["rule"]].append(event)
    ordered = sorted(rules, key=lambda rule: (-len(rules[rule]), rule))
    return tuple(
        measures.count(f"bot.refused.{rule}", _words(rule), cases=cases(rules[rule]), value=len(rules[rule]))
        for rule in ordered
    )


def _words(rule: str) -> str:
    plain = rule.replace("-", " ").replace("_", " ").replace(".", ": ")
    return f"Refused: {plain}"


def _about(cut: Cut, name: str, label: str, kind: EventKind) -> Figure:
    happened = [event for event in cut.happened(kind) if cut.is_of(event, *CUSTOMER_FACING)]
    return measures.count(f"bot.{name}", label, cases=cases(happened), value=len(_keys(happened)), good=Change.DOWN)


def corrections(posts: Iterable[Published], put_right: Collection[int]) -> tuple[Figure, dict[str, Figure]]:
    """Make the share of the week's judgements a person put right: of all, and by language, most posts first."""
    judged: defaultdict[str, list[int]] = defaultdict(list)
    for post in posts:
        if post.lang is not None:
            judged[post.lang].append(post.id)
    sizes = Counter({lang: len(ids) for lang, ids in judged.items()})
    by_lang = {
        lang: _put_right(
            f"bot.corrected.{lang}", f"Put right by the team, {language_label(lang)}", judged[lang], put_right
        )
        for lang in sorted(sizes, key=lambda lang: (-sizes[lang], lang))
    }
    every = [post for ids in judged.values() for post in ids]
    return _put_right("bot.corrected", "Judgements put right by the team", every, put_right), by_lang


def _put_right(name: str, label: str, judged: Collection[int], put_right: Collection[int]) -> Figure:
    hits = [post for post in judged if post in put_right]
    return measures.share(name, label, hits, judged, good=Change.DOWN, of_posts=True)


def _confidence(posts: Iterable[Published]) -> tuple[Figure, Figure]:
    """Make the median probability of the sentiment the model chose, and the share of posts it hardly decided."""
    sure = sorted((post.sure, post.id) for post in posts if post.sure is not None)
    ordered = [p for p, _ in sure]
    median = Figure(
        name="bot.confidence",
        label="Probability of the sentiment the model chose, median",
        value=chance.quantile(ordered, 0.5) if ordered else None,
        unit=Unit.SHARE,
        n=len(ordered),
        interval=chance.quantile_interval(ordered, 0.5),
        good=Change.UP,
        too_small=len(ordered) < SMALL,
        note="" if ordered else "nothing to measure",
    )
    unsure = [post for p, post in sure if p < UNSURE]
    every = [post for _, post in sure]
    label = f"Posts of which the model was less than {UNSURE:.0%} sure"
    return median, measures.share("bot.unsure", label, unsure, every, good=Change.DOWN, of_posts=True)
