import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from app.cli import main
from moderation.classifier import SHIPPED

pytestmark = pytest.mark.usefixtures("reader")

POSTS = [
    {"id": 1, "text": "@brand my parcel is late", "author": "ana"},
    {"id": 2, "text": "@brand my card is 4242 4242 4242 4242, where is the parcel", "author": "bo"},
    {"id": 3, "text": "@brand thank you", "author": "cy"},
    {"id": 4, "text": "is the shop open?", "author": "di"},
    {"id": 5, "text": "@brand I can't go on", "author": "ed"},
    {"id": 1, "text": "@brand my parcel is late", "author": "ana"},
]
CARD = "4242"


def import_(terminal: CliRunner, file: Path, *options: str) -> tuple[int, dict[str, Any]]:
    result = terminal.invoke(main, ["import", str(file), "--json", *options])
    return result.exit_code, json.loads(result.stdout)


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    file = tmp_path / "posts.jsonl"
    file.write_text("".join(json.dumps(post) + "\n" for post in POSTS), "utf-8")
    return file


def test_the_summary_counts_every_post_once(terminal: CliRunner, lines: Path) -> None:
    code, found = import_(terminal, lines, "--brand", "Nord")

    assert code == 0
    assert (found["read"], found["heard"], found["judged"], found["repeated"]) == (6, 5, 5, 1)
    assert found["balanced"]
    assert found["needs"] == {"urgent": 2, "complaint": 1, "praise": 1, "question": 1}
    assert found["cases"] == 4
    assert found["left_out"] == []
    assert found["undated"] == 6


def test_nothing_is_sent_and_what_would_have_been_is_shown(terminal: CliRunner, lines: Path) -> None:
    _, found = import_(terminal, lines)

    assert found["answers"] == {"dropped": 2}
    assert {post["id"] for post in found["planned"]} == {"1", "2"}
    assert all(post["answer"] for post in found["planned"])
    assert {post["id"] for post in found["urgent"]} == {"2", "5"}


def test_a_card_number_is_masked_in_the_summary_and_for_the_eye(terminal: CliRunner, lines: Path) -> None:
    _, found = import_(terminal, lines)
    shown = terminal.invoke(main, ["import", str(lines)])

    assert CARD not in json.dumps(found)
    assert "[card]" in json.dumps(found)
    assert CARD not in shown.output
    assert "The books balance" in shown.output


def test_posts_are_judged_and_signed_as_the_settings_have_it(
    terminal: CliRunner, lines: Path, set_up: Callable[..., Path], tmp_path: Path
) -> None:
    shipped = (SHIPPED.parent / "policy.toml").read_text("utf-8")
    policy = tmp_path / "policy.toml"
    policy.write_text(shipped.replace('version = "', 'version = "ours-'), "utf-8")
    settings, kept = set_up(brand="Nord Parcel", model={"policy": str(policy)}), tmp_path / "kept.db"

    _, found = import_(terminal, lines, "-s", str(settings), "--database", str(kept))

    with closing(sqlite3.connect(kept)) as db:
        assert {version.startswith("ours-") for (version,) in db.execute("SELECT policy FROM verdicts")} == {True}
    assert found["brand"] == "Nord Parcel"


def test_lines_that_are_no_posts_are_told_and_the_rest_is_imported(terminal: CliRunner, tmp_path: Path) -> None:
    file = tmp_path / "posts.jsonl"
    file.write_text('{"id": 1, "text": "my parcel"}\nnot json\n{"id": 2}\n[]\n', "utf-8")

    code, found = import_(terminal, file)

    assert code == 1
    assert (found["read"], found["heard"]) == (4, 1)
    assert sum(row["lines"] for row in found["left_out"]) == 3


def test_a_csv_as_other_tools_export_it_is_imported(terminal: CliRunner, tmp_path: Path) -> None:
    file = tmp_path / "posts.csv"
    file.write_text(
        "tweet_id,tweet_created,screen_name,text\n"
        '7,2026-11-20 10:00:00 +0000,ana,"@brand my parcel, is late"\n'
        "8,2026-11-21 10:00:00 +0000,bo,@brand thank you\n",
        "utf-8",
    )

    code, found = import_(terminal, file)

    assert code == 0
    assert found["needs"] == {"complaint": 1, "praise": 1}
    assert (found["from"][:10], found["to"][:10]) == ("2026-11-20", "2026-11-21")
    assert found["undated"] == 0


def test_what_is_kept_can_be_looked_at_and_is_never_mixed_with_what_is_there(
    terminal: CliRunner, lines: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "kept.db"

    first, _ = import_(terminal, lines, "--database", str(kept))
    again = terminal.invoke(main, ["import", str(lines), "--database", str(kept)])

    assert (first, again.exit_code) == (0, 2)
    assert kept.stat().st_size > 0
    assert "exists already" in again.output.replace("\n", " ")


def test_an_empty_file_is_told_like_any_other(terminal: CliRunner, tmp_path: Path) -> None:
    file = tmp_path / "posts.jsonl"
    file.write_text("", "utf-8")

    code, found = import_(terminal, file)

    assert (code, found["heard"], found["balanced"]) == (0, 0, True)


def test_cases_of_dated_posts_open_when_they_would_have(terminal: CliRunner, tmp_path: Path) -> None:
    file, kept = tmp_path / "dated.csv", tmp_path / "kept.db"
    written = ("2026-10-14T08:20:00+00:00", "2026-10-12T09:05:00+00:00", "2026-10-12T09:40:30.5+00:00")
    rows = [f"{number},@brand my parcel {number} is late,{at}" for number, at in enumerate(written)]
    file.write_text("\n".join(["id,text,created_at", *rows]), "utf-8")

    code, found = import_(terminal, file, "--database", str(kept))

    assert (code, found["cases"], found["undated"]) == (0, 3, 0)
    with closing(sqlite3.connect(kept)) as db:
        opened = [row[0] for row in db.execute("SELECT opened_at FROM cases ORDER BY id")]
        judged = [row[0] for row in db.execute("SELECT judged_at FROM verdicts ORDER BY post_id")]
    assert [at[:16] for at in opened] == ["2026-10-12 09:40", "2026-10-12 09:40", "2026-10-14 08:20"]
    assert judged == opened
