"""What people work with on the pages: remarks, corrections, appeals, saved searches."""

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change nothing yet."""
