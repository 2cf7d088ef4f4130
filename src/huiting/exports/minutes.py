"""Minutes of a meeting in Markdown: who spoke how much, sections, decisions, tasks, questions."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from huiting.core.analysis import Analysis
from huiting.core.judgement import Judgement
from huiting.core.types import clock
from huiting.core.wording import tongue_of
from huiting.exports._labels import Labels, labels
from huiting.exports._minutes import Sentence, minutes_of
from huiting.exports._shown.marks import escaped

_CHINESE = {
    "minutes": "会议纪要",
    "who": "与会者",
    "talk": "说话时间",
    "share": "占比",
    "sections": "议程（按用词变化划分）",
    "decisions": "决定",
    "tasks": "待办",
    "questions": "未答复的问题",
    "summary": "摘要",
    "none": "（无）",
    "nothing": "没有听到有人说话，因此没有纪要。",
    "resolution": "解决情况",
    "by": "由语言模型生成，引文已与原文核对",
    "found": "以上各项按措辞找出，均为原话；未找到不等于没有。",
}
_ENGLISH = {
    "minutes": "Minutes",
    "who": "Who",
    "talk": "Talk time",
    "share": "Share",
    "sections": "Sections (by change of wording)",
    "decisions": "Decisions",
    "tasks": "Tasks",
    "questions": "Questions left open",
    "summary": "Summary",
    "none": "(none)",
    "nothing": "Nobody is heard to speak, so there are no minutes.",
    "resolution": "Resolution",
    "by": "by a language model; its quotes were checked",
    "found": "Items are found by their wording and are what was said; none found is not none made.",
}


def build(*, language: str | None = None) -> "Minutes":
    """Write headings in `language`; None takes the recording's."""
    return Minutes(language)


@dataclass(frozen=True, slots=True)
class Minutes:
    """An `Exporter`."""

    language: str | None
    media_type: str = "text/markdown"
    suffix: str = ".minutes.md"

    def write(self, analysis: Analysis, _judgement: Judgement | None = None, /) -> bytes:
        """Return the minutes, in Chinese for Chinese and in English for other languages."""
        tongue = tongue_of(self.language or analysis.call.language)
        words = _CHINESE if tongue == "zh" else _ENGLISH
        named = labels(analysis.call, self.language)
        return ("\n".join(_lines(analysis, words, named)) + "\n").encode(errors="backslashreplace")


def _lines(analysis: Analysis, words: Mapping[str, str], named: Labels) -> Iterator[str]:
    call = analysis.call
    found = minutes_of(call)
    yield f"# {words['minutes']}: {escaped(PurePath(call.recording.path).name)}"
    yield ""
    if call.recording.started_at is not None:
        yield f"{call.recording.started_at:%Y-%m-%d %H:%M}, {clock(call.recording.duration)}"
        yield ""
    if not any(segment.text.strip() for segment in call.segments):
        yield words["nothing"]
        return
    summary = analysis.meaning.summary
    if summary is not None:
        yield f"## {words['summary']}"
        yield ""
        yield from (escaped(summary.text), "")
        if summary.resolution:
            yield f"- {words['resolution']}: {escaped(summary.resolution)}"
        yield from (f"- {escaped(step)}" for step in summary.next_steps)
        yield from ("", f"*{escaped(summary.by)}, {words['by']}*", "")
    yield f"| {words['who']} | {words['talk']} | {words['share']} |"
    yield "|---|---|---|"
    for party in analysis.metrics.parties:
        name = named.names.get((party.channel, party.speaker), "?")
        share = "–" if party.talk_ratio is None else f"{party.talk_ratio:.0%}"
        yield f"| {name} | {clock(party.talk_time)} | {share} |"
    yield from ("", f"## {words['sections']}", "")
    for section in found.sections:
        terms = ", ".join(escaped(t) for t in section.terms)
        yield f"- {clock(section.start)}–{clock(section.end)} {terms}".rstrip()
    for key, items in (
        ("decisions", found.decisions),
        ("tasks", found.tasks),
        ("questions", found.questions),
    ):
        yield from ("", f"## {words[key]}", "")
        yield from _items(items, named, words["none"])
    yield from ("", words["found"])


def _items(items: Sequence[Sentence], named: Labels, none: str) -> Iterator[str]:
    if not items:
        yield none
    for item in items:
        yield f"- {clock(item.at)} {named.of(item.segment)}: {escaped(item.text)}"
