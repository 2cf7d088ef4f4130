"""Markdown minutes: what the call was, its numbers, then who said what and when."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from huiting.core.analysis import Analysis
from huiting.core.types import RoleSource, clock
from huiting.exports._cells import clean
from huiting.exports._labels import labels

_ENGLISH = {
    "start": "Began",
    "duration": "Duration",
    "language": "Language",
    "parties": "Parties",
    "given": "given",
    "heard": "from what is said",
    "assumed": "assumed",
    "conditions": "Recording",
    "engine": "Recognized by",
    "numbers": "Numbers",
    "silence": "Silence",
    "longest": "longest",
    "dead air": "Dead air",
    "hold": "Hold",
    "overlap": "Overlap",
    "talk": "Talk time",
    "share": "Share",
    "turns": "Turns",
    "rate": "Per minute",
    "response": "Response, median",
    "interruptions": "Interruptions",
    "who": "Who",
    "transcript": "Transcript",
    "nothing": "Nobody is heard to speak.",
}
_CHINESE = {
    "start": "开始时间",
    "duration": "时长",
    "language": "语言",
    "parties": "各方",
    "given": "指定",
    "heard": "从内容判断",
    "assumed": "按惯例推定",
    "conditions": "录音情况",
    "engine": "识别",
    "numbers": "指标",
    "silence": "静默",
    "longest": "最长",
    "dead air": "未告知的静默",
    "hold": "等待（已告知）",
    "overlap": "同时说话",
    "talk": "说话时间",
    "share": "占比",
    "turns": "话轮",
    "rate": "每分钟字（词）数",
    "response": "应答间隔中位数",
    "interruptions": "抢话",
    "who": "说话人",
    "transcript": "对话",
    "nothing": "没有听到有人说话。",
}
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~$&])")


def build(*, language: str | None = None) -> "Markdown":
    """Write headings and names in `language`; None takes the call's."""
    return Markdown(language)


@dataclass(frozen=True, slots=True)
class Markdown:
    """An `Exporter`."""

    language: str | None
    media_type: str = "text/markdown"
    suffix: str = ".md"

    def write(self, analysis: Analysis) -> bytes:
        """Return the minutes, UTF-8."""
        chinese = (self.language or analysis.call.language) in ("zh", "yue")
        words = _CHINESE if chinese else _ENGLISH
        name = PurePath(analysis.call.recording.path).name
        parts = [
            [f"# {escaped(name)}"],
            _head(analysis, words),
            [f"## {words['numbers']}"],
            _numbers(analysis, words),
            _parties(analysis, words, self.language),
            [f"## {words['transcript']}"],
            *([line] for line in _transcript(analysis, words, self.language)),
        ]
        return ("\n\n".join("\n".join(part) for part in parts) + "\n").encode()


def escaped(text: str) -> str:
    """Return text that Markdown shows as it is, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(clean(text).split()))


def _head(analysis: Analysis, words: Mapping[str, str]) -> list[str]:
    call = analysis.call
    facts = {}
    if call.recording.started_at is not None:
        facts[words["start"]] = f"{call.recording.started_at:%Y-%m-%d %H:%M:%S}"
    facts |= dict(call.recording.metadata)
    facts[words["duration"]] = clock(call.recording.duration)
    facts[words["language"]] = call.language or ""
    facts[words["parties"]] = _roles(analysis, words)
    facts[words["conditions"]] = ", ".join(condition.kind for condition in call.conditions)
    facts[words["engine"]] = f"{analysis.made_by.engine}, Huiting {analysis.made_by.huiting}"
    return [f"- {escaped(key)}: {escaped(value)}" for key, value in facts.items() if value]


def _roles(analysis: Analysis, words: Mapping[str, str]) -> str:
    sources = {party.source for party in analysis.call.parties}
    return ", ".join(words[source] for source in RoleSource if source in sources)


def _numbers(analysis: Analysis, words: Mapping[str, str]) -> list[str]:
    m = analysis.metrics
    longest = f"{words['longest']} {m.longest_silence:.1f} s"
    return _table(
        [words["silence"], words["dead air"], words["hold"], words["overlap"], words["turns"]],
        [
            [
                f"{m.silence:.1f} s ({_percent(m.silence_ratio)}, {longest})",
                f"{m.dead_air:.1f} s",
                f"{m.hold:.1f} s",
                f"{m.overlap:.1f} s",
                str(m.turns),
            ]
        ],
    )


def _parties(analysis: Analysis, words: Mapping[str, str], language: str | None) -> list[str]:
    names = labels(analysis.call, language).names
    heads = ["who", "talk", "share", "turns", "rate", "response", "interruptions"]
    return _table(
        [words[head] for head in heads],
        [
            [
                names[party.channel, party.speaker],
                f"{party.talk_time:.1f} s",
                _percent(party.talk_ratio),
                str(party.turns),
                _or_dash(party.rate, "{:.0f}"),
                _or_dash(party.response_median, "{:.1f} s"),
                str(party.interruptions),
            ]
            for party in analysis.metrics.parties
            if (party.channel, party.speaker) in names
        ],
    )


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [heads, ["---"] * len(heads), *([escaped(cell) for cell in row] for row in rows)]
    return [f"| {' | '.join(line)} |" for line in lines]


def _percent(share: float | None) -> str:
    return _or_dash(share, "{:.0%}")


def _or_dash(number: float | None, form: str) -> str:
    return "–" if number is None else form.format(number)


def _transcript(
    analysis: Analysis, words: Mapping[str, str], language: str | None
) -> Iterator[str]:
    named = labels(analysis.call, language)
    said = [s for s in analysis.call.segments if s.text.strip()]
    if not said:
        yield words["nothing"]
    for segment in said:
        who = f"**{clock(segment.span.start)} {escaped(named.of(segment))}**"
        yield f"{who}  {escaped(segment.text)}"
