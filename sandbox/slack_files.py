"""Files in the Slack look-alike: an address to upload to, the upload, and the message that shows them."""

from typing import Any

from flask import Flask, request
from werkzeug.wrappers import Response

from sandbox.slack_api import Ask, NotOk, SlackApi, late
from sandbox.slack_methods import thread_of
from sandbox.slack_state import BOT_USER, Message

LARGEST = 50_000_000  # bytes; more than the sandbox ever needs


def register(api: SlackApi, app: Flask) -> None:
    """Put the methods and the upload address on the application."""
    api.method(app, "files.getUploadURLExternal", address, scope="files:write")
    api.method(app, "files.completeUploadExternal", complete, scope="files:write")

    def upload(file: str) -> Response:
        known = api.state.uploads.get(file)
        if known is None:
            return Response("no such file", 404)
        if request.mimetype == "multipart/form-data":
            known["content"] = b"".join(sent.read() for sent in request.files.values())
        else:
            known["content"] = request.get_data()  # the SDK sends bytes and calls them a form
        return Response(f"OK - {len(known['content'])}", 200)

    app.add_url_rule("/upload/v1/<file>", "upload", upload, methods=["POST"])


def address(api: SlackApi, ask: Ask) -> dict[str, Any]:
    """Where to upload a file, and its id."""
    name, length = str(ask.need("filename")), int(ask.need("length"))
    if not 0 < length <= LARGEST:
        raise NotOk("invalid_arguments")
    with api.state.lock:
        file = f"F0{len(api.state.uploads) + 1:08d}"
        api.state.uploads[file] = {"name": name, "length": length, "alt_txt": ask.args.get("alt_txt") or ""}
    return {"upload_url": f"{api.base_url}/upload/v1/{file}", "file_id": file}


def complete(api: SlackApi, ask: Ask) -> dict[str, Any]:
    """Show uploaded files in a room."""
    given = ask.need("files")
    found = [_file(api, one) for one in given]
    if ask.args.get("channel_id"):
        _share(api, ask, found)
    return {"files": found}


def _share(api: SlackApi, ask: Ask, found: list[dict[str, Any]]) -> None:
    room = api.room(Ask({"channel": ask.args["channel_id"]}, ask.now, ask.hurts))  # only where the bot is a member
    if room.archived:
        raise NotOk("is_archived")
    message = Message(
        room=room.id,
        ts=api.state.stamp(ask.now),
        user=BOT_USER,
        text=str(ask.args.get("initial_comment") or ""),
        blocks=[],
        at=ask.now,
        seen_at=ask.now + late(ask),
        thread_ts=thread_of(api, ask, room),
    )
    message.files = found
    api.state.say(message)


def _file(api: SlackApi, told: dict[str, Any]) -> dict[str, Any]:
    known = api.state.uploads.get(told.get("id", ""))
    if known is None or "content" not in known:
        raise NotOk("file_not_found")
    return {
        "id": told["id"],
        "name": known["name"],
        "title": told.get("title") or known["name"],
        "size": known["length"],
        "alt_txt": known["alt_txt"],
    }
