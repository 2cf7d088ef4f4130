"""What reviewers do: plans, items, appeals; where in a call a verdict was missing."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.add_column("review", sa.Column("item", sa.Integer))
    op.add_column("review", sa.Column("moment", sa.Double))
    op.create_index("ix_review_item", "review", ["item"])
    op.create_index("ix_review_at", "review", ["at"])
    _plans()
    _items()
    op.create_table(
        "appeal",
        sa.Column("key", sa.Integer, primary_key=True),
        _recording(),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("decided_by", sa.Text),
        sa.Column("decided", sa.DateTime),
        sa.Column("answer", sa.Text, nullable=False),
        sa.UniqueConstraint("recording", "rule", "version"),
        sa.Index("ix_appeal_state", "state", "key"),
    )


def _plans() -> None:
    op.create_table(
        "review_plan",
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("rule", sa.Text),
        sa.Column("fatal", sa.Boolean, nullable=False),
        sa.Column("failed", sa.Boolean, nullable=False),
        sa.Column("uncertain", sa.Boolean, nullable=False),
        sa.Column("each", sa.Integer, nullable=False),
        sa.Column("second", sa.Double, nullable=False),
        sa.Column("weeks", sa.Integer, nullable=False),
        sa.Column("most", sa.Integer, nullable=False),
        sa.Column("seed", sa.Integer, nullable=False),
        sa.Column("reviewers", sa.JSON, nullable=False),
        sa.Column("allowed", sa.JSON, nullable=False),
        sa.Column("paused", sa.Boolean, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("drawn_at", sa.DateTime),
    )


def _items() -> None:
    op.create_table(
        "review_item",
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column("plan", sa.Integer, sa.ForeignKey("review_plan.key", ondelete="SET NULL")),
        _recording(),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("reader", sa.Integer, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("drawn", sa.Boolean, nullable=False),
        sa.Column("agent", sa.Text, nullable=False),
        sa.Column("week", sa.Text, nullable=False),
        sa.Column("weight", sa.Double),
        sa.Column("reviewer", sa.Text),
        sa.Column("taken", sa.DateTime),
        sa.Column("skipped", sa.DateTime),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("by", sa.Text),
        sa.Column("decided", sa.DateTime),
        sa.Column("seconds", sa.Double),
        sa.UniqueConstraint("recording", "rule", "version", "reader"),
        sa.Index("ix_review_item_open", "decided", "reviewer", "key"),
        sa.Index("ix_review_item_plan", "plan", "decided"),
        sa.Index("ix_review_item_stratum", "week", "agent", "drawn"),
        sa.Index("ix_review_item_by", "by", "decided"),
    )


def _recording() -> sa.Column:
    return sa.Column(
        "recording", sa.Integer, sa.ForeignKey("recording.key", ondelete="CASCADE"), nullable=False
    )
