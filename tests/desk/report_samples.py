"""Reports made up for the tests of their forms: a usual week in many scripts, an empty one, a first one, a storm."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from math import sqrt
from typing import Any

from desk.report.values import (
    SMALL,
    Abuse,
    AnswerTimes,
    Band,
    BotRecord,
    Change,
    Coverage,
    Day,
    Effort,
    Figure,
    Group,
    Incident,
    Interval,
    Moved,
    OpenCase,
    PainPoint,
    Quote,
    Report,
    Sentiments,
    Spread,
    Step,
    Target,
    Totals,
    Trend,
    Unit,
    Week,
)

MONDAY = date(2026, 11, 9)
START = datetime(2026, 11, 8, 23, tzinfo=UTC)  # Monday 00:00 in Berlin
BOUNDS = tuple(START + timedelta(days=n) for n in range(8))
WEEK = Week(
    year=2026,
    number=46,
    zone="Europe/Berlin",
    start=BOUNDS[0],
    end=BOUNDS[7],
    days=tuple(MONDAY + timedelta(days=n) for n in range(7)),
    bounds=BOUNDS,
)


def wilson(hits: int, n: int) -> Interval | None:
    """Give the 95 % Wilson interval of a share."""
    if not n:
        return None
    z, p = 1.96, hits / n
    middle, half = p + z * z / (2 * n), z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return Interval(max(0.0, (middle - half) / (1 + z * z / n)), min(1.0, (middle + half) / (1 + z * z / n)))


def count(name: str, value: int, label: str = "", **more: object) -> Figure:
    """Make a count; its evidence is made up of the first numbers there are."""
    ids = tuple(range(1, value + 1))
    figure = Figure(name=name, label=label or name, value=value, unit=Unit.COUNT, n=value, cases=ids, posts=ids[:200])
    return replace(figure, **more)  # type: ignore[arg-type]


def share(name: str, hits: int, n: int, label: str = "", **more: object) -> Figure:
    """Make a share of `hits` in `n`."""
    figure = Figure(
        name=name,
        label=label or name,
        value=hits / n if n else None,
        unit=Unit.SHARE,
        n=n,
        hits=hits,
        interval=wilson(hits, n),
        too_small=n < SMALL,
        cases=tuple(range(1, n + 1)),
    )
    return replace(figure, **more)  # type: ignore[arg-type]


def span(name: str, seconds: float | None, n: int, label: str = "", **more: object) -> Figure:
    """Make a duration."""
    figure = Figure(
        name=name,
        label=label or name,
        value=seconds if n else None,
        unit=Unit.SECONDS,
        n=n,
        too_small=n < SMALL,
        cases=tuple(range(1, n + 1)),
    )
    return replace(figure, **more)  # type: ignore[arg-type]


def spread(name: str, median: float, p90: float, n: int, unit: Unit = Unit.SECONDS) -> Spread:
    """Make a median and what nine of ten did not exceed."""
    return Spread(
        median=span(f"{name}.median", median, n, "median", unit=unit),
        p90=span(f"{name}.p90", p90, n, "9 of 10", unit=unit),
    )


def feelings(name: str, negative: int, neutral: int, positive: int, **more: object) -> Sentiments:
    """Make three shares of one base."""
    n = negative + neutral + positive
    return Sentiments(
        negative=share(f"{name}.negative", negative, n, "Negative", good=Change.DOWN, **more),
        neutral=share(f"{name}.neutral", neutral, n, "Neutral"),
        positive=share(f"{name}.positive", positive, n, "Positive", good=Change.UP),
    )


def quote(text: str, lang: str, post: int, channel: str = "x") -> Quote:
    """Make a quote of the week's Wednesday."""
    return Quote(
        text=text,
        lang=lang,
        channel=channel,
        at=START + timedelta(days=2, hours=9),
        post_id=post,
        case_id=post,
        link=f"https://x.com/i/status/{post}",
    )


# What customers of a parcel service write, by pain: name, terms, languages, size, earlier sizes, trend, quotes
PAINS: tuple[tuple[str, tuple[str, ...], str, int, tuple[int, ...], Trend, tuple[tuple[str, str], ...]], ...] = (
    (
        "parcel not arrived, ยังไม่ได้ของ",
        ("parcel not arrived", "ยังไม่ได้ของ"),
        "en th",
        64,
        (31, 28, 35, 30),
        Trend.GROWING,
        (
            ("Third day without my parcel [order …13], and nobody answers the phone.", "en"),
            ("พัสดุไม่ถึงมือสามวันแล้ว ติดต่อไม่ได้เลย เลขที่ [order …07] ช่วยตรวจสอบด้วยครับ", "th"),
        ),
    ),
    (
        "ການສົ່ງຊ້າ",
        ("ການສົ່ງຊ້າ", "ຍັງບໍ່ຮອດ"),
        "lo",
        22,
        (20, 25, 19, 21),
        Trend.STEADY,
        (("ເຄື່ອງຂອງຂ້ອຍບໍ່ມາຮອດສາມມື້ແລ້ວ ຕິດຕໍ່ບໍ່ໄດ້ເລີຍ", "lo"),),
    ),
    (
        "استرداد المبلغ",
        ("استرداد المبلغ", "خدمة العملاء"),
        "ar",
        19,
        (4, 6, 5, 4),
        Trend.GROWING,
        (("طلبت استرداد المبلغ قبل أسبوعين، رقم الطلب [order …42]، ولا أحد يجيب @nord", "ar"),),
    ),
    (
        "ទំនិញខូច",
        ("ទំនិញខូច", "បែក"),
        "km",
        11,
        (),
        Trend.NEW,
        (("កញ្ចប់របស់ខ្ញុំមកដល់ហើយ ប៉ុន្តែទំនិញខូចទាំងអស់ ទាក់ទងមិនបានសោះ", "km"),),
    ),
    (
        "பணம் இருமுறை",
        ("பணம் இருமுறை", "கட்டணம்"),
        "ta",
        9,
        (14, 18, 16, 15),
        Trend.SHRINKING,
        (("என் கணக்கில் பணம் இருமுறை எடுக்கப்பட்டது, யாரும் பதில் சொல்லவில்லை", "ta"),),
    ),
    (
        "客服没人接电话",
        ("客服", "没人接电话"),
        "zh",
        4,
        (3, 5, 4, 2),
        Trend.UNKNOWN,
        (("我的包裹三天没到了，客服没人接电话，太失望了", "zh"),),
    ),
    ("app sign-in fails", ("sign-in", "app"), "en", 0, (12, 9, 14, 11), Trend.GONE, ()),
)


def pain(  # noqa: PLR0917 (a row of the table above)
    index: int,
    name: str,
    terms: tuple[str, ...],
    langs: str,
    size: int,
    earlier: tuple[int, ...],
    trend: Trend,
    quotes: tuple[tuple[str, str], ...],
) -> PainPoint:
    """Make a pain point."""
    at = f"pain.p-{index}"
    middle = sum(earlier) / len(earlier) if len(earlier) > 1 else 0
    band = Band(low=max(0.0, middle - 2 * sqrt(middle)), middle=middle, high=middle + 2 * sqrt(middle) + 1)
    return PainPoint(
        id=f"p-{index}",
        name=name,
        terms=terms,
        langs=tuple(langs.split()),
        size=count(f"{at}.size", size, "Posts"),
        cases=count(f"{at}.cases", size // 2, "Cases"),
        trend=trend,
        earlier=earlier,
        expected=band if len(earlier) > 1 else None,
        sentiment=feelings(f"{at}.sentiment", size - size // 5, size // 5, 0),
        resolved=share(f"{at}.resolved", size // 3, size // 2, "Resolved"),
        quotes=tuple(quote(text, lang, 100 * index + n) for n, (text, lang) in enumerate(quotes, 1)),
        words_up=("carousel", "ด่วน") if trend is Trend.GROWING else (),
        channels=("x",),
    )


def day(n: int, posts: int, negative: int, usual: int, weeks: int = 4) -> Day:
    """Make a day; `usual` is what the same weekday brought in the weeks before, about a fifth of it negative."""
    at = f"day.{MONDAY + timedelta(days=n)}"
    wide = 2 * sqrt(usual) + 2
    return Day(
        day=MONDAY + timedelta(days=n),
        posts=count(f"{at}.posts", posts, "Posts"),
        negative=share(f"{at}.negative", negative, posts, "Negative"),
        earlier_posts=tuple(usual + k for k in range(-weeks // 2, weeks - weeks // 2))[:weeks],
        earlier_negative=(0.2,) * weeks,
        expected=Band(low=max(0.0, usual - wide), middle=usual, high=usual + wide) if weeks > 1 else None,
        negative_expected=Band(low=0.12, middle=0.2, high=0.29) if weeks > 1 else None,
    )


def days(posts: tuple[int, ...], negative: tuple[int, ...], usual: tuple[int, ...], weeks: int = 4) -> tuple[Day, ...]:
    """Make the seven days."""
    each = zip(posts, negative, usual, strict=True)
    return tuple(day(n, one, bad, before, weeks) for n, (one, bad, before) in enumerate(each))


def group(  # noqa: PLR0917 (a row of a table)
    kind: str, key: str, label: str, posts: int, negative: int, corrected: tuple[int, int] | None = None
) -> Group:
    """Make a channel or a language."""
    at = f"{kind}.{key}"
    return Group(
        key=key,
        label=label,
        posts=count(f"{at}.posts", posts, "Posts"),
        negative=share(f"{at}.negative", negative, posts, "Negative"),
        cases=count(f"{at}.cases", negative // 2, "Cases"),
        corrected=share(f"{at}.corrected", *corrected, "Corrected") if corrected else None,
    )


LANGUAGES = (
    group("lang", "en", "English", 171, 48, (4, 171)),
    group("lang", "th", "Thai", 88, 31, (3, 88)),
    group("lang", "ar", "Arabic", 41, 19, (2, 41)),
    group("lang", "lo", "Lao", 38, 22, (6, 38)),
    group("lang", "zh", "Chinese", 29, 6, (0, 29)),
    group("lang", "km", "Khmer", 24, 11, (1, 24)),
    group("lang", "ta", "Tamil", 18, 9, (0, 18)),
    group("lang", "de", "German", 3, 2, (0, 3)),
)
CHANNELS = (
    group("channel", "x", "X", 318, 112),
    group("channel", "facebook", "Facebook", 87, 35),
    group("channel", "instagram", "Instagram", 7, 1),
)
ANSWERS = AnswerTimes(
    first=spread("answer.first", 2880, 11400, 96),
    first_inside=spread("answer.first.inside", 1260, 5400, 61),
    first_outside=spread("answer.first.outside", 21600, 50400, 35),
    resolution=spread("answer.resolution", 72000, 260000, 71),
    resolution_inside=spread("answer.resolution.inside", 50000, 180000, 44),
    resolution_outside=spread("answer.resolution.outside", 88000, 300000, 27),
    within_target=share("answer.within", 74, 96, "Answered in time", before=0.88, change=Change.DOWN, good=Change.UP),
    targets=(
        Target(need="urgent", seconds=900, met=share("answer.within.urgent", 5, 7)),
        Target(need="complaint", seconds=3600, met=share("answer.within.complaint", 52, 68)),
        Target(need="question", seconds=14400, met=share("answer.within.question", 17, 21)),
    ),
    unanswered=count("answer.unanswered", 9, "Still waiting for a person", note="3 of them since last week"),
    hours="Mon to Fri 09:00 to 17:00",
)
FUNNEL = tuple(
    Step(
        key=key,
        label=label,
        reached=count(f"funnel.{key}", reached, label),
        of_previous=share(f"funnel.{key}.share", reached, before) if before else None,
    )
    for key, label, reached, before in (
        ("acknowledged", "Acknowledged in public", 88, 0),
        ("offered", "Private thread offered", 84, 88),
        ("opened", "Customer opened it", 47, 84),
        ("context", "Context given", 39, 47),
        ("owned", "Taken by a person", 38, 39),
        ("resolved", "Resolved there", 29, 38),
    )
)
EFFORT = Effort(
    messages=spread("effort.messages", 3, 7, 71, Unit.COUNT),
    asked_again=count("effort.asked_again", 4, "Asked for something twice"),
    channels_changed=count("effort.channels_changed", 31, "Had to change the channel"),
    ces=Figure(
        name="effort.ces",
        label="Customer effort score",
        value=None,
        unit=Unit.SCORE,
        n=0,
        too_small=True,
        note="not asked",
    ),
    ces_answered=share("effort.ces_answered", 0, 0, "Answered the question"),
)
ABUSE = Abuse(
    kinds=(
        count("abuse.offensive", 12, "Offensive"),
        count("abuse.hateful", 2, "Hateful"),
        count("abuse.threat", 1, "Threats"),
    ),
    handled=share("abuse.handled", 13, 15, "Handled by a person"),
    hidden=count("abuse.hidden", 3, "Hidden"),
    deleted=count("abuse.deleted", 0, "Deleted"),
    banned=count("abuse.banned", 0, "Shut out"),
)
BOT = BotRecord(
    acknowledged=count("bot.acknowledged", 88, "Public acknowledgements"),
    messages=count("bot.messages", 131, "Private messages"),
    held=count("bot.held", 6, "Held for a person"),
    approved=share("bot.approved", 4, 6, "Released by a person"),
    refused=(
        count("bot.refused.cap", 14, "Two public replies to one person already"),
        count("bot.refused.quiet", 5, "Quiet hours"),
    ),
    failed=count("bot.failed", 1, "Refused by platforms"),
    doubtful=count("bot.doubtful", 2, "Had to be looked for"),
    corrected=share("bot.corrected", 16, 412, "Model corrected by the team"),
    corrected_by_lang=tuple(
        replace(language.corrected, label=language.label) for language in LANGUAGES if language.corrected
    ),
    confidence=Figure(
        name="bot.confidence",
        label="Confidence, median",
        value=0.91,
        unit=Unit.SHARE,
        n=412,
        posts=tuple(range(1, 201)),
    ),
    unsure=share("bot.unsure", 37, 412, "Unsure"),
    money=(
        Figure(name="bot.money.x", label="X", value=3_410_000, unit=Unit.MICROS, n=512),
        Figure(name="bot.money.facebook", label="Facebook", value=0, unit=Unit.MICROS, n=0),
    ),
    models=("sottovoce-mini 1",),
)
COVERAGE = (
    Coverage(
        channel="x",
        account="nordparcel",
        source="mentions",
        posts=count("source.x.mentions.posts", 289, "Posts"),
        late=share("source.x.mentions.late", 4, 289, "Late"),
        slowest_s=1560,
        quiet_s=14000,
        unreadable=count("source.x.mentions.unreadable", 0, "Unreadable"),
        trouble=0,
    ),
    Coverage(
        channel="facebook",
        account="Nord Parcel",
        source="comments",
        posts=count("source.facebook.comments.posts", 87, "Posts"),
        late=share("source.facebook.comments.late", 21, 87, "Late"),
        slowest_s=41000,
        quiet_s=41000,
        unreadable=count("source.facebook.comments.unreadable", 2, "Unreadable"),
        trouble=1,
    ),
)
OPEN = tuple(
    OpenCase(
        case_id=case,
        need=need,
        priority=priority,
        channel=channel,
        topic=topic,
        state=state,
        opened_at=START + timedelta(days=4),
        waiting_s=waiting,
        owner=owner,
        overdue=overdue,
    )
    for case, need, priority, channel, topic, state, waiting, owner, overdue in (
        (803, "urgent", 0, "x", "threat", "open", 5400.0, "", True),
        (774, "complaint", 1, "x", "late delivery", "open", 190000.0, "person:U024BE7LH", True),
        (801, "complaint", 1, "facebook", "refund", "waiting", 72000.0, "person:U024BE7LH", False),
        (809, "question", 2, "instagram", "", "open", 3000.0, "", False),
    )
)
USUAL = Report(
    brand="Nord Parcel",
    week=WEEK,
    revision=2,
    revised="3 posts arrived late",
    weeks_before=4,
    sentences=(
        "412 posts by 305 customers, 62 more than usual; 36 % of them negative, up from 29 % the week before.",
        "Parcels that do not arrive hurt most: 64 posts where 31 were to be expected, half of them in Thai.",
        "A person answered half of the customers within 48 minutes, but only 77 % in time; 9 still wait.",
    ),
    totals=Totals(
        posts=count("posts", 412, "Posts", before=350, change=Change.UP),
        customers=count("customers", 305, "Customers", before=290, change=Change.STEADY),
        cases=count("cases", 103, "Cases opened", before=84, change=Change.STEADY),
        resolved=count("resolved", 71, "Resolved", before=79, change=Change.STEADY, good=Change.UP),
        dismissed=count("dismissed", 8, "Needed nobody"),
        reopened=count("reopened", 5, "Reopened", before=3, change=Change.STEADY, good=Change.DOWN),
        sentiment=feelings("sentiment", 148, 206, 58, before=0.29, change=Change.UP),
    ),
    days=days((52, 58, 121, 66, 49, 34, 32), (14, 15, 62, 24, 15, 10, 8), (54, 51, 56, 52, 48, 38, 31)),
    channels=CHANNELS,
    languages=LANGUAGES,
    pains=tuple(pain(index, *told) for index, told in enumerate(PAINS, 1)),
    moved=(
        Moved(
            better=False,
            what="parcel not arrived, ยังไม่ได้ของ: 64 posts, 31 expected",
            why="more often: carousel, ด่วน",
            figure=count("pain.p-1.size", 64),
            pain_id="p-1",
        ),
        Moved(
            better=False,
            what="استرداد المبلغ: 19 posts, 5 expected",
            why="more often: بطاقة",
            figure=count("pain.p-3.size", 19),
            pain_id="p-3",
        ),
        Moved(
            better=False,
            what="Answered in time: 77 %, 88 % the week before",
            why="",
            figure=ANSWERS.within_target,
        ),
        Moved(
            better=True,
            what="பணம் இருமுறை: 9 posts, 16 expected",
            why="",
            figure=count("pain.p-5.size", 9),
            pain_id="p-5",
        ),
    ),
    incidents=(
        Incident(
            id=3,
            channel="x",
            account="nordparcel",
            began_at=START + timedelta(days=2, hours=8, minutes=12),
            ended_at=START + timedelta(days=2, hours=11),
            cases=count("incident.3.cases", 38, "Cases"),
            topics=("late delivery", "tracking"),
            answered=share("incident.3.answered", 31, 38, "Answered"),
        ),
    ),
    praise=(
        quote("Mia sorted it out within ten minutes on a Sunday. Thank you! 🙏", "en", 901),
        quote("พนักงานสุภาพมาก ส่งไวสุด ๆ ขอบคุณครับ", "th", 902),
        quote("شكراً جزيلاً، خدمة ممتازة", "ar", 903),
    ),
    answers=ANSWERS,
    funnel=FUNNEL,
    first_contact=share("first_contact", 22, 71, "Resolved at first contact"),
    effort=EFFORT,
    promises=share("promises", 41, 47, "Promises kept"),
    open_cases=OPEN,
    abuse=ABUSE,
    bot=BOT,
    coverage=COVERAGE,
)


def _emptied(value: object) -> object:
    """Set every figure to nothing."""
    if isinstance(value, Figure):
        hits = 0 if value.hits is not None else None
        nothing = 0.0 if value.unit in (Unit.COUNT, Unit.MICROS) else None
        return Figure(
            name=value.name,
            label=value.label,
            value=nothing,
            unit=value.unit,
            n=0,
            hits=hits,
            too_small=True,
            note=value.note if value.note == "not asked" else "",
        )
    if isinstance(value, tuple):
        return tuple(_emptied(item) for item in value)
    if hasattr(value, "__dataclass_fields__") and not isinstance(value, Week | Band):
        fields: Any = {name: _emptied(getattr(value, name)) for name in value.__dataclass_fields__}
        made: Any = value
        return replace(made, **fields)
    return value


def empty() -> Report:
    """Give a week in which nobody wrote and nothing was open."""
    bare = _emptied(USUAL)
    assert isinstance(bare, Report)
    return replace(
        bare,
        revision=1,
        revised="",
        sentences=("Nobody wrote this week.", "Nothing hurt that we heard of.", "No case is open."),
        channels=(),
        languages=(),
        pains=(),
        moved=(),
        incidents=(),
        praise=(),
        open_cases=(),
        bot=replace(bare.bot, refused=(), corrected_by_lang=()),
    )


def first() -> Report:
    """Give a first week: few posts, nothing to compare with."""
    pains = [
        pain(index, name, terms, langs, 3, (), Trend.UNKNOWN, quotes)
        for index, (name, terms, langs, _, _, _, quotes) in enumerate(PAINS[:2], 1)
    ]
    totals = Totals(
        posts=count("posts", 14, "Posts"),
        customers=count("customers", 11, "Customers"),
        cases=count("cases", 4, "Cases opened"),
        resolved=count("resolved", 2, "Resolved", good=Change.UP),
        dismissed=count("dismissed", 0, "Needed nobody"),
        reopened=count("reopened", 0, "Reopened", good=Change.DOWN),
        sentiment=feelings("sentiment", 5, 7, 2),
    )
    answers = replace(
        ANSWERS,
        first=spread("answer.first", 2880, 5400, 3),
        first_inside=spread("answer.first.inside", 1260, 1300, 2),
        first_outside=spread("answer.first.outside", 5400, 5400, 1),
        resolution=spread("answer.resolution", 72000, 80000, 2),
        resolution_inside=spread("answer.resolution.inside", 72000, 80000, 2),
        resolution_outside=spread("answer.resolution.outside", 0, 0, 0),
        within_target=share("answer.within", 2, 3, "Answered in time", good=Change.UP),
        targets=(Target(need="complaint", seconds=3600, met=share("answer.within.complaint", 2, 3)),),
        unanswered=count("answer.unanswered", 1, "Still waiting for a person"),
    )
    return replace(
        USUAL,
        revision=1,
        revised="",
        weeks_before=0,
        sentences=(
            "14 posts by 11 customers in the first week, 5 of them negative.",
            "Too few posts yet to tell what hurts most.",
            "A person answered 2 of 3 customers in time; 1 still waits.",
        ),
        totals=totals,
        days=days((0, 3, 5, 2, 4, 0, 0), (0, 1, 2, 1, 1, 0, 0), (0,) * 7, weeks=0),
        channels=(group("channel", "x", "X", 14, 5),),
        languages=(group("lang", "en", "English", 9, 3, (0, 9)), group("lang", "th", "Thai", 5, 2, (0, 5))),
        pains=tuple(pains),
        moved=(),
        incidents=(),
        praise=(),
        answers=answers,
        funnel=tuple(
            replace(
                step,
                reached=count(f"funnel.{step.key}", reached, step.label),
                of_previous=share(f"funnel.{step.key}.share", reached, before) if before else None,
            )
            for step, reached, before in zip(FUNNEL, (3, 3, 1, 1, 1, 0), (0, 3, 3, 1, 1, 1), strict=True)
        ),
        open_cases=OPEN[:1],
        notes=("This is the first week: there is nothing to compare it with.",),
    )


def storm() -> Report:
    """Give a week with ten times the usual posts, nearly all on one day."""
    pains = [
        pain(1, *PAINS[0][:3], 2930, PAINS[0][4], Trend.GROWING, PAINS[0][6]),
        *(pain(index, *told) for index, told in enumerate(PAINS[1:], 2)),
    ]
    return replace(
        USUAL,
        sentences=(
            "4,120 posts by 3,377 customers, ten times the usual; 71 % of them negative, up from 29 %.",
            "One storm made the week: 2,930 posts on Wednesday and Thursday about parcels that did not arrive.",
            "A person answered half of the customers within 9 hours, 31 % of them in time; 640 still wait.",
        ),
        totals=replace(
            USUAL.totals,
            posts=count("posts", 4120, "Posts", before=412, change=Change.UP),
            customers=count("customers", 3377, "Customers", before=305, change=Change.UP),
            cases=count("cases", 2011, "Cases opened", before=103, change=Change.UP),
            sentiment=feelings("sentiment", 2925, 1000, 195, before=0.29, change=Change.UP),
        ),
        days=days((52, 58, 2510, 1180, 190, 80, 50), (14, 15, 1901, 830, 110, 36, 19), (54, 51, 56, 52, 48, 38, 31)),
        pains=tuple(pains),
    )


HOSTILE = (
    "<script>alert(1)</script> *bold* <!channel> <https://evil.example|x> \u202eabc\u2066 \u200b\u200d & \"'"
    + "w" * 400
)


def hostile() -> Report:
    """Give the usual week with customers, pain points and a brand that attack whatever shows them."""

    def attacked(one: PainPoint) -> PainPoint:
        return replace(
            one,
            name=HOSTILE,
            terms=(HOSTILE,),
            words_up=(HOSTILE,),
            quotes=(replace(quote(HOSTILE, 'x" onclick="alert(1)', 5), link="javascript:alert(1)"),),
        )

    return replace(
        USUAL,
        brand=f"Nord {HOSTILE}",
        sentences=(HOSTILE, HOSTILE, HOSTILE),
        pains=tuple(attacked(one) for one in USUAL.pains),
        moved=(Moved(better=False, what=HOSTILE, why=HOSTILE, figure=count("posts", 3)),),
        praise=(quote(HOSTILE, "ar", 6),),
        notes=(HOSTILE,),
        channels=(replace(CHANNELS[0], label=HOSTILE),),
        languages=(replace(LANGUAGES[0], label=HOSTILE),),
        open_cases=tuple(replace(case, topic=HOSTILE, owner=f"person:{HOSTILE}") for case in OPEN),
        coverage=tuple(replace(one, account=HOSTILE) for one in COVERAGE),
        revised=HOSTILE,
    )
