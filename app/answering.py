"""The commands by which a person answers or acts in a case from the terminal, and the one that counts handoffs."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from rich.table import Table

from app import terminal
from app.opening import opened
from domain.clock import utc_now
from domain.errors import ConfigError, SottovoceError
from domain.sending import DeliveryKind
from responder import answers
from responder.asking import Answer, Says
from storage import handoffs
from storage.cases import Case
from storage.database import reading, writing

WAYS = {
    "public": DeliveryKind.REPLY,
    "private-reply": DeliveryKind.PRIVATE_REPLY,
    "message": DeliveryKind.MESSAGE,
}
ACTS = {kind.value: kind for kind in (DeliveryKind.LIKE, DeliveryKind.HIDE, DeliveryKind.DELETE, DeliveryKind.BAN)}


def reply(settings: Path, case_id: int, text: str, *, way: str, by: str) -> int:
    """Promise a person's own words. Exit code 1 when the gate refuses them: then nothing is sent."""
    if way not in WAYS:
        raise terminal.fail(ConfigError([f"--way {way}: must be one of {', '.join(WAYS)}"]))
    if not text.strip():
        raise terminal.fail(ConfigError(["the text is empty"]))
    return _promise(settings, case_id, WAYS[way], text, by=by)


def act(settings: Path, case_id: int, name: str, *, by: str) -> int:
    """Promise a person's act on the customer's post. Exit code 1 when the gate refuses it: then nothing is done."""
    if name not in ACTS:
        raise terminal.fail(ConfigError([f"{name}: must be one of {', '.join(ACTS)}"]))
    return _promise(settings, case_id, ACTS[name], "", by=by)


def _promise(settings: Path, case_id: int, kind: DeliveryKind, text: str, *, by: str) -> int:
    now = utc_now()
    try:
        with opened(settings) as (read, engine), writing(engine) as db:
            case = db.get(Case, case_id)
            if case is None:
                remedy = "`sottovoce cases list --state all` shows them."
                raise ConfigError([f"case {case_id}: there is none. {remedy}"])
            answer = answers.by_person(db, case, kind, text, by=f"person:{by}", conduct=read.conduct(), now=now)
    except SottovoceError as exc:
        raise terminal.fail(exc) from None
    return _tell(case_id, answer)


def _tell(case_id: int, answer: Answer | None) -> int:
    if answer is None:
        terminal.err.print(f"Case {case_id}: there is nothing in it to aim this at.", markup=False)
        return 1
    if answer.verdict is Says.REFUSE:
        said = f"Case {case_id}: not sent: {answer.reason} ({answer.rule}). Instead: {answer.instead}."
        terminal.err.print(said, markup=False)
        return 1
    waits = "" if answer.verdict is Says.ALLOW else f" once this is over: {answer.reason}"
    terminal.out.print(f"Case {case_id}: goes out next{waits}.", markup=False)
    return 0


def show_handoffs(settings: Path, *, days: int, as_json: bool) -> int:
    """Show how far cases came on their way to private within the last `days`."""
    now = utc_now()
    with opened(settings) as (_, engine), reading(engine) as db:
        found = [_step(step) for step in handoffs.reached(db, since=now - timedelta(days=days), until=now)]
    if as_json:
        terminal.print_json(found)
        return 0
    table = Table("channel", "step", "cases", "came further", "no further", "of them lost to a window")
    for row in found:
        share = "–" if row["conversion"] is None else f"{row['conversion']:.0%}"
        counts = (len(row["cases"]), share, len(row["dropped"]), len(row["lost"]))
        table.add_row(row["channel"], row["step"], *map(str, counts))
    terminal.out.print(table if found else f"No way to private began within {days} days.")
    return 0


def _step(step: handoffs.Reached) -> dict[str, Any]:
    return {
        "channel": step.channel,
        "step": step.step,
        "cases": step.case_ids,
        "conversion": step.conversion,
        "dropped": step.dropped,
        "lost": step.lost,
    }
