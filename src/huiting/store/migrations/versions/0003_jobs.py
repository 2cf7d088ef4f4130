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
_OPEN = sa.text("state IN ('waiting', 'running')")
_WAITING = sa.text("state = 'waiting'")


def upgrade() -> None:
    """Make the tables."""
    _jobs()
    _received()
    _feelings()


def _jobs() -> None:
    """Make the tables of work that is to be done."""
    op.create_table(
        "job",
        sa.Column("id", Big, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False, index=True),
        sa.Column("payload", sa.JSON, nullable=False),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("due_at", sa.DateTime),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("longest", sa.Float),
        sa.Column("group_id", sa.Text),
        sa.Column("owner", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("stage", sa.Text),
        sa.Column("share", sa.Float, nullable=False),
        sa.Column("code", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("remedy", sa.Text),
        sa.Column("put_at", sa.DateTime, nullable=False),
        sa.Column("begun_at", sa.DateTime),
        sa.Column("ended_at", sa.DateTime, index=True),
        sa.Column("cancelling", sa.Boolean, nullable=False),
        sa.Column("held", sa.Boolean, nullable=False),
        sa.Column("worker", sa.Text),
        sa.Column("fence", sa.Integer, nullable=False),
        sa.Column("beat", sa.BigInteger, nullable=False),
        sa.Column("ticket", sa.BigInteger),
        sa.Index(
            "ix_job_open", "kind", "subject", unique=True,
            sqlite_where=_OPEN, postgresql_where=_OPEN,
        ),
        sa.Index("ix_job_next", "rank", "id", sqlite_where=_WAITING, postgresql_where=_WAITING),
        sa.Index("ix_job_state", "state", "id"),
        sa.Index("ix_job_group", "group_id", "id"),
        sa.Index("ix_job_owner", "owner", "id"),
        sqlite_autoincrement=True,
    )  # fmt: skip
    op.create_table(
        "job_attempt",
        sa.Column(
            "job", Big, sa.ForeignKey("job.id", ondelete="CASCADE"),
            primary_key=True, autoincrement=False,
        ),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("worker", sa.Text, nullable=False),
        sa.Column("begun_at", sa.DateTime, nullable=False),
        sa.Column("ended_at", sa.DateTime),
        sa.Column("outcome", sa.Text),
        sa.Column("code", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("remedy", sa.Text),
    )  # fmt: skip
    op.create_table(
        "schedule",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("put_for", sa.DateTime, nullable=False),
    )
    op.create_table(
        "transcription",
        sa.Column("audio", sa.String(64), primary_key=True),
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False, index=True),
    )


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
