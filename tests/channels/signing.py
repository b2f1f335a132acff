"""Signs as the platforms do, and knocks as they do."""

import base64
import hmac
import json
from hashlib import sha256
from typing import Any

import requests

from channels.meta_signed import SIGNATURE as META_SIGNATURE
from channels.x_activity import SIGNATURE as X_SIGNATURE

APP_SECRET = "meta-app-secret"
VERIFY_TOKEN = "a-token-made-up-by-the-operator"
CONSUMER_SECRET = "x-consumer-secret"
PAGE, PSID = "1234567890321", "987654321432"
TIMEOUT = 10  # seconds a test waits for an answer


def encoded(content: Any) -> bytes:
    return content if isinstance(content, bytes) else json.dumps(content).encode()


def meta_headers(body: bytes, *, secret: str = APP_SECRET) -> dict[str, str]:
    return {META_SIGNATURE: "sha256=" + hmac.new(secret.encode(), body, sha256).hexdigest()}


def x_headers(body: bytes, *, secret: str = CONSUMER_SECRET) -> dict[str, str]:
    digest = hmac.new(secret.encode(), body, sha256).digest()
    return {X_SIGNATURE: "sha256=" + base64.b64encode(digest).decode()}


def signed_request(content: Any, *, secret: str = APP_SECRET) -> str:
    payload = base64.urlsafe_b64encode(encoded(content)).rstrip(b"=")
    digest = hmac.new(secret.encode(), payload, sha256).digest()
    return f"{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}.{payload.decode()}"


def about(person: str) -> str:
    """Make the signed request by which Meta says that somebody wants to be erased."""
    return signed_request({"algorithm": "HMAC-SHA256", "issued_at": 1795176000, "user_id": person})


def push_meta(base: str, content: Any, **changed: str) -> int:
    body = encoded(content)
    headers = {**meta_headers(body), "content-type": "application/json", **changed}
    return requests.post(f"{base}/meta", data=body, headers=headers, timeout=TIMEOUT).status_code


def push_x(base: str, content: Any, **changed: str) -> int:
    body = encoded(content)
    headers = {**x_headers(body), "content-type": "application/json", **changed}
    return requests.post(f"{base}/x", data=body, headers=headers, timeout=TIMEOUT).status_code
