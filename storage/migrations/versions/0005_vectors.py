"""What a post is about, as a vector, and how pain points looked by week."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of vectors and of pain points' traces."""
    op.create_table(
        "vectors",
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("model", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"]),
        sa.PrimaryKeyConstraint("post_id"),
    )
    text = sqlmodel.sql.sqltypes.AutoString()
    op.create_table(
        "pain_traces",
        sa.Column("brand", text, nullable=False),
        sa.Column("week", text, nullable=False),
        sa.Column("pain", sa.Integer(), nullable=False),
        sa.Column("name", text, nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("matter", text, nullable=False),
        sa.Column("model", text, nullable=False),
        sa.Column("middle", sa.LargeBinary(), nullable=False),
        sa.Column("posts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("brand", "week", "pain"),
    )
