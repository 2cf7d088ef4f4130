"""A call as Markdown: what it was about and how it was judged, its numbers, who said what."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePath

from huiting.core.analysis import Analysis
from huiting.core.judgement import Judgement
from huiting.core.types import Emotion, RoleSource, Segment, clock
from huiting.core.wording import language, named, tongue_of
from huiting.exports._labels import Labels, labels
from huiting.exports._shown import judged
from huiting.exports._shown.about import about, summary
from huiting.exports._shown.marks import escaped, table
from huiting.exports._shown.mood import moods
from huiting.exports.reader import EMOJI

_ENGLISH = {
    "start": "Began",
    "duration": "Duration",
    "language": "Language",
    "parties": "Parties",
    "conditions": "Recording",
    "engine": "Recognized by",
    "about": "What it was about",
    "summary": "Summary",
    "mood": "Emotion",
    "score": "Score",
    "rules": "Rules",
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
    "seconds": "s",
}
_CHINESE = {
    "start": "开始时间",
    "duration": "时长",
    "language": "语言",
    "parties": "各方角色",
    "conditions": "录音情况",
    "engine": "识别",
    "about": "通话内容",
    "summary": "摘要",
    "mood": "情绪",
    "score": "评分",
    "rules": "质检规则",
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
    "seconds": "秒",
}
SURE = 0.5
"""Score from which an emotion stands beside what was said."""


def build(*, language: str | None = None) -> "Markdown":
    """Write headings and names in `language`; None takes the call's."""
    return Markdown(language)


@dataclass(frozen=True, slots=True)
class Markdown:
    """An `Exporter`."""

    language: str | None
    media_type: str = "text/markdown"
    suffix: str = ".md"

    def write(self, analysis: Analysis, judgement: Judgement | None = None, /) -> bytes:
        """Return the page, UTF-8."""
        tongue = tongue_of(self.language or analysis.call.language)
        words = _CHINESE if tongue == "zh" else _ENGLISH
        name = PurePath(analysis.call.recording.path).name
        called = labels(analysis.call, self.language)
        parts = [
            [f"# {escaped(name)}"],
            _head(analysis, words, tongue),
            *_told(analysis, words, tongue),
            *_judged(judgement, words, tongue),
            [f"## {words['numbers']}"],
            _numbers(analysis, words),
            _parties(analysis, words, called),
            [f"## {words['transcript']}"],
            *([line] for line in _transcript(analysis, judgement, words, called)),
        ]
        return ("\n\n".join("\n".join(part) for part in parts) + "\n").encode()


def _head(analysis: Analysis, words: Mapping[str, str], tongue: str) -> list[str]:
    call = analysis.call
    facts = {}
    if call.recording.started_at is not None:
        facts[words["start"]] = f"{call.recording.started_at:%Y-%m-%d %H:%M:%S}"
    facts |= dict(call.recording.metadata)
    facts[words["duration"]] = clock(call.recording.duration)
    facts[words["language"]] = language(call.language, tongue) if call.language else ""
    facts[words["parties"]] = _roles(analysis, tongue)
    facts[words["conditions"]] = ", ".join(named(c.kind, tongue) for c in call.conditions)
    facts[words["engine"]] = f"{analysis.made_by.engine}, Huiting {analysis.made_by.huiting}"
    return [f"- {escaped(key)}: {escaped(value)}" for key, value in facts.items() if value]


def _roles(analysis: Analysis, tongue: str) -> str:
    sources = {party.source for party in analysis.call.parties}
    return ", ".join(named(source, tongue) for source in RoleSource if source in sources)


def _told(analysis: Analysis, words: Mapping[str, str], tongue: str) -> Iterator[list[str]]:
    """Yield what the call was about and how the parties felt, where anything is known."""
    meaning = analysis.meaning
    if lines := list(about(meaning, tongue)):
        yield [f"## {words['about']}"]
        yield lines
    if meaning.summary is not None:
        yield [f"## {words['summary']}"]
        yield from ([paragraph] for paragraph in summary(meaning.summary, tongue))
    said, duration = analysis.call.segments, analysis.metrics.duration
    if felt := list(moods(said, duration, tongue)):
        yield [f"## {words['mood']}"]
        yield felt


def _judged(
    judgement: Judgement | None, words: Mapping[str, str], tongue: str
) -> Iterator[list[str]]:
    if judgement is None:
        return
    if judgement.scores:
        yield [f"## {words['score']}"]
        yield from judged.scores(judgement, tongue)
    yield [f"## {words['rules']}"]
    yield from judged.findings(judgement, tongue)


def _numbers(analysis: Analysis, words: Mapping[str, str]) -> list[str]:
    m, s = analysis.metrics, words["seconds"]
    longest = f"{words['longest']} {m.longest_silence:.1f} {s}"
    return table(
        [words["silence"], words["dead air"], words["hold"], words["overlap"], words["turns"]],
        [
            [
                f"{m.silence:.1f} {s} ({_percent(m.silence_ratio)}, {longest})",
                f"{m.dead_air:.1f} {s}",
                f"{m.hold:.1f} {s}",
                f"{m.overlap:.1f} {s}",
                str(m.turns),
            ]
        ],
    )


def _parties(analysis: Analysis, words: Mapping[str, str], called: Labels) -> list[str]:
    heads = ["who", "talk", "share", "turns", "rate", "response", "interruptions"]
    s = words["seconds"]
    return table(
        [words[head] for head in heads],
        [
            [
                called.names[party.channel, party.speaker],
                f"{party.talk_time:.1f} {s}",
                _percent(party.talk_ratio),
                str(party.turns),
                _or_dash(party.rate, "{:.0f}"),
                _or_dash(party.response_median, f"{{:.1f}} {s}"),
                str(party.interruptions),
            ]
            for party in analysis.metrics.parties
            if (party.channel, party.speaker) in called.names
        ],
    )


def _percent(share: float | None) -> str:
    return _or_dash(share, "{:.0%}")


def _or_dash(number: float | None, form: str) -> str:
    return "–" if number is None else form.format(number)


def _transcript(
    analysis: Analysis, judgement: Judgement | None, words: Mapping[str, str], called: Labels
) -> Iterator[str]:
    tongue = "zh" if words is _CHINESE else "en"
    broken = judged.broken_at(judgement)
    said = [(i, s) for i, s in enumerate(analysis.call.segments) if s.text.strip()]
    if not said:
        yield words["nothing"]
    for place, segment in said:
        marks = [_mood(segment.emotion, tongue)] if segment.emotion else []
        marks += [f"✗ *{escaped(broken[place])}*"] if place in broken else []
        yield " ".join([_line(segment, called), *filter(None, marks)])


def _line(segment: Segment, called: Labels) -> str:
    who = f"**{clock(segment.span.start)} {escaped(called.of(segment))}**"
    return f"{who}  {escaped(segment.text)}"


def _mood(emotion: Emotion, tongue: str) -> str:
    """Return an emotion that stands out and is sure enough, else nothing."""
    sure = emotion.score is None or emotion.score >= SURE
    if emotion.label not in EMOJI or not sure:
        return ""
    return f"{EMOJI[emotion.label]} {named(emotion.label, tongue)}"
