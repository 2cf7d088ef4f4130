"""Engines that were compared on calls."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "comparison",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("engines", sa.JSON, nullable=False),
        sa.Column("left_out", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False, index=True),
        sa.Column("ended_at", sa.DateTime),
        sa.Column("body", sa.LargeBinary),
    )
    op.create_table(
        "comparison_call",
        sa.Column("comparison", sa.String(32), primary_key=True),
        sa.Column("recording", sa.String(64), primary_key=True, index=True),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("body", sa.LargeBinary),
    )
