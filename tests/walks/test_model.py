"""One walk with the model that ships: the same road, judged as in life."""

from pathlib import Path

import pytest

from app.judging import make_judge
from moderation.classifier import SHIPPED
from tests.walks.street import Street


@pytest.mark.skipif(not (SHIPPED / "model.json").exists(), reason="the model is not there: make model")
def test_a_plain_complaint_is_answered_and_praise_is_left_in_peace(tmp_path: Path) -> None:
    with Street(tmp_path, judge=make_judge()) as street:
        late = street.post("ana", "@NordParcel this is the third day without my parcel, terrible service", lang="en")
        praise = street.post("bo", "@NordParcel thank you so much, the driver was lovely and on time!", lang="en")

        street.wait(minutes=2)

        assert len(street.answers(late)) == 1
        assert street.answers(praise) == []
        assert len(street.cases()) == 1
        assert street.books().balanced
