"""Evidence as a sentence that a supervisor reads: what was said or measured, where to listen.

Rules note what they looked for in the words of the rule language; here these become
Chinese or English. A note that is not known is shown as it stands.
"""

import re

from huiting.core.judgement import Evidence, EvidenceKind, Match
from huiting.core.types import EmotionLabel, EventLabel, clock
from huiting.core.wording import named, named_in, pick

LONGEST = 60
"""Characters shown of what was looked for."""
_MEASURES: dict[str, tuple[str, str]] = {
    "silence": ("silence", "静默"),
    "announced silence": ("announced silence", "已告知的等待"),
    "overlap": ("overlap", "同时说话"),
    "interruption": ("interruption", "抢话"),
    "speaking rate": ("speaking rate", "语速"),
    "average speaking rate": ("average speaking rate", "平均语速"),
    "peak speaking rate": ("peak speaking rate", "最快语速"),
    "loudness": ("loudness", "响度"),
    "loudness jump": ("loudness jump", "音量突增"),
    "share of talk time": ("share of talk time", "说话时间占比"),
    "duration": ("duration", "通话时长"),
    "turns": ("turns", "话轮数"),
    "median response time": ("median response time", "应答间隔中位数"),
    "longest response time": ("longest response time", "最长应答间隔"),
    "sound": ("sound", "声音"),
    "change of arousal": ("change of arousal", "激动程度变化"),
    "change of valence": ("change of valence", "愉悦程度变化"),
    "change of anger": ("change of anger", "怒气变化"),
    "not understood": ("not understood", "没有听清"),
    "low confidence": ("low confidence", "识别把握不足"),
    "whose voice is not known": ("whose voice is not known", "不确定是谁的声音"),
    "repeated": ("repeated", "重复"),
}
_UNITS: dict[str, tuple[str, str]] = {
    "silence": (" s", " 秒"),
    "announced silence": (" s", " 秒"),
    "overlap": (" s", " 秒"),
    "interruption": (" s", " 秒"),
    "duration": (" s", " 秒"),
    "median response time": (" s", " 秒"),
    "longest response time": (" s", " 秒"),
    "sound": (" s", " 秒"),
    "speaking rate": (" a minute", " 字/分"),
    "average speaking rate": (" a minute", " 字/分"),
    "peak speaking rate": (" a minute", " 字/分"),
    "loudness": (" dBFS", " dBFS"),
    "loudness jump": (" dB", " 分贝"),
    "turns": ("", " 轮"),
}
_SHARES = frozenset({"share of talk time"})
_OPERATORS = {
    "emotion": "情绪", "silence": "静默", "interruption": "抢话", "overlap": "同时说话",
    "rate": "语速", "loudness": "音量", "repeated": "重复", "duration": "通话时长",
    "talk_ratio": "说话时间占比", "turns": "话轮数", "response": "应答间隔", "sound": "声音",
    "entity": "信息项", "metadata": "随录信息", "language": "语种", "intent": "来电原因",
    "outcome": "处理结果", "churn": "流失风险", "urgency": "紧急程度", "began": "通话时间",
    "rule": "规则", "ask": "提问", "score": "得分",
}  # fmt: skip
_OPTIONS = {
    "longer_than": "长于", "shorter_than": "短于", "above": "高于", "below": "低于",
    "equals": "等于", "at_least": "至少", "jump_above": "突增超过", "after": "在其后：",
    "expected": "应由", "by": "由", "of": "按", "similarity": "相似度", "shortest": "最少字数",
    "unless": "除非", "trend": "走势", "times": "次数", "matches": "符合", "between": "介于",
    "weekday": "星期", "verdict": "结论", "announced": "已告知：", "exists": "存在：",
    "checksum": "校验通过：", "music": "音乐：",
}  # fmt: skip
_VALUES = {
    "agent": "客服", "customer": "客户", "system": "系统", "yes": "是", "no": "否",
    "average": "平均", "peak": "最快", "segment": "单句", "rising": "上升", "falling": "下降",
    "anger": "怒气", "valence": "愉悦度", "arousal": "激动度",
}  # fmt: skip
_PATTERN = re.compile(r"\\[bdswBDSW]|\(\?|\.[{*+?]|\]\?|\)\?|\)\(|\w\|\w|\^\(|\{\d")
"""What only regular expressions hold."""
_NOWHERE = ": nowhere to look"
_OPERATOR = re.compile(r"([a-z_]+): (.*)", re.DOTALL)


def told(evidence: Evidence, tongue: str) -> str:
    """Return a piece of evidence in words: `“您好” 0:03`, `静默 12.3 秒（界限 5 秒） 0:20`."""
    match evidence.kind:
        case EvidenceKind.SEARCHED:
            return _searched(evidence, tongue)
        case EvidenceKind.UNCLEAR:
            said = _unclear(evidence, tongue)
        case EvidenceKind.NEAREST:
            near = pick(("nearest: ", "最接近的是"), tongue)
            said = near + _said(evidence, tongue) if _said(evidence, tongue) else ""
        case _:
            said = _said(evidence, tongue)
    return " ".join(part for part in (said, _at(evidence)) if part)


def sought(note: str | None, tongue: str) -> str:
    """Return in words what a question looked for, shortened; a pattern tells a reader nothing."""
    if not note:
        return ""
    note = note.removesuffix(_NOWHERE)
    if _PATTERN.search(note):
        return ""
    operator = _OPERATOR.fullmatch(note)
    if tongue == "zh" and operator and operator[1] in _OPERATORS:
        clauses = (_clause(clause) for clause in operator[2].split(", "))
        note = f"{_OPERATORS[operator[1]]}（{'，'.join(clauses)}）"
    return note if len(note) <= LONGEST else note[: LONGEST - 1] + "…"


def _clause(clause: str) -> str:
    name, space, value = clause.partition(" ")
    if not space:
        return _value(name)
    return f"{_OPTIONS[name]}{_value(value)}" if name in _OPTIONS else _value(clause)


def _value(text: str) -> str:
    emotions = named_in(EmotionLabel, "zh")
    sounds = named_in(EventLabel, "zh")
    return " / ".join(
        _VALUES.get(part) or emotions.get(part) or sounds.get(part) or part
        for part in text.split(" / ")
    )


def _searched(evidence: Evidence, tongue: str) -> str:
    """Return where something was looked for and not found."""
    what = sought(evidence.note, tongue)
    tail = (f"：{what}" if tongue == "zh" else f": {what}") if what else ""
    if evidence.span is None:
        return pick(("there was nowhere to look for it", "没有可查找的范围"), tongue) + tail
    stretch = f"{clock(evidence.span.start)}–{clock(evidence.span.end)}"
    who = f"{named(evidence.role, tongue)}" if evidence.role else ""
    if tongue == "zh":
        return f"{stretch} 内{who}没有{tail}"
    return f"not found in {stretch}{f' ({who})' if who else ''}{tail}"


def _unclear(evidence: Evidence, tongue: str) -> str:
    reason = noted(evidence.note, tongue)
    quote = f"“{evidence.quote}”" if evidence.quote else ""
    if evidence.value is not None:
        reason += f" {evidence.value:.2f}"
    if tongue == "zh":
        return f"{quote}（{reason}）" if quote else reason
    return f"{quote} ({reason})" if quote else reason


def _said(evidence: Evidence, tongue: str) -> str:
    """Return a quote, what was measured, or what is known; empty for none of these."""
    quote = f"“{evidence.quote}”" if evidence.quote else ""
    more = _measured(evidence, tongue) if evidence.value is not None else ""
    if not more and evidence.match not in (None, Match.EXACT):
        more = named(evidence.match, tongue)
    if not more and not (evidence.quote and evidence.kind in _OWN_WORDS):
        more = noted(evidence.note, tongue)
    if not quote or not more:
        return quote or more
    return f"{quote}（{more}）" if tongue == "zh" else f"{quote} ({more})"


_OWN_WORDS = frozenset({EvidenceKind.SAID, EvidenceKind.NEAREST})
"""Of these the quote says it all: the note only repeats the rule."""


def _measured(evidence: Evidence, tongue: str) -> str:
    note = evidence.note or ""
    assert evidence.value is not None
    name = noted(note, tongue)
    value, limit = _number(evidence.value, note, tongue), evidence.limit
    said = f"{name} {value}".strip()
    if limit is None:
        return said
    bound = _number(limit, note, tongue)
    if tongue == "zh":
        return f"{said}，界限 {bound}"
    return f"{said}, limit {bound}"


def _number(value: float, note: str, tongue: str) -> str:
    if note in _SHARES:
        return f"{value:.0%}"
    if note in _UNITS:
        digits = 0 if abs(value) >= 100 or value == round(value) else 1  # noqa: PLR2004
        return f"{value:.{digits}f}{pick(_UNITS[note], tongue)}"
    return f"{value:.2f}".rstrip("0").rstrip(".")


def noted(note: str | None, tongue: str) -> str:
    """Return in words what a piece of evidence notes; nothing for a bare pattern."""
    if not note:
        return ""
    if note in _MEASURES:
        return pick(_MEASURES[note], tongue)
    for kind in (EmotionLabel, EventLabel):
        names = named_in(kind, tongue)
        if note in names:
            return names[note]
    return sought(note, tongue)


def _at(evidence: Evidence) -> str:
    return clock(evidence.span.start) if evidence.span else ""
