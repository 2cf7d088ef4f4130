"""Columns of a call that say what it was about and how its parties felt."""

from collections.abc import Callable
from itertools import chain

from huiting.core.analysis import Analysis
from huiting.core.curves import Thirds, thirds
from huiting.core.meaning import OutcomeKind, Summary
from huiting.core.types import EmotionLabel, EventLabel, Role, Segment
from huiting.core.wording import advice
from huiting.exports._cells import Cell
from huiting.exports._columns import Column, Kind, Outcome, called

MOST_NEEDS = 3
"""Sentences that a cell is given."""
_BURDENED = (
    EmotionLabel.ANGRY,
    EmotionLabel.DISGUSTED,
    EmotionLabel.FEARFUL,
    EmotionLabel.SAD,
)
"""What a supervisor looks for, the gravest first."""


def _column(
    key: str,
    kind: Kind,
    zh: str,
    en: str,
    value: Callable[[Analysis], Cell],
    say: Callable[[str], str] | None = None,
) -> Column[Outcome]:
    def cell(outcome: Outcome) -> Cell:
        return None if outcome.analysis is None else value(outcome.analysis)

    return Column(key, kind, zh, en, cell, say=say)


def _gravest(analysis: Analysis, role: Role) -> Segment | None:
    """Return the first segment of a role with its gravest emotion."""
    felt = [s for s in analysis.call.segments if s.role is role and s.emotion is not None]
    for label in _BURDENED:
        for segment in felt:
            if segment.emotion is not None and segment.emotion.label is label:
                return segment
    return None


def _label(segment: Segment | None) -> str | None:
    return None if segment is None or segment.emotion is None else segment.emotion.label.value


def _count(analysis: Analysis, role: Role, label: EmotionLabel) -> int:
    felt = (s.emotion for s in analysis.call.segments if s.role is role)
    return sum(emotion is not None and emotion.label is label for emotion in felt)


def _thirds(analysis: Analysis, role: Role) -> Thirds:
    return thirds(analysis.call.segments, role, analysis.metrics.duration)


def _summed_up(value: Callable[[Summary], Cell]) -> Callable[[Analysis], Cell]:
    return lambda a: None if a.meaning.summary is None else value(a.meaning.summary)


def _length(analysis: Analysis, label: EventLabel) -> float:
    return sum(e.span.duration for e in analysis.call.events if e.label is label)


def _emotion_columns(role: Role, zh: str) -> tuple[Column[Outcome], ...]:
    who = role.capitalize()
    return (
        _column(
            f"{role}_emotion",
            Kind.TEXT,
            f"{zh}：最值得关注的情绪（愤怒、厌恶、恐惧、悲伤依次优先）",
            f"{who}: gravest emotion (anger, disgust, fear, sadness in this order)",
            lambda a: _label(_gravest(a, role)),
            say=called(EmotionLabel),
        ),
        _column(
            f"{role}_emotion_at_s",
            Kind.SECONDS,
            f"{zh}：该情绪首次出现的时间",
            f"{who}: when it is first heard",
            lambda a: None if (found := _gravest(a, role)) is None else found.span.start,
        ),
        _column(
            f"{role}_valence_first_third",
            Kind.SHARE,
            f"{zh}：前三分之一通话的情绪愉悦度（-1 到 1）",
            f"{who}: mean valence in the first third, from -1 to 1",
            lambda a: _thirds(a, role).first.valence,
        ),
        _column(
            f"{role}_valence_last_third",
            Kind.SHARE,
            f"{zh}：后三分之一通话的情绪愉悦度；高于前三分之一说明情绪缓和",
            f"{who}: mean valence in the last third; higher than in the first: calmed",
            lambda a: _thirds(a, role).last.valence,
        ),
        _column(
            f"{role}_angry",
            Kind.INTEGER,
            f"{zh}：生气的语段数",
            f"{who}: segments heard as angry",
            lambda a: _count(a, role, EmotionLabel.ANGRY),
        ),
        _column(
            f"{role}_happy",
            Kind.INTEGER,
            f"{zh}：愉快的语段数",
            f"{who}: segments heard as happy",
            lambda a: _count(a, role, EmotionLabel.HAPPY),
        ),
    )


MEANING_COLUMNS: tuple[Column[Outcome], ...] = (
    _column(
        "intent",
        Kind.TEXT,
        "主要来电原因",
        "Main intent",
        lambda a: a.meaning.intents[0].name if a.meaning.intents else None,
    ),
    _column(
        "intent_score",
        Kind.SHARE,
        "主要来电原因的得分",
        "Score of the main intent",
        lambda a: a.meaning.intents[0].score if a.meaning.intents else None,
    ),
    _column(
        "intents_other",
        Kind.TEXT,
        "其他来电原因及得分",
        "Other intents with their scores",
        lambda a: ", ".join(f"{i.name} {i.score:.2f}" for i in a.meaning.intents[1:]) or None,
    ),
    _column(
        "needs",
        Kind.TEXT,
        "客户诉求（原话）",
        "What the customer asks for, as said",
        lambda a: "\n".join(q.text for q in a.meaning.needs[:MOST_NEEDS]) or None,
    ),
    _column(
        "outcome",
        Kind.TEXT,
        "结果：solved 已解决、promised 已承诺、unsolved 未解决、unknown 不明",
        "How it ends: solved, promised, unsolved, unknown",
        lambda a: None if a.meaning.outcome is None else a.meaning.outcome.kind.value,
        say=called(OutcomeKind),
    ),
    _column(
        "churn",
        Kind.SHARE,
        "流失风险",
        "Risk that the customer leaves",
        lambda a: None if a.meaning.churn is None else a.meaning.churn.score,
    ),
    _column(
        "urgency",
        Kind.SHARE,
        "紧急程度",
        "Urgency",
        lambda a: None if a.meaning.urgency is None else a.meaning.urgency.score,
    ),
    _column(
        "advice",
        Kind.TEXT,
        "建议的后续处理",
        "What should happen next",
        lambda a: ", ".join(a.meaning.advice) or None,
        say=lambda codes: "；".join(advice(code, "zh") for code in codes.split(", ")),
    ),
    _column(
        "documents",
        Kind.TEXT,
        "关联的知识文档",
        "Documents that fit",
        lambda a: ", ".join(f"{d.title} {d.link}" for d in a.meaning.documents) or None,
    ),
    _column(
        "summary",
        Kind.TEXT,
        "语言模型的摘要（未启用时为空）",
        "Summary by a language model, where one is set",
        _summed_up(lambda s: s.text),
    ),
    _column(
        "resolution",
        Kind.TEXT,
        "语言模型概括的解决情况（未启用或未解决时为空）",
        "How the matter was settled, by the language model",
        _summed_up(lambda s: s.resolution or None),
    ),
    _column(
        "next_steps",
        Kind.TEXT,
        "语言模型列出的后续事项",
        "What was promised, by the language model",
        _summed_up(lambda s: "\n".join(s.next_steps) or None),
    ),
    *chain.from_iterable(
        _emotion_columns(role, zh) for role, zh in ((Role.CUSTOMER, "客户"), (Role.AGENT, "客服"))
    ),
    _column(
        "music_s",
        Kind.SECONDS,
        "等待音乐时长（各声道合计）",
        "Hold music, all channels together",
        lambda a: _length(a, EventLabel.MUSIC),
    ),
    _column(
        "ringback_s",
        Kind.SECONDS,
        "回铃音时长",
        "Ring-back",
        lambda a: _length(a, EventLabel.RINGBACK),
    ),
)
