"""What platforms push to us, the streams it comes over, and requests to be erased."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TEXT, TIME = sqlmodel.sql.sqltypes.AutoString(), sqlmodel.sql.sqltypes.UTCDateTime()


def upgrade() -> None:
    """Add the tables, and to the sources how they are pushed."""
    op.create_table(
        "arrivals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("door", TEXT, nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("body", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", TIME, nullable=False),
        sa.Column("why", TEXT, nullable=False),
        sa.Column("arrived_at", TIME, nullable=False),
        sa.Column("settled_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest"),
    )
    new = sa.text("state = 'new'")
    op.create_index("arrivals_new", "arrivals", ["id"], sqlite_where=new, postgresql_where=new)
    op.create_index("arrivals_settled", "arrivals", ["settled_at"])
    op.create_table(
        "streams",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", TEXT, nullable=False),
        sa.Column("account", TEXT, nullable=False),
        sa.Column("next_at", TIME, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("why", TEXT, nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("up_at", TIME, nullable=True),
        sa.Column("alive_at", TIME, nullable=True),
        sa.Column("told", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("channel", "account"),
    )
    op.create_table(
        "deletions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("platform", TEXT, nullable=False),
        sa.Column("who", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("done_at", TIME, nullable=True),
        sa.Column("asks", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code"),
        sa.UniqueConstraint("digest"),
    )
    asked = sa.text("state = 'asked'")
    op.create_index("deletions_asked", "deletions", ["id"], sqlite_where=asked, postgresql_where=asked)
    op.create_table(
        "tombstones",
        sa.Column("channel", TEXT, nullable=False),
        sa.Column("native_id", TEXT, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("channel", "native_id"),
    )
    op.create_index("ix_tombstones_at", "tombstones", ["at"])
    op.add_column("sources", sa.Column("pushed_since", TIME, nullable=True))
    op.add_column("sources", sa.Column("pushed_until", TIME, nullable=True))
    op.add_column("sources", sa.Column("sweep_s", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("sources", sa.Column("missed", sa.Integer(), nullable=False, server_default="0"))
