"""Quotes: picks customers' own words for the report, masked and short. Never of private, deleted or forgotten posts."""

import html
import re
from collections.abc import Iterable, Sequence

from icu4py.breakers import CharacterBreaker, LineBreaker

from desk.report.values import Quote
from domain.masking import mask
from storage.pains import Heard

AT_MOST = 3
LONGEST = 220  # characters shown
SHORTEST = 20  # letters below which a post says too little to be shown
SECOND_TONGUE = 0.25  # share of posts from which on another language gets a quote of its own
_HANDLES_FIRST = re.compile(r"^(?:[.\s]*@[\w.·\-]+[\s:,]*)+")
_HANDLE = re.compile(r"(?<![\w@/])@[\w·][\w.·\-]*")
_LINK = re.compile(r"(?i)\b(?:https?://|www\.)\S+")
_BLANKS = re.compile(r"\s+")
_MORE = "…"


def choose(posts: Iterable[Heard], *, at_most: int = AT_MOST, telling: Sequence[str] = ()) -> tuple[Quote, ...]:
    """Pick quotes from posts in order, typical ones first: each of another author and in other words.

    Posts that hold one of the words `telling` go before others. Where a quarter of the posts are in another language,
    one quote is, too.
    """
    shown = [(post, said) for post in posts if post.standing and (said := words_of(post))]
    if telling:
        shown.sort(key=lambda pair: not any(word in pair[1].casefold() for word in telling))
    chosen: list[tuple[Heard, str]] = []
    for lang, some in _tongues([post for post, _ in shown], at_most):
        _take(shown, chosen, lang, some)
    _take(shown, chosen, None, at_most)
    return tuple(_quote(post, said) for post, said in chosen[:at_most])


def _tongues(posts: Sequence[Heard], at_most: int) -> list[tuple[str, int]]:
    """Say how many quotes are in which language, up to which number altogether: the most frequent first."""
    counts = {lang: sum(post.lang == lang for post in posts) for lang in sorted({post.lang for post in posts})}
    often = sorted(
        (lang for lang in counts if counts[lang] >= SECOND_TONGUE * len(posts)), key=lambda one: -counts[one]
    )
    return [(lang, place + 1) for place, lang in enumerate(often[:at_most])] if len(often) > 1 else []


def _take(shown: Sequence[tuple[Heard, str]], chosen: list[tuple[Heard, str]], lang: str | None, up_to: int) -> None:
    for post, said in shown:
        if len(chosen) >= up_to:
            return
        other = all(post.author_id != one.author_id and _bare(said) != _bare(words) for one, words in chosen)
        if other and lang in (None, post.lang):
            chosen.append((post, said))


def words_of(post: Heard) -> str:
    """Give a post's words as they may be shown; empty where they say too little."""
    masked = html.unescape(mask(post.text, post.spans))  # spans count the text as it came
    said = _LINK.sub(_MORE, _HANDLE.sub(f"@{_MORE}", _HANDLES_FIRST.sub("", masked)))
    said = _BLANKS.sub(" ", said).strip()
    return shorten(said, lang=post.lang) if sum(map(str.isalpha, said)) >= SHORTEST else ""


def shorten(text: str, *, lang: str, longest: int = LONGEST) -> str:
    """Cut a text where a line may break, in any script; where none may, between two characters as people see them."""
    if len(text) <= longest:
        return text
    room = longest - len(_MORE)
    kept = _fitting(LineBreaker(text, lang if lang != "und" else "en"), room)
    if len(kept) < room // 2:
        kept = _fitting(CharacterBreaker(text, "en"), room)
    return kept.rstrip(" ,.;:-") + _MORE


def _fitting(parts: Iterable[str], room: int) -> str:
    kept = ""
    for part in parts:
        if len(kept) + len(part) > room:
            break
        kept += part
    return kept


def _bare(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalpha())


def _quote(post: Heard, said: str) -> Quote:
    return Quote(
        text=said,
        lang=post.lang,
        channel=post.channel,
        at=post.at,
        post_id=post.id,
        case_id=post.case_id,
        link=post.link,
    )
