"""The tables of events and of entities: one row for each."""

from collections.abc import Iterator
from dataclasses import dataclass

from huiting.core.meaning import Entity
from huiting.core.types import Event, EventLabel, Role
from huiting.exports._columns import Column, Kind, Outcome, called


@dataclass(frozen=True, slots=True)
class Happened:
    """An event and where it happened."""

    file: str
    call: str
    event: Event


@dataclass(frozen=True, slots=True)
class Named:
    """An entity and where it was said."""

    file: str
    call: str
    entity: Entity


def events_in(outcome: Outcome) -> Iterator[Happened]:
    """Yield the events of a call; a failed one has none."""
    if outcome.analysis is not None:
        call = outcome.analysis.call
        for event in call.events:
            yield Happened(outcome.file, call.recording.id, event)


def entities_in(outcome: Outcome) -> Iterator[Named]:
    """Yield the entities of a call; a failed one has none."""
    if outcome.analysis is not None:
        for entity in outcome.analysis.meaning.entities:
            yield Named(outcome.file, outcome.analysis.call.recording.id, entity)


EVENT_COLUMNS: tuple[Column[Happened], ...] = (
    Column(
        "call_id",
        Kind.TEXT,
        "录音内容的 SHA-256",
        "SHA-256 of the file",
        lambda r: r.call,
        title="通话编号",
    ),
    Column("file", Kind.TEXT, "录音文件", "Recording", lambda r: r.file),
    Column(
        "event",
        Kind.TEXT,
        "事件",
        "What happens",
        lambda r: r.event.label.value,
        say=called(EventLabel),
    ),
    Column("start_s", Kind.SECONDS, "开始（秒）", "Start", lambda r: r.event.span.start),
    Column("end_s", Kind.SECONDS, "结束（秒）", "End", lambda r: r.event.span.end),
    Column("channel", Kind.INTEGER, "声道，从 0 起", "Channel", lambda r: r.event.channel),
    Column(
        "role",
        Kind.TEXT,
        "涉及的角色",
        "Whom it concerns",
        lambda r: None if r.event.role is None else r.event.role.value,
        say=called(Role),
    ),
    Column("value", Kind.NUMBER, "数值（见文档）", "Measured number", lambda r: r.event.value),
    Column("score", Kind.SHARE, "得分", "Score", lambda r: r.event.score),
    Column(
        "source",
        Kind.TEXT,
        "来源：engine 引擎标签、model 模型、signal 信号计算、derived 推导",
        "How it was found: engine, model, signal, derived",
        lambda r: r.event.source.value,
    ),
)

ENTITY_COLUMNS: tuple[Column[Named], ...] = (
    Column(
        "call_id",
        Kind.TEXT,
        "录音内容的 SHA-256",
        "SHA-256 of the file",
        lambda r: r.call,
        title="通话编号",
    ),
    Column("file", Kind.TEXT, "录音文件", "Recording", lambda r: r.file),
    Column(
        "segment",
        Kind.INTEGER,
        "语段序号，从 1 起",
        "Segment, from 1",
        lambda r: r.entity.segment + 1,
    ),
    Column(
        "role", Kind.TEXT, "谁说的", "Who says it", lambda r: r.entity.role.value, say=called(Role)
    ),
    Column("kind", Kind.TEXT, "类型", "Kind", lambda r: r.entity.kind),
    Column("value", Kind.TEXT, "规范值", "Normalized value", lambda r: r.entity.value),
    Column("text", Kind.TEXT, "原文", "As it stands there", lambda r: r.entity.text),
    Column("start_s", Kind.SECONDS, "开始（秒）", "Start", lambda r: r.entity.span.start),
    Column("end_s", Kind.SECONDS, "结束（秒）", "End", lambda r: r.entity.span.end),
    Column(
        "source",
        Kind.TEXT,
        "来源：pattern 规则、list 名单、model 模型",
        "How it was found: pattern, list, model",
        lambda r: r.entity.source.value,
    ),
)
