"""Who asks Graph: tokens, scopes and proofs of one app and one Page; hands out made-up secrets."""

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime

FACEBOOK_SCOPES = (
    "pages_show_list",
    "pages_read_engagement",
    "pages_read_user_content",
    "pages_manage_engagement",
    "pages_manage_metadata",
    "pages_messaging",
)
INSTAGRAM_SCOPES = ("instagram_basic", "instagram_manage_comments", "instagram_manage_messages")
SCOPES = (*FACEBOOK_SCOPES, *INSTAGRAM_SCOPES)


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphCredentials:
    """What a developer would copy from the app's dashboard."""

    app_id: str
    app_secret: str
    page_token: str  # of the Page and of the Instagram account connected to it

    @property
    def app_token(self) -> str:
        """The app itself: may look into tokens and do nothing else here."""
        return f"{self.app_id}|{self.app_secret}"

    def proof(self, token: str) -> str:
        """The `appsecret_proof` of a token."""
        return hmac.new(self.app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()


def credentials(seed: int) -> GraphCredentials:
    """Make up the secrets of one app and Page."""
    return GraphCredentials(
        app_id=str(870_000_000_000_000 + seed), app_secret=f"{seed:032x}", page_token=f"EAAsandboxpagetoken{seed}ZDZD"
    )


@dataclass(slots=True)
class Access:
    """What the Page's token may do at the moment. A test changes it, as a person in Meta's settings would."""

    credentials: GraphCredentials
    scopes: set[str] = field(default_factory=lambda: set(SCOPES))
    expires_at: datetime | None = None  # None: never
    data_access_expires_at: datetime | None = None
    dead: str = ""  # the refusal it gets: token_expired, token_checkpoint …; empty: it lives
    require_proof: bool = False
    human_agent: bool = True  # the app's Human Agent feature is approved
    advanced: bool = True  # False: Standard Access, which sees nobody without a role in the app

    def trouble(self, token: str, proof: str, *, now: datetime) -> str:
        """Name what is wrong with a token and its proof; empty: nothing."""
        known = self.credentials
        if not token:
            return "no_token"
        if token not in {known.page_token, known.app_token}:
            return "malformed_token"
        if proof and not hmac.compare_digest(proof.encode(), known.proof(token).encode()):
            return "wrong_proof"
        if self.require_proof and not proof and token == known.page_token:
            return "no_proof"
        if token == known.app_token:
            return ""
        return self.dead or ("token_expired" if self.expires_at and now >= self.expires_at else "")

    def told(self, token: str, page_id: str, *, now: datetime) -> dict[str, object]:
        """Say about a token what `debug_token` says. An unknown token is told as the error it would get."""
        if token != self.credentials.page_token:
            return {
                "error": {"code": 190, "message": "Invalid OAuth access token."},
                "is_valid": False,
                "scopes": [],
            }
        alive = not self.dead and not (self.expires_at and now >= self.expires_at)
        scopes = sorted(self.scopes)
        told: dict[str, object] = {
            "app_id": self.credentials.app_id,
            "type": "PAGE",
            "application": "Sandbox",
            "data_access_expires_at": _stamp(self.data_access_expires_at),
            "expires_at": _stamp(self.expires_at),
            "is_valid": alive,
            "issued_at": 1_760_000_000,
            "profile_id": page_id,
            "scopes": scopes,
            "granular_scopes": [{"scope": scope, "target_ids": [page_id]} for scope in scopes],
            "user_id": "1234567890123456",
        }
        if not alive:
            told["error"] = {"code": 190, "message": "Error validating access token", "subcode": 463}
        return told


def _stamp(at: datetime | None) -> int:
    return int(at.timestamp()) if at else 0
