"""The command `cases correct`: a person's word on how a post was judged."""

from collections.abc import Mapping
from pathlib import Path

from app import terminal
from app.opening import opened
from domain.clock import utc_now
from domain.errors import ConfigError, SottovoceError
from responder import correct
from storage import cases
from storage.cases import Case
from storage.database import writing


def run_correct(settings: Path, case_id: int, wanted: Mapping[str, str], *, post: int, by: str) -> int:
    """Put one post's verdict right. `wanted` is by head; empty: as it was. Exit code 1: nothing to do."""
    said = {head: value.strip().lower() for head, value in wanted.items() if value.strip()}
    try:
        _sense(said)
        with opened(settings) as (house, engine), writing(engine) as db:
            if db.get(Case, case_id) is None:
                raise ConfigError([f"case {case_id}: there is none. `sottovoce cases list --state all` shows them."])
            known = {one.id for one in cases.posts_of(db, case_id) if not one.own}
            if post and post not in known:
                raise ConfigError([f"--post {post}: case {case_id} has no such post of the customer's."])
            about = post or correct.leading(db, case_id)
            done = (
                correct.correct(db, about, said, by=f"person:{by}", conduct=house.conduct(), now=utc_now())
                if about
                else ()
            )
            state = db.get_one(Case, case_id).state
    except SottovoceError as exc:
        raise terminal.fail(exc) from None
    if not done:
        terminal.err.print(f"Case {case_id}: it is judged so already. Nothing changed.", markup=False)
        return 1
    told = "; ".join(f"{put.head} {put.value}, not {put.was}" for put in done)
    terminal.out.print(f"Case {case_id}, post {about}: {told}. The case is {state}.", markup=False)
    return 0


def _sense(said: Mapping[str, str]) -> None:
    problems = [
        f"--{head} {value}: must be one of {', '.join(sorted(correct.HEADS[head]))}"
        for head, value in said.items()
        if value not in correct.HEADS[head]
    ]
    if not said:
        problems = ["say what was judged wrong: --need, --sentiment or --abuse"]
    if problems:
        raise ConfigError(problems)
