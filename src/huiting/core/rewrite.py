"""Change a segment's written text without losing which sound it came from.

A text stage says what it changes in the text it sees; `rewrite` composes that with
the edits of earlier stages, so that `Segment.edits` always leads from `spoken` to
`text` in one step. `written_words` then gives times for the written text.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from huiting.core.types import Edit, Segment, Span, Word, apply


@dataclass(frozen=True, slots=True)
class Change:
    """Put `text` in place of the characters [start, end) of the text as it now is."""

    start: int
    end: int
    text: str
    score: float | None = None


@dataclass(frozen=True, slots=True)
class _Placed:
    """An edit, and where its result stands in the text."""

    start: int
    end: int
    edit: Edit


def rewrite(segment: Segment, changes: Iterable[Change], stage: str) -> Segment:
    """Return the segment with `changes` made by `stage`.

    A change that touches what an earlier stage wrote is merged with that edit, and
    the merged edit names both stages. Changes that change nothing are dropped.

    Raises:
        ValueError: the changes overlap or lie outside the text.
    """
    ordered = sorted(changes, key=lambda c: (c.start, c.end))
    inside = all(0 <= c.start <= c.end <= len(segment.text) for c in ordered)
    real = [c for c in ordered if segment.text[c.start : c.end] != c.text]
    bounds = [place for c in real for place in (c.start, c.end)]
    if not inside or any(a > b for a, b in pairwise(bounds)):
        raise ValueError("changes must be apart and inside the text")
    edits = segment.edits
    for change in reversed(real):  # from the right, so that earlier places stay where they are
        edits = _compose(segment.spoken, edits, change, stage)
    return replace(segment, edits=edits, text=apply(segment.spoken, edits))


def _compose(spoken: str, edits: Sequence[Edit], change: Change, stage: str) -> tuple[Edit, ...]:
    placed = _place(edits)
    text = apply(spoken, edits)
    touched = [p for p in placed if _meet(p, change)]
    start = min([change.start, *(p.start for p in touched)])
    end = max([change.end, *(p.end for p in touched)])
    edit = Edit(
        start=_to_spoken(placed, touched, start, first=True),
        end=_to_spoken(placed, touched, end, first=False),
        written=text[start : change.start] + change.text + text[change.end : end],
        stages=(*dict.fromkeys([s for p in touched for s in p.edit.stages] + [stage]),),
        score=min(
            (s for s in [*(p.edit.score for p in touched), change.score] if s is not None),
            default=None,
        ),
    )
    kept = [p.edit for p in placed if p not in touched]
    kept += [edit] if spoken[edit.start : edit.end] != edit.written else []
    return tuple(sorted(kept, key=lambda e: (e.start, e.end)))


def _place(edits: Sequence[Edit]) -> list[_Placed]:
    placed, gained = [], 0
    for edit in edits:
        start = edit.start + gained
        placed.append(_Placed(start, start + len(edit.written), edit))
        gained += len(edit.written) - (edit.end - edit.start)
    return placed


def _meet(placed: _Placed, change: Change) -> bool:
    """Tell whether a change and an earlier edit must become one.

    Neighbours that only touch stay apart, unless one of them is empty at the same
    place: then nothing would say which comes first.
    """
    if placed.start == placed.end or change.start == change.end:
        return placed.start <= change.end and change.start <= placed.end
    return placed.start < change.end and change.start < placed.end


def _to_spoken(
    placed: Sequence[_Placed], touched: Sequence[_Placed], at: int, *, first: bool
) -> int:
    """Return the offset in the spoken text of offset `at`, which no untouched edit contains."""
    edge = next((p for p in touched if (p.start if first else p.end) == at), None)
    if edge is not None and first:
        return min(p.edit.start for p in touched if p.start == at)
    if edge is not None:
        return max(p.edit.end for p in touched if p.end == at)
    gained = sum(
        len(p.edit.written) - (p.edit.end - p.edit.start)
        for p in placed
        if (p.end <= at if p.start < p.end else p.end < at or (p.end == at and first))
    )
    return at - gained


def written_words(segment: Segment) -> tuple[Word, ...]:
    """Return the words of the written text, with times.

    Words that one edit replaced together become one word over their joint time, with
    the least of their confidences. Text that was only inserted (punctuation) joins the
    word before it. Empty when the segment has no word times.
    """
    if not segment.words:
        return ()
    if not segment.edits:  # as mostly
        begins = [start for start, _ in offsets(segment)]
        cuts = pairwise([0, *begins[1:], len(segment.text)])
        pairs = zip(segment.words, cuts, strict=True)
        alone = (Word(segment.text[a:b].strip(), w.span, w.confidence) for w, (a, b) in pairs)
        return tuple(word for word in alone if word.text)
    groups: list[tuple[int, int, list[Word]]] = []
    for word, (word_start, word_end) in zip(segment.words, offsets(segment), strict=True):
        joined = [e for e in segment.edits if e.start < word_end and word_start < e.end]
        start = min([word_start, *(e.start for e in joined)])
        end = max([word_end, *(e.end for e in joined)])
        if groups and start < groups[-1][1]:
            before, reach, members = groups.pop()
            groups.append((before, max(end, reach), [*members, word]))
        else:
            groups.append((start, end, [word]))
    placed = _place(segment.edits)
    starts = [_written_offset(placed, start) for start, _, _ in groups[1:]]
    words = []
    for (_, _, members), (start, end) in zip(
        groups, pairwise([0, *starts, len(segment.text)]), strict=True
    ):
        sure = [w.confidence for w in members if w.confidence is not None]
        span = Span(members[0].span.start, max(w.span.end for w in members))
        words.append(Word(segment.text[start:end].strip(), span, min(sure) if sure else None))
    return tuple(word for word in words if word.text)


def _written_offset(placed: Sequence[_Placed], at: int) -> int:
    """Return where the spoken offset `at` stands in the text, after anything inserted there."""
    return at + sum(
        len(p.edit.written) - (p.edit.end - p.edit.start) for p in placed if p.edit.end <= at
    )


def offsets(segment: Segment) -> list[tuple[int, int]]:
    """Return where each word stands in the spoken text, as [start, end) offsets.

    Raises:
        ValueError: a word does not occur in the text after the words before it.
    """
    found, at = [], 0
    for word in segment.words:
        start = segment.spoken.index(word.text, at)
        at = start + len(word.text)
        found.append((start, at))
    return found
