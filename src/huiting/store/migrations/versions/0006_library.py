"""Versions of rules, scorecards, hotwords and lists, as the team publishes them."""

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
