"""Retention, legal hold, the bin."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "bin",
        sa.Column(
            "recording", sa.Integer, sa.ForeignKey("recording.key", ondelete="CASCADE"),
            primary_key=True, autoincrement=False,
        ),
        sa.Column("at", sa.DateTime, nullable=False, index=True),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )  # fmt: skip
    op.create_table(
        "hold",
        sa.Column("key", _BIG, primary_key=True),
        sa.Column("recording", sa.String(64)),
        sa.Column("metadata", sa.JSON, nullable=False),
        sa.Column("since", sa.DateTime),
        sa.Column("until", sa.DateTime),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("released_by", sa.Text),
        sa.Column("released_at", sa.DateTime),
        sa.Index("ix_hold_released", "released_at", "key"),
    )
