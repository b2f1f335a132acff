"""Block Kit as Slack checks it: what a block may hold and how much; how it looks is the page's matter."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

MOST_BLOCKS = 50  # a message; a modal takes 100
MOST_TOTAL = 13_200  # characters of all blocks of a message; seen, not documented
MOST_TEXT = 40_000  # characters of a message's text; the rest is cut

BLOCKS: Mapping[str, frozenset[str]] = {
    "section": frozenset({"type", "block_id", "text", "fields", "accessory", "expand"}),
    "header": frozenset({"type", "block_id", "text"}),
    "divider": frozenset({"type", "block_id"}),
    "context": frozenset({"type", "block_id", "elements"}),
    "actions": frozenset({"type", "block_id", "elements"}),
    "rich_text": frozenset({"type", "block_id", "elements"}),
    "image": frozenset({"type", "block_id", "image_url", "slack_file", "alt_text", "title"}),
    "input": frozenset({"type", "block_id", "label", "element", "hint", "optional", "dispatch_action"}),
    "markdown": frozenset({"type", "block_id", "text"}),
}
"""Keys a block may have; an unknown key is refused."""

ELEMENTS = frozenset(
    {
        "button",
        "static_select",
        "multi_static_select",
        "users_select",
        "overflow",
        "plain_text_input",
        "radio_buttons",
        "checkboxes",
        "datepicker",
        "timepicker",
        "image",
    }
)
RICH = frozenset({"rich_text_section", "rich_text_quote", "rich_text_preformatted", "rich_text_list"})

Complain = Callable[[str, str], None]


def complaints(blocks: Any, *, modal: bool = False) -> list[str]:
    """Say everything Slack would refuse about `blocks`; nothing: they are fine."""
    found: list[str] = []
    most = 2 * MOST_BLOCKS if modal else MOST_BLOCKS

    def complain(pointer: str, message: str) -> None:
        found.append(f"[ERROR] {message} [json-pointer:/blocks{pointer}]")

    if not isinstance(blocks, list):
        return ["[ERROR] must be an array [json-pointer:/blocks]"]
    if len(blocks) > most:
        complain("", f"no more than {most} items allowed")
    ids: set[str] = set()
    for index, block in enumerate(blocks):
        if _kind(block) not in BLOCKS:
            complain(f"/{index}/type", f"unsupported type: {_kind(block)}")
            continue
        _block(block, f"/{index}", complain, ids)
    return found


def total(blocks: Any) -> int:
    """Characters in every text of some blocks."""
    if isinstance(blocks, Mapping):
        own = len(blocks["text"]) if isinstance(blocks.get("text"), str) else 0
        return own + sum(total(value) for value in blocks.values())
    return sum(total(value) for value in blocks) if isinstance(blocks, list) else 0


def elements(blocks: Iterable[Mapping[str, Any]]) -> Iterable[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Every element people can use, with the block it is in."""
    for block in blocks:
        inside = [*block.get("elements", []), block.get("accessory"), block.get("element")]
        for element in inside:
            if isinstance(element, Mapping) and "action_id" in element:
                yield block, element


def _block(block: Mapping[str, Any], at: str, complain: Complain, ids: set[str]) -> None:
    for key in sorted(set(block) - BLOCKS[block["type"]]):
        complain(at, f"invalid additional property: {key}")
    block_id = str(block.get("block_id", ""))
    if len(block_id) > 255:  # noqa: PLR2004 - Slack's number, used once
        complain(f"{at}/block_id", "must be less than 256 characters")
    if block_id and block_id in ids:
        complain(f"{at}/block_id", f"block_id already exists: {block_id}")
    ids.add(block_id)
    check = _CHECKS.get(block["type"])
    if check is not None:
        check(block, at, complain)


def _section(block: Mapping[str, Any], at: str, complain: Complain) -> None:
    if "text" not in block and not block.get("fields"):
        complain(at, "missing required field: text")
    if "text" in block:
        _text(block["text"], 3000, f"{at}/text", complain)
    _some(block.get("fields", []), 10, f"{at}/fields", complain, lambda one, where: _text(one, 2000, where, complain))
    if "accessory" in block:
        _element(block["accessory"], f"{at}/accessory", complain)


def _header(block: Mapping[str, Any], at: str, complain: Complain) -> None:
    _text(block.get("text"), 150, f"{at}/text", complain, kinds=("plain_text",))


def _context(block: Mapping[str, Any], at: str, complain: Complain) -> None:
    def check(one: Any, where: str) -> None:
        if _kind(one) != "image":
            _text(one, 2000, where, complain)

    _some(block.get("elements"), 10, f"{at}/elements", complain, check)


def _actions(block: Mapping[str, Any], at: str, complain: Complain) -> None:
    used: set[str] = set()

    def check(one: Any, where: str) -> None:
        _element(one, where, complain)
        action_id = str(one.get("action_id", "")) if isinstance(one, Mapping) else ""
        if action_id and action_id in used:
            complain(where, f"action_id already exists: {action_id}")
        used.add(action_id)

    _some(block.get("elements"), 25, f"{at}/elements", complain, check)


def _rich_text(block: Mapping[str, Any], at: str, complain: Complain) -> None:
    def check(one: Any, where: str) -> None:
        if _kind(one) not in RICH:
            complain(where, "unsupported rich text element")

    _some(block.get("elements"), 500, f"{at}/elements", complain, check)


def _image(block: Mapping[str, Any], at: str, complain: Complain) -> None:
    alt = block.get("alt_text")
    if not isinstance(alt, str) or not 1 <= len(alt) <= 2000:  # noqa: PLR2004 - Slack's number, used once
        complain(f"{at}/alt_text", "must be between 1 and 2000 characters")
    if not (block.get("image_url") or block.get("slack_file")):
        complain(at, "missing required field: image_url")


def _input(block: Mapping[str, Any], at: str, complain: Complain) -> None:
    _text(block.get("label"), 2000, f"{at}/label", complain, kinds=("plain_text",))
    _element(block.get("element"), f"{at}/element", complain)


def _markdown(block: Mapping[str, Any], at: str, complain: Complain) -> None:
    text = block.get("text")
    if not isinstance(text, str) or not 1 <= len(text) <= 12_000:  # noqa: PLR2004 - Slack's number, used once
        complain(f"{at}/text", "must be between 1 and 12000 characters")


_CHECKS: dict[str, Callable[[Mapping[str, Any], str, Complain], None]] = {
    "section": _section,
    "header": _header,
    "context": _context,
    "actions": _actions,
    "rich_text": _rich_text,
    "image": _image,
    "input": _input,
    "markdown": _markdown,
}


def _kind(thing: Any) -> str:
    """The type something says it is of; nothing when it is no object that says so."""
    kind = thing.get("type") if isinstance(thing, Mapping) else None
    return kind if isinstance(kind, str) else ""


def _some(given: Any, most: int, at: str, complain: Complain, check: Callable[[Any, str], None]) -> None:
    if not isinstance(given, list):
        complain(at, "must be an array")
        return
    if len(given) > most:
        complain(at, f"no more than {most} items allowed")
    if not given and at.endswith("elements"):
        complain(at, "no fewer than 1 item allowed")
    for index, one in enumerate(given):
        check(one, f"{at}/{index}")


def _text(
    text: Any, most: int, at: str, complain: Complain, *, kinds: tuple[str, ...] = ("plain_text", "mrkdwn")
) -> None:
    if _kind(text) not in kinds or not isinstance(text.get("text"), str):
        complain(at, f"must be a text object of {' or '.join(kinds)}")
    elif not 1 <= len(text["text"]) <= most:
        size = f"must be less than {most + 1} characters" if text["text"] else "must be more than 0 characters"
        complain(f"{at}/text", size)


def _element(element: Any, at: str, complain: Complain) -> None:
    if _kind(element) not in ELEMENTS:
        complain(at, "unsupported element")
        return
    if len(str(element.get("action_id", ""))) > 255:  # noqa: PLR2004 - Slack's number, used once
        complain(f"{at}/action_id", "must be less than 256 characters")
    if element["type"] == "button":
        _button(element, at, complain)
    if "options" in element:
        _options(element, at, complain)


def _options(element: Mapping[str, Any], at: str, complain: Complain) -> None:
    options = element["options"]
    most = 5 if element["type"] == "overflow" else 100
    if not isinstance(options, list) or not 1 <= len(options) <= most:
        complain(f"{at}/options", f"between 1 and {most} items allowed")
        return
    for index, option in enumerate(options):
        text = option.get("text") if isinstance(option, Mapping) else None
        _text(text, 75, f"{at}/options/{index}/text", complain)


def _button(button: Mapping[str, Any], at: str, complain: Complain) -> None:
    _text(button.get("text"), 75, f"{at}/text", complain, kinds=("plain_text",))
    for key, most in (("value", 2000), ("url", 3000)):
        if len(str(button.get(key, ""))) > most:
            complain(f"{at}/{key}", f"must be less than {most + 1} characters")
    if str(button.get("style", "primary")) not in {"primary", "danger"}:
        complain(f"{at}/style", "must be primary or danger")
