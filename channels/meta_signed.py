"""Meta's signatures: of webhooks over their raw bytes, and of requests about a person. Stores nothing."""

import base64
import binascii
import hmac
import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from channels.graph_fields import mapping

SIGNATURE: Final = "x-hub-signature-256"
ALGORITHM: Final = "HMAC-SHA256"
LONGEST_CHALLENGE = 512  # characters; Meta's are ten digits
LONGEST_REQUEST = 8192  # characters of a signed request; Meta's are some hundred
LONGEST_ID = 40  # characters of a person's id


def signed_by(secret: bytes, headers: Mapping[str, str], body: bytes) -> bool:
    """Compare the signature of a webhook with the raw bytes, in constant time; header names in lower case."""
    wanted = "sha256=" + hmac.new(secret, body, sha256).hexdigest()
    return hmac.compare_digest(headers.get(SIGNATURE, "").encode("utf-8", "replace"), wanted.encode())


def challenge(verify_token: bytes, query: Mapping[str, str]) -> str | None:
    """Answer the handshake of a new webhook; None for anybody who does not know the token, which takes as long."""
    said = query.get("hub.verify_token", "").encode("utf-8", "replace")
    known = hmac.compare_digest(said, verify_token)
    asked = query.get("hub.challenge", "")
    plain = asked.isascii() and asked.isalnum() and len(asked) <= LONGEST_CHALLENGE
    return asked if known and plain and query.get("hub.mode") == "subscribe" else None


def who_asks(secret: bytes, signed_request: str) -> str | None:
    """Read whom a signed request is about: an id by which this app knows the person; None when Meta did not sign it.

    Source: Meta, "Data Deletion Request Callback": base64url(signature) "." base64url(JSON), signed before decoding.
    """
    if len(signed_request) > LONGEST_REQUEST:
        return None
    signature, _, payload = signed_request.partition(".")
    wanted = hmac.new(secret, payload.encode("utf-8", "replace"), sha256).digest()
    said = _decoded(signature)
    if said is None or not hmac.compare_digest(said, wanted):
        return None
    return _person(_decoded(payload))


def _person(content: bytes | None) -> str | None:
    try:
        found = mapping(json.loads(content or b""))
    except (ValueError, RecursionError):
        return None
    person = found.get("user_id")
    person = str(person) if isinstance(person, int) and not isinstance(person, bool) else person
    if str(found.get("algorithm")).upper() != ALGORITHM or not isinstance(person, str):
        return None
    return person if person.isascii() and person.isalnum() and len(person) <= LONGEST_ID else None


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        return None
