"""The pages people see who asked to be erased: how their request stands, and nothing about them. Asks no database."""

from datetime import datetime
from html import escape

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>body{{font:1.1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:4rem auto;padding:0 1rem;color:#1b1b1f;
background:#fff}}h1{{font-size:1.5rem}}@media(prefers-color-scheme:dark){{body{{color:#eee;background:#16161a}}}}</style>
</head><body><main><h1>{title}</h1>{text}</main></body></html>
"""
DONE = (
    "What you wrote to us, your name and your id were erased{at}, here and in our team's room.",
    "What stays is a count, and a mark, not to be read back, by which you get no automatic answers if you write again.",
    "What the network itself keeps is not ours to erase.",
)
ASKED = (
    "Your request has arrived and is being carried out. This takes minutes, at most a day.",
    "You can come back to this page.",
)
UNKNOWN = ("There is no request of this number.", "Please look whether the address is complete.")


def deletion_page(*, done: bool, at: datetime | None) -> str:
    """Tell how a request stands."""
    when = f" on {at:%d %B %Y}" if at else ""
    return _page("Your data is erased", DONE, at=when) if done else _page("Your data is being erased", ASKED)


def unknown_page() -> str:
    """Tell that nothing is known of such a request."""
    return _page("Not found", UNKNOWN)


def _page(title: str, words: tuple[str, ...], at: str = "") -> str:
    text = "".join(f"<p>{escape(word.replace('{at}', at))}</p>" for word in words)
    return PAGE.format(title=escape(title), text=text)
