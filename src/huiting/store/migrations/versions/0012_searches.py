"""Searches that people keep, and what calls are looked for by: numbers, sounds, outcomes."""

import json
import zlib
from collections import Counter

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

NUMBERS = (
    "silence_ratio", "longest_silence", "dead_air", "hold", "overlap_ratio", "interruptions",
    "agent_share", "agent_rate", "customer_rate", "response",
)  # fmt: skip


def upgrade() -> None:
    """Make the tables, and fill those about calls from the analyses that are current."""
    big = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "kept_search",
        sa.Column("key", big, primary_key=True),
        sa.Column("owner", sa.Text, nullable=False, index=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("query", sa.Text, nullable=False),
        sa.Column("columns", sa.JSON, nullable=False),
        sa.Column("shared", sa.Boolean, nullable=False),
        sa.Column("scope", sa.JSON, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("removed_at", sa.DateTime),
        sqlite_autoincrement=True,  # an address never leads to another search than it did
    )
    measure = op.create_table(
        "measure",
        sa.Column("recording", sa.Integer, _recording(), primary_key=True),
        sa.Column("outcome", sa.Text),
        *(sa.Column(name, sa.Double) for name in NUMBERS),
    )
    sound = op.create_table(
        "sound",
        sa.Column("recording", sa.Integer, _recording(), primary_key=True),
        sa.Column("label", sa.Text, primary_key=True),
        sa.Column("times", sa.Integer, nullable=False),
        sa.Index("ix_sound_label", "label"),
    )
    _fill(measure, sound)


def _recording() -> sa.ForeignKey:
    return sa.ForeignKey("recording.key", ondelete="CASCADE")


def _fill(measure: sa.Table, sound: sa.Table) -> None:
    bind = op.get_bind()
    recording = sa.table("recording", sa.column("key"), sa.column("analysis"))
    analysis = sa.table("analysis", sa.column("recording"), sa.column("version"), sa.column("body"))
    for key in bind.scalars(sa.select(recording.c.key)).all():
        body = bind.scalar(
            sa.select(analysis.c.body)
            .join(recording, recording.c.key == analysis.c.recording)
            .where(recording.c.key == key, analysis.c.version == recording.c.analysis)
        )
        made = json.loads(zlib.decompress(body))
        bind.execute(sa.insert(measure).values(recording=key, **_measured(made)))
        heard = Counter(event["label"] for event in made["call"].get("events", ()))
        rows = [{"recording": key, "label": label, "times": n} for label, n in heard.items()]
        if rows:
            bind.execute(sa.insert(sound), rows)


def _measured(analysis: dict) -> dict[str, object]:
    """Return the numbers of a call, as the program told them when this was written."""
    metrics = analysis.get("metrics") or {}
    parties = metrics.get("parties") or []
    agents = [p for p in parties if p["role"] == "agent"]
    agent, customer = _main(parties, "agent"), _main(parties, "customer")
    outcome = (analysis.get("meaning") or {}).get("outcome")
    plain = ("silence_ratio", "longest_silence", "dead_air", "hold", "overlap_ratio")
    return {
        **{name: metrics.get(name) for name in plain},
        "outcome": outcome["kind"] if outcome else None,
        "interruptions": sum(p["interruptions"] for p in agents) if agents else None,
        "agent_share": agent.get("talk_ratio"),
        "agent_rate": agent.get("rate"),
        "customer_rate": customer.get("rate"),
        "response": agent.get("response_median"),
    }


def _main(parties: list[dict], role: str) -> dict:
    own = [party for party in parties if party["role"] == role]
    return max(own, key=lambda party: party["talk_time"], default={})
