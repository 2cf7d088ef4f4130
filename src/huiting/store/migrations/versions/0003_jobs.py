"""Jobs; recordings that were handed in, batches, uploads; how parties sound."""

import json
import zlib
from collections import Counter

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

Big = sa.BigInteger().with_variant(sa.Integer, "sqlite")
SURE = 0.5


def upgrade() -> None:
    """Make the tables."""
    _received()
    _feelings()


def _received() -> None:
    """Make the tables of what is handed in."""
    op.create_table(
        "recording_file",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("metadata", sa.JSON, nullable=False),
        sa.Column("started_at", sa.Text),
        sa.Column("roles", sa.JSON, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "batch",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("number", Big, nullable=False, unique=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False, index=True),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("paused", sa.Boolean, nullable=False),
    )
    op.create_table(
        "received",
        sa.Column("key", Big, primary_key=True),
        sa.Column("batch", sa.String(32), sa.ForeignKey("batch.id", ondelete="CASCADE")),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("recording", sa.String(64)),
        sa.Column("digest", sa.String(16)),
        sa.Column("job", Big, index=True),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("code", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("remedy", sa.Text),
        sa.Index("ix_received_batch", "batch", "key"),
        sa.Index("ix_received_work", "recording", "digest", "key"),
    )
    op.create_table(
        "upload",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("owner", sa.Text, nullable=False, index=True),
        sa.Column("length", sa.BigInteger, nullable=False),
        sa.Column("offset", sa.BigInteger, nullable=False),
        sa.Column("metadata_line", sa.Text, nullable=False),
        sa.Column("expires_at", sa.DateTime, nullable=False, index=True),
        sa.Column("recording", sa.String(64)),
        sa.Column("job", Big),
    )
    op.create_table(
        "answer",
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("token", sa.Text, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime, nullable=False, index=True),
        sa.Column("status", sa.Integer),
        sa.Column("location", sa.Text),
        sa.Column("body", sa.LargeBinary),
        sa.UniqueConstraint("owner", "token"),
    )


def _feelings() -> None:
    """Make the table of feelings, and fill it from the analyses that are current."""
    op.create_table(
        "feeling",
        sa.Column(
            "recording",
            sa.Integer,
            sa.ForeignKey("recording.key", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("role", sa.Text, primary_key=True),
        sa.Column("label", sa.Text, primary_key=True),
        sa.Column("segments", sa.Integer, nullable=False),
        sa.Index("ix_feeling_label", "role", "label"),
    )
    bind = op.get_bind()
    recording = sa.table("recording", sa.column("key"), sa.column("analysis"))
    analysis = sa.table("analysis", sa.column("recording"), sa.column("version"), sa.column("body"))
    feeling = sa.table(
        "feeling",
        sa.column("recording"),
        sa.column("role"),
        sa.column("label"),
        sa.column("segments"),
    )
    keys = bind.scalars(sa.select(recording.c.key)).all()
    for key in keys:
        body = bind.scalar(
            sa.select(analysis.c.body)
            .join(recording, recording.c.key == analysis.c.recording)
            .where(recording.c.key == key, analysis.c.version == recording.c.analysis)
        )
        rows = [
            {"recording": key, "role": role, "label": label, "segments": count}
            for (role, label), count in _felt(json.loads(zlib.decompress(body))).items()
        ]
        if rows:
            bind.execute(sa.insert(feeling), rows)


def _felt(analysis: dict) -> Counter[tuple[str, str]]:
    """Count how segments sound, as the program did when this was written."""
    found: Counter[tuple[str, str]] = Counter()
    for segment in analysis["call"]["segments"]:
        emotion = segment.get("emotion")
        if emotion and (emotion.get("score") is None or emotion["score"] >= SURE):
            found[segment["role"], emotion["label"]] += 1
    return found
