"""What of a meeting belongs into its minutes: sections, decisions, tasks, open questions.

Found by wording alone, so each item is a sentence somebody said, with its time; nothing
is summarized or reworded. Patterns are Mandarin, English and Japanese.

Source:
    Sections by loss of lexical cohesion: Hearst (1997), "TextTiling: Segmenting Text into
    Multi-paragraph Subtopic Passages", with character pairs (Chinese, Japanese) or words as
    terms, and its threshold, mean minus half a standard deviation of the depth scores.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import sqrt
from statistics import mean, pstdev

from huiting.core.types import Call, Segment

WINDOW = 8
"""Sentences compared on each side of a boundary."""
SHORTEST_SECTION = 60.0
"""Seconds; nearer boundaries are one."""
MOST = 50
"""Items listed of a kind."""
TERMS = 5
"""Terms that name a section."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and who said it."""

    segment: Segment
    text: str
    at: float
    """Seconds; within a segment without word times, by its share of the text."""


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch about one thing."""

    start: float
    end: float
    terms: tuple[str, ...]
    """What it speaks of more than the rest does."""


@dataclass(frozen=True, slots=True)
class Minutes:
    """What of a meeting belongs into its minutes."""

    sections: tuple[Section, ...]
    decisions: tuple[Sentence, ...]
    tasks: tuple[Sentence, ...]
    questions: tuple[Sentence, ...]
    """That nobody else answered before the asker went on."""


_DECISION = re.compile(
    r"(?:我们|咱们)?(?:最后|最终)?(?<![没未不])(?:决定(?!权|性)|一致同意|达成一致|定下来|就这么定|就这么办|通过了|拍板)"
    r"|(?:那|就)(?:先)?(?:按|用|选|采用)[^，。？]{1,20}(?:方案|办法|来做|来)(?:吧|了)"
    r"|\bwe(?:'ve| have)? (?:decided|agreed)\b|\blet's go with\b|\bit(?:'s| is) (?:decided|settled|agreed)\b"
    r"|(?:に|と|が)(?:決定し|決まり|決め)ました|でいきましょう|ということで決定",
    re.IGNORECASE,
)
_TASK = re.compile(
    r"(?:由|让|请|麻烦)[^，。？]{1,8}(?:负责|跟进|整理|准备|确认|联系|提交|安排|完成)"
    r"|我(?:来|会|去|负责)[^，。？]{0,12}(?:负责|跟进|整理|准备|确认|联系|提交|安排|完成|处理|发给)"
    r"|(?:之前|以前|前)(?:要|必须|需要)?(?:完成|交|提交|给出|搞定|发)"
    r"|(?:待办|行动项|下一步是)"
    r"|\bi(?:'ll| will) (?:take|do|send|prepare|follow up|check|write|set up|look into|get back)\b"
    r"|\b(?:can|could|will) you (?:please )?(?:send|prepare|follow up|check|write|set up)\b"
    r"|\baction item\b|\bneeds? to be (?:done|ready|finished) by\b"
    r"|までに(?:お願い|提出|準備|確認|対応)|(?:私が|こちらで)[^。]{0,12}(?:対応|確認|準備|連絡)します",
    re.IGNORECASE,
)
_QUESTION = re.compile(r"[?？]\s*$")
_END = re.compile(r"(?<=[。！？!?])|(?<=\.)\s")
_TERM = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]+|[^\W\d_]{3,}")
_EMPTY = frozenset(
    [
        "我们",
        "你们",
        "他们",
        "这个",
        "那个",
        "就是",
        "然后",
        "所以",
        "因为",
        "可以",
        "没有",
        "什么",
        "一个",
        "是的",
        "好的",
        "觉得",
        "the",
        "and",
        "that",
        "this",
        "have",
        "with",
        "for",
        "are",
        "was",
        "but",
        "not",
        "you",
        "your",
        "our",
        "they",
        "what",
        "from",
        "there",
        "will",
        "would",
        "about",
        "just",
        "like",
        "yeah",
        "okay",
        "です",
        "ます",
        "した",
        "ので",
        "から",
    ]
)


def minutes_of(call: Call) -> Minutes:
    """Return what of a meeting belongs into its minutes; at most `MOST` items of a kind."""
    said = list(_sentences(call.segments))
    return Minutes(
        sections=_sections(said, call.recording.duration),
        decisions=tuple(s for s in said if _DECISION.search(s.text) and not _asks(s))[:MOST],
        tasks=tuple(s for s in said if _TASK.search(s.text) and not _DECISION.search(s.text))[
            :MOST
        ],
        questions=tuple(_unanswered(said))[:MOST],
    )


def _sentences(segments: Sequence[Segment]) -> Iterator[Sentence]:
    for segment in segments:
        at = 0
        for piece in _END.split(segment.text):
            if piece.strip():
                share = at / max(1, len(segment.text))
                start = segment.span.start + share * segment.span.duration
                yield Sentence(segment, piece.strip(), start)
            at += len(piece)


def _asks(sentence: Sentence) -> bool:
    return _QUESTION.search(sentence.text) is not None


def _unanswered(said: Sequence[Sentence]) -> Iterator[Sentence]:
    """Yield questions after which the asker goes on, or nobody says anything."""
    for i, sentence in enumerate(said):
        after = said[i + 1] if i + 1 < len(said) else None
        if _asks(sentence) and (after is None or (_same(sentence, after) and not _asks(after))):
            yield sentence


def _same(one: Sentence, other: Sentence) -> bool:
    a, b = one.segment, other.segment
    return (a.channel, a.speaker) == (b.channel, b.speaker)


def _terms(text: str) -> Counter[str]:
    """Count pairs of Chinese or Japanese characters, and words of other scripts."""
    found: Counter[str] = Counter()
    for run in _TERM.findall(text.casefold()):
        cjk = run[0] > "\u3040"
        found.update(["".join(pair) for pair in pairwise(run)] if cjk else [run])
    return Counter({t: n for t, n in found.items() if t not in _EMPTY})


def _sections(said: Sequence[Sentence], duration: float) -> tuple[Section, ...]:
    if not said:
        return ()
    counted = [_terms(s.text) for s in said]
    starts = [0, *_boundaries(said, counted), len(said)]
    whole = _together(counted)
    return tuple(
        Section(
            said[a].at,
            said[b].at if b < len(said) else duration,
            _names(_together(counted[a:b]), whole),
        )
        for a, b in pairwise(starts)
    )


def _boundaries(said: Sequence[Sentence], counted: Sequence[Counter[str]]) -> list[int]:
    """Return the sentences with which a section begins, but for the first."""
    gaps = range(1, len(said))
    alike = [
        _cosine(
            _together(counted[max(0, i - WINDOW) : i]),
            _together(counted[i : i + WINDOW]),
        )
        for i in gaps
    ]
    depth = _depths(alike)
    if len(depth) < 2 * WINDOW:
        return []
    bound = mean(depth) - pstdev(depth) / 2
    chosen: list[int] = []
    taken: list[float] = []  # when those begin, in order
    for n in sorted(range(len(depth)), key=lambda n: -depth[n]):
        at = said[n + 1].at
        place = bisect_left(taken, at)
        far = all(abs(t - at) >= SHORTEST_SECTION for t in taken[max(0, place - 1) : place + 1])
        inside = at - said[0].at >= SHORTEST_SECTION and said[-1].at - at >= SHORTEST_SECTION
        peak = depth[n] == max(depth[max(0, n - WINDOW) : n + WINDOW + 1])
        if depth[n] > max(bound, 0.0) and far and inside and peak:
            chosen.append(n + 1)
            taken.insert(place, at)
    return sorted(chosen)


def _together(counted: Iterable[Counter[str]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for one in counted:
        total.update(one)
    return total


def _depths(alike: Sequence[float]) -> list[float]:
    """Return how much lower each value lies than the highest before it and after it."""
    before = accumulate(alike, max)
    after = reversed(list(accumulate(reversed(alike), max)))
    return [b + a - 2 * here for b, here, a in zip(before, alike, after, strict=True)]


def _cosine(one: Counter[str], other: Counter[str]) -> float:
    dot = sum(n * other[t] for t, n in one.items())
    size = sqrt(sum(n * n for n in one.values()) * sum(n * n for n in other.values()))
    return dot / size if size else 0.0


def _names(own: Counter[str], whole: Counter[str]) -> tuple[str, ...]:
    """Return the terms said here more than elsewhere; said at least twice."""
    total, size = sum(whole.values()), sum(own.values())
    weight = {t: n * (n / size) / (whole[t] / total) for t, n in own.items() if n > 1}
    return tuple(sorted(weight, key=lambda t: (-weight[t], t))[:TERMS])
