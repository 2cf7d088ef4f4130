"""What people add to a call: remarks, corrected text."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "remark",
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column(
            "recording",
            sa.Integer,
            sa.ForeignKey("recording.key", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("moment", sa.Double),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Index("ix_remark_call", "recording", "key"),
    )
    op.create_table(
        "correction",
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column(
            "recording",
            sa.Integer,
            sa.ForeignKey("recording.key", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("segment", sa.Integer, nullable=False),
        sa.Column("channel", sa.Integer, nullable=False),
        sa.Column("start", sa.Double, nullable=False),
        sa.Column("end", sa.Double, nullable=False),
        sa.Column("language", sa.Text),
        sa.Column("engine", sa.Text, nullable=False),
        sa.Column("heard", sa.Text, nullable=False),
        sa.Column("text", sa.Text),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Index("ix_correction_call", "recording", "key"),
    )
