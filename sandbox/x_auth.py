"""Who asks: checks OAuth 1.0a signatures and bearer tokens; hands out one brand's made-up secrets."""

import hmac
from base64 import b64encode
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, urlsplit

from oauthlib.oauth1.rfc5849 import signature
from werkzeug.wrappers import Request

SIGNED_FOR = ("https://api.x.com", "https://api.twitter.com")  # a client may sign for these and be sent here after


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What a developer would copy from the network's console."""

    consumer_key: str
    consumer_secret: str
    access_token: str
    access_token_secret: str
    bearer_token: str  # the app alone: reads only, no private messages
    user_token: str  # OAuth 2.0 with the user's consent


def credentials(seed: int, person_id: str) -> Credentials:
    """Make up the secrets of one account. An access token begins with the account's id: clients rely on it."""
    return Credentials(
        consumer_key=f"sandbox-consumer-key-{seed}",
        consumer_secret=f"sandbox-consumer-secret-{seed}",
        access_token=f"{person_id}-sandboxaccesstoken{seed}",
        access_token_secret=f"sandbox-access-secret-{seed}",
        bearer_token=f"sandbox-app-bearer-{seed}",
        user_token=f"sandbox-user-token-{seed}",
    )


Kind = Literal["oauth1", "user", "app"]


def who(request: Request, known: Credentials) -> Kind | None:
    """Tell what kind of token a request carries; None when it carries none, an unknown one or a wrong signature."""
    header = request.headers.get("Authorization", "")
    scheme, _, rest = header.partition(" ")
    if scheme.lower() == "bearer":
        kinds: dict[str, Kind] = {known.bearer_token: "app", known.user_token: "user"}
        return kinds.get(rest.strip())
    if scheme.lower() == "oauth" and _signed(request, known):
        return "oauth1"
    return None


def _signed(request: Request, known: Credentials) -> bool:
    header = {"Authorization": request.headers["Authorization"]}
    query = request.query_string.decode()
    try:
        given = dict(signature.collect_parameters(query, headers=header, exclude_oauth_signature=False))
        collected = signature.collect_parameters(query, headers=header)
    except ValueError:
        return False
    if (given.get("oauth_consumer_key"), given.get("oauth_token")) != (known.consumer_key, known.access_token):
        return False
    normal = signature.normalize_parameters(collected)
    for host in (request.host_url.rstrip("/"), *SIGNED_FOR):
        base = signature.signature_base_string(request.method, _uri(host, request.path), normal)
        if hmac.compare_digest(_sign(base, known), given.get("oauth_signature", "")):
            return True
    return False


def _sign(base: str, known: Credentials) -> str:
    key = f"{quote(known.consumer_secret, safe='')}&{quote(known.access_token_secret, safe='')}"
    return b64encode(hmac.digest(key.encode(), base.encode(), "sha1")).decode()


def _uri(host: str, path: str) -> str:
    return str(signature.base_string_uri(f"{host}{path}", urlsplit(host).netloc))
