"""Every table in one import, for migrations and tests."""

from sqlmodel import SQLModel

from storage.authors import Author
from storage.cases import Case, CasePost, Fact
from storage.deliveries import Delivery
from storage.events import Event
from storage.gatings import Gating
from storage.incidents import Incident
from storage.optouts import OptOut, Salt
from storage.posts import Post, Unreadable
from storage.rates import Rate
from storage.sources import Source
from storage.spending import Spent
from storage.switches import Beat, Switch
from storage.verdicts import Verdict

METADATA = SQLModel.metadata

__all__ = [
    "METADATA",
    "Author",
    "Beat",
    "Case",
    "CasePost",
    "Delivery",
    "Event",
    "Fact",
    "Gating",
    "Incident",
    "OptOut",
    "Post",
    "Rate",
    "Salt",
    "Source",
    "Spent",
    "Switch",
    "Unreadable",
    "Verdict",
]
