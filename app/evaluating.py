"""The command `eval`: the product's own judgements held beside labels that people gave. Stores nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app import corrected, evaluating_tables, terminal
from app.corrected import Repeated
from app.judging import make_judge
from app.labelled import Labelled, Wanted, read_labelled
from app.opening import opened
from app.reading import Row
from app.scoring import score
from app.settings import load
from domain.errors import ConfigError, SottovoceError
from domain.values import Verdict
from moderation.judge import Judge
from moderation.measure.document import document
from moderation.measure.heads import LABELS, REASONS, WHY
from moderation.measure.labels import ANY, LEFT_OUT, plain
from moderation.measure.measuring import Sample, measure
from moderation.measure.page import page
from moderation.measure.values import Evaluation

DEFAULT = Path("sottovoce.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The words of the command line, as they were typed."""

    file: Path | None = None  # - is standard input
    corrections: bool = False
    settings: Path | None = None
    policy: Path | None = None
    text: str = ""
    label: Sequence[str] = ()
    map: Sequence[str] = ()
    only: Sequence[str] = ()
    precision: float = 0.8
    recall: float = 0.95
    worst: int = 10
    as_json: bool = False
    html: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What was measured, and on what."""

    evaluation: Evaluation
    labelled: Labelled | None = None  # of a file
    repeated: Mapping[str, Repeated] = field(default_factory=dict)  # of corrections, by head


def run_eval(asked: Asked) -> int:
    """Measure, print, and write the page. Exit code 1 when rows or labels of a file were left out: they are told."""
    try:
        if asked.html and not asked.html.parent.is_dir():
            raise ConfigError([f"--html {asked.html}: there is no such folder"])
        outcome = _of_corrections(asked) if asked.corrections else _of_file(asked)
        if asked.html:
            write_page(asked.html, page(outcome.evaluation, notes=evaluating_tables.notes(outcome.repeated)))
    except SottovoceError as exc:
        raise terminal.fail(exc) from None
    if asked.as_json:
        terminal.print_json(as_json(outcome))
    else:
        evaluating_tables.draw(outcome.evaluation, evaluating_tables.notes(outcome.repeated))
    if asked.html:
        terminal.err.print(f"The page is {asked.html}.", markup=False, soft_wrap=True)
    return _tell(outcome.labelled)


def as_json(outcome: Outcome) -> dict[str, Any]:
    """Write an outcome for machines; see docs/evaluation.md."""
    told: dict[str, Any] = {"source": "file" if outcome.labelled else "corrections"}
    if outcome.labelled:
        read = outcome.labelled
        told["reading"] = {
            "rows": read.rows,
            "columns": dict(read.columns),
            "left_out": [{"why": each.why, "count": each.count, "lines": list(each.lines)} for each in read.left_out],
            "unknown": [{"why": each.why, "count": each.count, "lines": list(each.lines)} for each in read.unknown],
        }
    if outcome.repeated:
        told["corrected"] = {
            head: {"posts": each.posts, "right_then": each.right_then, "right_now": each.right_now}
            for head, each in outcome.repeated.items()
        }
    return {**told, **document(outcome.evaluation)}


def _of_file(asked: Asked) -> Outcome:
    wanted = wanted_of(asked)
    if asked.file is None:
        raise ConfigError(["what is to be measured? Name a file, - for standard input, or --corrections"])
    judge = make_judge(load(asked.settings) if asked.settings else None, own_policy=asked.policy)
    labelled = read_labelled(None if asked.file == Path("-") else asked.file, wanted)
    rows = [Row(line=s.line, id=str(s.line), text=s.text, lang=s.lang) for s in labelled.samples]
    return Outcome(evaluation=_measure(asked, labelled.samples, rows, judge), labelled=labelled)


def _of_corrections(asked: Asked) -> Outcome:
    if asked.file or asked.label or asked.map or asked.only or asked.text:
        raise ConfigError(["--corrections reads the database: leave FILE, --text, --label, --map and --only away"])
    with opened(asked.settings or DEFAULT) as (settings, engine):
        told = corrected.read(engine)
        if not told:
            raise ConfigError(
                ["nobody has corrected anything yet: `sottovoce cases correct`, or *Judged wrong?* in Slack"]
            )
        judge = make_judge(settings, own_policy=asked.policy)
        verdicts = _judged([each.row for each in told], judge)
    found = measure([each.sample for each in told], verdicts, wanted=_levels(asked), worst=asked.worst)
    return Outcome(evaluation=found, repeated=corrected.repeated(told, verdicts))


def _measure(asked: Asked, samples: Sequence[Sample], rows: Sequence[Row], judge: Judge) -> Evaluation:
    return measure(samples, _judged(rows, judge), wanted=_levels(asked), worst=asked.worst)


def _judged(rows: Sequence[Row], judge: Judge) -> list[Verdict]:
    judged = terminal.progress(score(rows, judge), total=len(rows), what="Judging")
    return [verdict for _, verdict in judged]


def _levels(asked: Asked) -> dict[str, float]:
    return {"precision": asked.precision, "recall": asked.recall}


def wanted_of(asked: Asked) -> Wanted:
    """Read --label, --map and --only. Raises ConfigError with every problem at once."""
    problems: list[str] = []
    heads = dict(_heads(asked.label, problems))
    maps = {key: label for text in asked.map for key, label in _maps(text, problems)}
    only = dict(_only(asked.only, problems))
    problems += [
        f"--{name} {level}: must be above 0 and at most 1"
        for name, level in _levels(asked).items()
        if not 0 < level <= 1
    ]
    if problems:
        raise ConfigError(problems)
    return Wanted(text=asked.text, heads=heads, maps=maps, only=only)


def _heads(texts: Iterable[str], problems: list[str]) -> Iterable[tuple[str, str]]:
    for text in texts:
        column, _, head = text.rpartition("=") if "=" in text else (text, "", "")
        if head and head not in {*LABELS, WHY}:
            problems.append(f"--label {text}: {head} is no head; there are {', '.join((*LABELS, WHY))}")
        yield plain(column), head


def _maps(text: str, problems: list[str]) -> Iterable[tuple[tuple[str, str], str]]:
    value, sign, label = text.rpartition("=")
    prefix, colon, rest = value.partition(":")
    head, value = (prefix, rest) if colon and prefix in {*LABELS, WHY} else (ANY, value)
    every = {WHY: REASONS, **LABELS}
    known = every[head] if head else {label for labels in every.values() for label in labels}
    if not sign or not value:
        problems.append(f"--map {text}: say VALUE=LABEL, or HEAD:VALUE=LABEL; VALUE= leaves those rows out")
    elif label != LEFT_OUT and label not in known:
        problems.append(f"--map {text}: {label} is no label; there are {', '.join(sorted(known))}")
    yield (head, plain(value)), label


def _only(texts: Iterable[str], problems: list[str]) -> Iterable[tuple[str, str]]:
    for text in texts:
        column, sign, value = text.partition("=")
        if not sign:
            problems.append(f"--only {text}: say COLUMN=VALUE")
        yield plain(column), plain(value)


def write_page(path: Path, html: str) -> None:
    """Write a page for its owner's eyes alone, for it may quote customers, though masked. Raises ConfigError."""
    try:
        path.touch(mode=0o600)
        path.chmod(0o600)  # of one that was there before as well
        path.write_text(html, encoding="utf-8")
    except OSError as exc:
        raise ConfigError([f"--html {path}: cannot be written: {exc.strerror}"]) from exc


def _tell(labelled: Labelled | None) -> int:
    told = (*labelled.left_out, *labelled.unknown) if labelled else ()
    for each in told:
        lines = ", ".join(map(str, each.lines)) + (", …" if each.count > len(each.lines) else "")
        terminal.err.print(f"left out {each.count}: {each.why} (line {lines})", markup=False, soft_wrap=True)
    return 1 if told else 0
