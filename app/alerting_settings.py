"""The operator's word on alerts: how many a day, or how few may be missed. Inert; chooses no threshold."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from moderation.alerting import Choice


class AlertsTable(BaseModel):
    """At most one of the two; neither: the policy's thresholds as they are."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at_most_a_day: int | None = Field(default=None, ge=0, description="alerts on a usual day")
    miss_at_most: float | None = Field(default=None, gt=0, lt=1, description="share of urgent posts, such as 0.05")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if self.at_most_a_day is not None and self.miss_at_most is not None:
            raise ValueError("at_most_a_day and miss_at_most pull apart: set only one of them")
        return self

    @property
    def choice(self) -> Choice:
        """Say what is wanted, as the moderation understands it."""
        return Choice(at_most_a_day=self.at_most_a_day, miss_at_most=self.miss_at_most)
