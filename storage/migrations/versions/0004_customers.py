"""One customer over channels."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_LEDGER = "customer_links"


def upgrade() -> None:
    """Make the ledger of links, the clues that lead to them, and what a person is asked."""
    op.create_table(
        _LEDGER,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("act", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("one", sa.Integer(), nullable=False),
        sa.Column("other", sa.Integer(), nullable=False),
        sa.Column("by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["one"], ["authors.id"]),
        sa.ForeignKeyConstraint(["other"], ["authors.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("customer_links_pair", _LEDGER, ["one", "other", "id"])
    op.create_index("ix_customer_links_other", _LEDGER, ["other"])
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER customer_links_no_{verb.lower()} BEFORE {verb} ON {_LEDGER} "
            "BEGIN SELECT RAISE(ABORT, 'links are written once and never changed'); END"
        )
    op.create_table(
        "customer_clues",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("digest", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("weak", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["authors.id"]),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("author_id", "digest", "private"),
    )
    op.create_index("ix_customer_clues_digest", "customer_clues", ["digest"])
    op.create_table(
        "customer_suggestions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("one", sa.Integer(), nullable=False),
        sa.Column("other", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("asked_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["one"], ["authors.id"]),
        sa.ForeignKeyConstraint(["other"], ["authors.id"]),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("one", "other"),
    )
    op.create_index(
        "customer_suggestions_unasked",
        "customer_suggestions",
        ["id"],
        sqlite_where=sa.text("asked_at IS NULL"),
        postgresql_where=sa.text("asked_at IS NULL"),
    )


def downgrade() -> None:
    """Take them away again."""
    for verb in ("update", "delete"):
        op.execute(f"DROP TRIGGER customer_links_no_{verb}")
    for table in ("customer_suggestions", "customer_clues", _LEDGER):
        op.drop_table(table)
