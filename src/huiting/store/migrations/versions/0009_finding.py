"""What finding calls needs: indexes that say whose rows they hold, and those to sort calls by."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

WIDER = (
    ("ix_recording_field_entry", "recording_field", ["name", "value"]),
    ("ix_finding_rule", "finding", ["rule", "verdict"]),
    ("ix_score_scorecard", "score", ["scorecard", "points"]),
    ("ix_feeling_label", "feeling", ["role", "label"]),
)
"""Indexes that a call is now told from, without its row."""


def upgrade() -> None:
    """Make the indexes; none of the rows change."""
    for name, table, columns in WIDER:
        op.drop_index(name, table)
        op.create_index(name, table, [*columns, "recording"])
    op.drop_index("ix_intent_name", "intent")
    op.create_index("ix_intent_name", "intent", ["name", "recording"])
    op.create_index("ix_finding_verdict", "finding", ["verdict", "recording"])
    op.create_index("ix_recording_duration", "recording", ["duration", "clock"])
    op.create_index("ix_recording_language", "recording", ["language", "clock"])
