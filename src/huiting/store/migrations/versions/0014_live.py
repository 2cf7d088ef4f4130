"""Calls that were heard while they ran."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "live_call",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("metadata", sa.JSON, nullable=False),
        sa.Column("consent", sa.Boolean),
        sa.Column("at", sa.DateTime, nullable=False, index=True),
        sa.Column("ended_at", sa.DateTime),
        sa.Column("why", sa.Text),
        sa.Column("duration", sa.Double),
        sa.Column("recording", sa.String(64), index=True),
        sa.Column("told", sa.LargeBinary),
    )
