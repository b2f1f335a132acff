"""The command `cases effort`: that a customer was asked for their effort, and what they said."""

from pathlib import Path

from app import terminal
from app.opening import opened
from domain.clock import utc_now
from domain.errors import ConfigError, SottovoceError
from responder import effort
from storage.cases import Case
from storage.database import writing


def run_effort(settings: Path, case_id: int, score: int | None, *, by: str) -> int:
    """Keep a score, or without one that the customer was asked. Exit code 1 when there is nothing to keep."""
    actor = f"person:{by}"
    try:
        if score is not None and not effort.EASY <= score <= effort.HARD:
            raise ConfigError([f"{score}: the score is from {effort.EASY} (easy) to {effort.HARD} (hard)"])
        with opened(settings) as (_, engine), writing(engine) as db:
            case = db.get(Case, case_id)
            if case is None:
                raise ConfigError([f"case {case_id}: there is none. `sottovoce cases list --state all` shows them."])
            if score is None:
                done = effort.asked(db, case_id, by=actor, now=utc_now())
            else:
                done = effort.told(db, case_id, score, by=actor, now=utc_now())
            state = case.state
    except SottovoceError as exc:
        raise terminal.fail(exc) from None
    if not done:
        why = "its customer was asked already" if state == "resolved" else f"it is {state}, not resolved"
        terminal.err.print(f"Case {case_id}: {why}. Nothing changed.", markup=False)
        return 1
    what = "the customer was asked" if score is None else f"effort {score} of {effort.HARD}"
    terminal.out.print(f"Case {case_id}: {what}. Monday's report counts it.", markup=False)
    return 0
