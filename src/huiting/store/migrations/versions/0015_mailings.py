"""Reports that are sent by mail again and again."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    big = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "report_schedule",
        sa.Column("key", big, primary_key=True),
        sa.Column("owner", sa.Integer, nullable=False, index=True),
        sa.Column("of", sa.Text, nullable=False),
        sa.Column("every", sa.Text, nullable=False),
        sa.Column("hour", sa.Integer, nullable=False),
        sa.Column("recipients", sa.JSON, nullable=False),
        sa.Column("team", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("paused", sa.Boolean, nullable=False),
        sa.Column("put_for", sa.DateTime, nullable=False),
        sqlite_autoincrement=True,  # what was sent of one is never taken for another's
    )
