"""Indexes for many calls: of stretches of segments, and of what was decided last of each verdict."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the indexes; none of the rows change.

    That of stretches says which segments the pages of the table hold, for every 32 of them: made
    by reading the table once (5,000,000 segments: 3 s), half a megabyte. SQLite's index of what
    is said tells segments in order, and needs none.
    """
    op.create_index(
        "ix_review_last", "review", ["recording", "rule", "rule_version", "key"],
        if_not_exists=True,
    )  # fmt: skip
    op.drop_index("ix_review_call", "review", if_exists=True)
    if op.get_bind().dialect.name == "postgresql":
        op.create_index(
            "ix_segment_ids", "segment", ["id"], postgresql_using="brin",
            postgresql_with={"pages_per_range": 32, "autosummarize": "on"}, if_not_exists=True,
        )  # fmt: skip
