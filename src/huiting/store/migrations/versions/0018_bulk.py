"""Something done of all calls that a search finds; files with reports that are mailed."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0016"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the table; say in the bin what put a call there, and what goes with a mail."""
    op.create_table(
        "bulk",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("owner", sa.Text, nullable=False, index=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("act", sa.String(20), nullable=False),
        sa.Column("wish", sa.Text, nullable=False),
        sa.Column("total", sa.Integer),
        sa.Column("place", _BIG),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("left", sa.JSON, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False, index=True),
        sa.Column("ended_at", sa.DateTime),
    )
    op.add_column("bin", sa.Column("bulk", sa.String(32)))
    op.create_index("ix_bin_bulk", "bin", ["bulk"])
    # Schedules that there are were made for mails without files: they stay so.
    op.add_column(
        "report_schedule",
        sa.Column("attached", sa.Boolean, nullable=False, server_default=sa.false()),
    )
