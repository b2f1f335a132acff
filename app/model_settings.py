"""What the operator says about judging: thresholds, threads, and models of their own choice. Inert; loads none."""

from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

Head = Literal["sentiment", "abuse", "kind"]


class HubTable(BaseModel):
    """A model of the hub, or a folder, that answers one head."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1)
    labels: dict[str, str] = Field(default_factory=dict)  # its own words -> ours; only where they are not plain
    revision: str = ""  # branch, tag or commit; empty: the hub's main


class Model(BaseModel):
    """How posts are judged."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    policy: Path | None = None  # own thresholds; empty: the shipped ones
    threads: int = Field(default=0, ge=0)  # 0: as many as there are cores
    name: str = ""  # a model that answers the head its labels tell; empty: the shipped one answers all
    labels: dict[str, str] = Field(default_factory=dict)  # of `name`
    revision: str = ""  # of `name`
    device: str = Field(default="auto", pattern=r"^(auto|cpu|mps|cuda(:\d+)?)$")  # for hub models
    heads: dict[Head, HubTable] = Field(default_factory=dict)  # by head, a model that answers it

    @field_validator("heads", mode="before")
    @classmethod
    def _short(cls, heads: Any) -> Any:
        """Take a bare name for a table with nothing but a name."""
        if not isinstance(heads, dict):
            return heads
        return {head: {"name": given} if isinstance(given, str) else given for head, given in heads.items()}

    @model_validator(mode="after")
    def _named(self) -> Self:
        if not self.name and (self.labels or self.revision):
            raise ValueError("labels and revision say something of a model: set name as well")
        return self
