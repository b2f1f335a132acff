"""The edges of Graph we use: as Meta documents them, whose limit they draw on, and the permission each needs.

Sources: Meta's Graph API reference and Messenger Platform pages (2026). Which of the `pages_…` permissions an edge
needs is documented unevenly; what a refusal names counts more than this list.
"""

from dataclasses import dataclass

PAGES, MESSENGER, INSTAGRAM = "pages", "messenger", "instagram"
"""Meta's business use cases, each with a limit of its own."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One edge."""

    name: str
    bucket: str  # the rate row
    needs: tuple[str, ...] = ()  # permissions

    @property
    def remedy(self) -> str:
        """Say what to do when it is refused for want of a permission."""
        if not self.needs:
            return "Look at the token's permissions: `sottovoce check` names those that are missing."
        needs = ", ".join(self.needs)
        return f"It needs {needs}, with Advanced Access for customers who have no role in the app (docs/channels.md)."


ME = Endpoint("GET /me", PAGES)
DEBUG_TOKEN = Endpoint("GET /debug_token", PAGES)
PAGE = Endpoint("GET /{page}", PAGES, ("pages_read_engagement",))

FEED = Endpoint("GET /{page}/feed", PAGES, ("pages_read_engagement", "pages_read_user_content"))
TAGGED = Endpoint("GET /{page}/tagged", PAGES, ("pages_read_user_content", "pages_show_list"))
RATINGS = Endpoint("GET /{page}/ratings", PAGES, ("pages_read_user_content",))
COMMENTS = Endpoint("GET /{post}/comments", PAGES, ("pages_read_engagement", "pages_read_user_content"))
COMMENT = Endpoint("GET /{comment}", PAGES, ("pages_read_engagement", "pages_read_user_content"))
REPLY = Endpoint("POST /{comment}/comments", PAGES, ("pages_manage_engagement",))
HIDE = Endpoint("POST /{comment}", PAGES, ("pages_manage_engagement",))
LIKE = Endpoint("POST /{object}/likes", PAGES, ("pages_manage_engagement",))
DELETE = Endpoint("DELETE /{comment}", PAGES, ("pages_manage_engagement",))
BAN = Endpoint("POST /{page}/blocked", PAGES, ("pages_manage_engagement", "pages_manage_metadata"))

_INBOX = ("pages_messaging", "pages_manage_metadata", "pages_read_engagement")
CONVERSATIONS = Endpoint("GET /{page}/conversations", MESSENGER, _INBOX)
MESSAGES = Endpoint("GET /{conversation}/messages", MESSENGER, _INBOX)
MESSAGE = Endpoint("POST /{page}/messages", MESSENGER, ("pages_messaging",))

IG_MEDIA = Endpoint("GET /{ig-user}/media", INSTAGRAM, ("instagram_basic", "pages_read_engagement"))
IG_TAGS = Endpoint("GET /{ig-user}/tags", INSTAGRAM, ("instagram_basic", "instagram_manage_comments"))
IG_USER = Endpoint("GET /{ig-user}", INSTAGRAM, ("instagram_basic", "instagram_manage_comments"))
IG_COMMENTS = Endpoint("GET /{ig-media}/comments", INSTAGRAM, ("instagram_basic", "instagram_manage_comments"))
IG_COMMENT = Endpoint("GET /{ig-comment}", INSTAGRAM, ("instagram_basic", "instagram_manage_comments"))
IG_REPLIES = Endpoint("GET /{ig-comment}/replies", INSTAGRAM, ("instagram_basic", "instagram_manage_comments"))
IG_REPLY = Endpoint("POST /{ig-comment}/replies", INSTAGRAM, ("instagram_manage_comments",))
IG_MENTION = Endpoint("POST /{ig-user}/mentions", INSTAGRAM, ("instagram_manage_comments",))
IG_HIDE = Endpoint("POST /{ig-comment}", INSTAGRAM, ("instagram_manage_comments",))
IG_DELETE = Endpoint("DELETE /{ig-comment}", INSTAGRAM, ("instagram_manage_comments",))

_IG_INBOX = ("instagram_basic", "instagram_manage_messages", "pages_manage_metadata")
IG_CONVERSATIONS = Endpoint("GET /{page}/conversations?platform=instagram", MESSENGER, _IG_INBOX)
IG_MESSAGES = Endpoint("GET /{conversation}/messages (Instagram)", MESSENGER, _IG_INBOX)
IG_MESSAGE = Endpoint("POST /{page}/messages (Instagram)", MESSENGER, ("instagram_manage_messages",))
