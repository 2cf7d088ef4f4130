"""Recordings, analyses, segments, failures, and the search index."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Big = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "recording",
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column("id", sa.String(64), nullable=False, unique=True),
        sa.Column("clock", sa.BigInteger, nullable=False, unique=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("began", sa.DateTime, nullable=False, index=True),
        sa.Column("started_at", sa.Text),
        sa.Column("duration", sa.Double, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("codec", sa.Text, nullable=False),
        sa.Column("channels", sa.Integer, nullable=False),
        sa.Column("language", sa.Text),
        sa.Column("metadata", sa.JSON, nullable=False),
        sa.Column("analysis", sa.Integer, nullable=False),
    )
    op.create_table(
        "recording_name",
        _recording(primary_key=True),
        sa.Column("path", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False, index=True),
        sa.Column("stem", sa.Text, nullable=False, index=True),
    )
    op.create_table(
        "recording_field",
        _recording(primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
        sa.Index("ix_recording_field_entry", "name", "value"),
    )
    op.create_table(
        "analysis",
        sa.Column("key", sa.Integer, primary_key=True),
        _recording(nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("huiting", sa.Text, nullable=False),
        sa.Column("engine", sa.Text, nullable=False),
        sa.Column("models", sa.JSON, nullable=False),
        sa.Column("settings", sa.Text, nullable=False),
        sa.Column("segments", sa.Integer, nullable=False),
        sa.Column("turns", sa.Integer, nullable=False),
        sa.Column("speech", sa.Double, nullable=False),
        sa.Column("silence", sa.Double, nullable=False),
        sa.Column("silence_ratio", sa.Double),
        sa.Column("longest_silence", sa.Double, nullable=False),
        sa.Column("dead_air", sa.Double, nullable=False),
        sa.Column("hold", sa.Double, nullable=False),
        sa.Column("overlap", sa.Double, nullable=False),
        sa.Column("overlap_ratio", sa.Double),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("recording", "version"),
    )
    op.create_table(
        "segment",
        sa.Column("id", Big, primary_key=True, autoincrement=False),
        _recording(nullable=False, index=True),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("channel", sa.Integer, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("start", sa.Double, nullable=False),
        sa.Column("end", sa.Double, nullable=False),
        sa.Column("language", sa.Text),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("spoken", sa.Text),
        sa.Column("folded", sa.Text, nullable=False),
        sa.Column("sound", sa.Text, nullable=False),
    )
    op.create_table(
        "failure",
        sa.Column("path", sa.Text, primary_key=True),
        sa.Column("recording", sa.String(64), index=True),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("remedy", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
    )
    _make_index()


def _recording(
    *, primary_key: bool = False, nullable: bool = True, index: bool = False
) -> sa.Column[int]:
    return sa.Column(
        "recording",
        sa.Integer,
        sa.ForeignKey("recording.key", ondelete="CASCADE"),
        primary_key=primary_key,
        nullable=nullable and not primary_key,
        index=index,
    )


def _make_index() -> None:
    if op.get_bind().dialect.name == "sqlite":
        # Lists of segments only: no copy of the text, no positions, no lengths.
        op.execute(
            "CREATE VIRTUAL TABLE segment_index USING fts5"
            "(keys, content='', detail=none, columnsize=0, tokenize='ascii')"
        )
        return
    op.add_column("segment", sa.Column("keys", postgresql.ARRAY(sa.Integer), nullable=False))
    op.create_index("ix_segment_keys", "segment", ["keys"], postgresql_using="gin")
