"""Every table in one import, for migrations and tests."""

from sqlmodel import SQLModel

from storage.arrivals import Arrival
from storage.authors import Author
from storage.cases import Case, CasePost, Fact
from storage.clues import Clue
from storage.corrections import Correction
from storage.deletions import Deletion
from storage.deliveries import Delivery
from storage.events import Event
from storage.gatings import Gating
from storage.incidents import Incident
from storage.links import Link
from storage.optouts import OptOut, Salt
from storage.pains import PainTrace
from storage.posts import Post, Unreadable
from storage.rates import Rate
from storage.reports import Made, Quoted
from storage.sources import Source
from storage.spending import Spent
from storage.streams import Stream
from storage.suggestions import Suggestion
from storage.switches import Beat, Switch
from storage.tombstones import Tombstone
from storage.vectors import Vector
from storage.verdicts import Verdict

METADATA = SQLModel.metadata

__all__ = [
    "METADATA",
    "Arrival",
    "Author",
    "Beat",
    "Case",
    "CasePost",
    "Clue",
    "Correction",
    "Deletion",
    "Delivery",
    "Event",
    "Fact",
    "Gating",
    "Incident",
    "Link",
    "Made",
    "OptOut",
    "PainTrace",
    "Post",
    "Quoted",
    "Rate",
    "Salt",
    "Source",
    "Spent",
    "Stream",
    "Suggestion",
    "Switch",
    "Tombstone",
    "Unreadable",
    "Vector",
    "Verdict",
]
