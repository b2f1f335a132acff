"""The handoff with a clock, and the gate as data."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Keep with each answer of the gate who says so, by which rules, and what the customer did that allows it."""
    for name in ("source", "rulebook", "consent"):
        op.add_column("gatings", sa.Column(name, sqlmodel.sql.sqltypes.AutoString(), server_default="", nullable=False))
    settled = sa.text("handoff = 'resolved'")
    op.create_index("cases_settled", "cases", ["handoff_at"], sqlite_where=settled, postgresql_where=settled)
    op.create_index("deliveries_account", "deliveries", ["account", "sent_at"])
