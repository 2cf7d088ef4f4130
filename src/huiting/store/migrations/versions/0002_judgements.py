"""Dialogues made of analyses; judgements, their verdicts and scores; intents."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, and say which judgement is current."""
    op.create_table(
        "dialogue",
        _recording(),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.add_column("recording", sa.Column("judgement", sa.Text))
    op.create_table(
        "judgement",
        _recording(),
        sa.Column("rules", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "finding",
        _recording(),
        sa.Column("rule", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("effect", sa.Double, nullable=False),
        sa.Index("ix_finding_rule", "rule", "verdict"),
    )
    op.create_table(
        "score",
        _recording(),
        sa.Column("scorecard", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("points", sa.Double),
        sa.Column("most", sa.Double, nullable=False),
        sa.Column("grade", sa.Text, nullable=False),
        sa.Column("fatal", sa.Boolean, nullable=False),
        sa.Column("uncertain", sa.Boolean, nullable=False),
        sa.Index("ix_score_scorecard", "scorecard", "points"),
    )
    op.create_table(
        "intent",
        _recording(),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("score", sa.Double, nullable=False),
        sa.Column("main", sa.Boolean, nullable=False),
        sa.Index("ix_intent_name", "name", "score"),
    )


def _recording() -> sa.Column[int]:
    return sa.Column(
        "recording",
        sa.Integer,
        sa.ForeignKey("recording.key", ondelete="CASCADE"),
        primary_key=True,
    )
