"""What each day's calls add up to; it is filled in later, a day at a time."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, and set the clock to 0."""
    big = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    recording = sa.ForeignKey("recording.key", ondelete="CASCADE")
    clock = op.create_table(
        "total_clock",
        sa.Column("key", big, primary_key=True, autoincrement=False),
        sa.Column("now", sa.BigInteger, nullable=False),
    )
    op.bulk_insert(clock, [{"key": 1, "now": 0}])
    op.create_table(
        "total_mark",
        sa.Column("recording", sa.Integer, recording, primary_key=True, autoincrement=False),
        sa.Column("began", sa.DateTime, nullable=False),
        sa.Column("stamp", sa.BigInteger, nullable=False, index=True),
    )
    op.create_table(
        "facts",
        sa.Column(
            "recording", sa.Integer, sa.ForeignKey("recording.key", ondelete="CASCADE"),
            primary_key=True, autoincrement=False,
        ),
        sa.Column("form", sa.Text, primary_key=True),
        sa.Column("stamp", sa.BigInteger, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )  # fmt: skip
    op.create_table(
        "total",
        sa.Column("form", sa.Text, primary_key=True),
        sa.Column("since", sa.DateTime, primary_key=True),
        sa.Column("until", sa.DateTime, primary_key=True),
        sa.Column("upto", sa.BigInteger, nullable=False),
        sa.Column("made", sa.BigInteger, nullable=False),
        sa.Column("calls", sa.Integer, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
