"""Cover stretches of a segment: in its text, in what was recognized, in its words and edits.

What was recognized has no value of its own to hide: where the text is covered, the same
is written into `spoken`, and the edits that led to the text there are gone. The words said
there become one word over their joint time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from huiting.core.rewrite import offsets
from huiting.core.types import Edit, Segment, Span, Word, apply
from huiting.text.redaction.cover import Cover, render


@dataclass(frozen=True, slots=True)
class _Patch:
    """A stretch of the spoken text, and what is written there in both texts."""

    start: int
    end: int
    written: str

    @property
    def gain(self) -> int:
        return len(self.written) - (self.end - self.start)


@dataclass(frozen=True, slots=True)
class _Edited:
    """An edit, and where its result stands in the text."""

    start: int
    end: int
    edit: Edit


def covered(segment: Segment, covers: Sequence[Cover]) -> Segment:
    """Return the segment with its covers in place; they are in order and apart."""
    if not covers:
        return segment
    patches = _patches(segment, covers)
    spoken = _patched(segment.spoken, patches)
    edits = tuple(
        replace(e, start=e.start + _gained(e.start, patches), end=e.end + _gained(e.start, patches))
        for e in segment.edits
        if not any(_touch(e, p) for p in patches)
    )
    return replace(
        segment,
        spoken=spoken,
        text=apply(spoken, edits),
        edits=edits,
        words=tuple(_words(segment, patches, spoken)),
    )


def times(segment: Segment, covers: Sequence[Cover]) -> Iterator[Span]:
    """Yield when what is covered is said: from the word before to the word after.

    Recognizers time words to a tenth of a second or worse, and cut the first and the last of
    a segment short; what is no other word's time is therefore taken for that of these.
    At worst, without words to go by, it is the segment.
    """
    placed = list(zip(segment.words, offsets(segment), strict=True))
    for patch in _patches(segment, covers):
        said = [w.span for w, (start, end) in placed if start < patch.end and patch.start < end]
        before = [w.span.end for w, (_, end) in placed if end <= patch.start]
        after = [w.span.start for w, (start, _) in placed if start >= patch.end]
        if not said:
            yield segment.span
            continue
        first, last = min(s.start for s in said), max(s.end for s in said)
        start = max(before, default=segment.span.start)
        end = min(after, default=segment.span.end)
        yield Span(min(first, start), max(last, end))


def _patches(segment: Segment, covers: Sequence[Cover]) -> list[_Patch]:
    edited = _edited(segment.edits)
    patches: list[_Patch] = []
    for start, end, inside in _groups(covers, edited):
        written = render(segment.text, start, end, inside)
        patches.append(
            _Patch(_to_spoken(start, edited), _to_spoken(end, edited, last=True), written)
        )
    return patches


def _edited(edits: Sequence[Edit]) -> list[_Edited]:
    placed, gained = [], 0
    for edit in edits:
        start = edit.start + gained
        placed.append(_Edited(start, start + len(edit.written), edit))
        gained += len(edit.written) - (edit.end - edit.start)
    return placed


def _groups(
    covers: Sequence[Cover], edited: Sequence[_Edited]
) -> Iterator[tuple[int, int, list[Cover]]]:
    """Yield stretches of the text that cut no edit, with the covers in each."""
    groups: list[tuple[int, int, list[Cover]]] = []
    for cover in covers:
        start, end = _whole(cover.start, cover.end, edited)
        if groups and start <= groups[-1][1]:
            first, _, inside = groups.pop()
            groups.append((first, end, [*inside, cover]))
        else:
            groups.append((start, end, [cover]))
    yield from groups


def _whole(start: int, end: int, edited: Sequence[_Edited]) -> tuple[int, int]:
    """Return the stretch with every edit that it touches, and those that touch them."""
    for e in edited:  # they are in order
        if e.start <= end and start <= e.end:
            end = max(end, e.end)
    for e in reversed(edited):
        if e.start <= end and start <= e.end:
            start = min(start, e.start)
    return start, end


def _to_spoken(place: int, edited: Sequence[_Edited], *, last: bool = False) -> int:
    """Return where an offset of the text that cuts no edit stands in the spoken text."""
    gained = 0
    for e in edited:
        if e.end < place or (e.end == place and (last or e.start < place)):
            gained += (e.edit.end - e.edit.start) - (e.end - e.start)
    return place + gained


def _touch(edit: Edit, patch: _Patch) -> bool:
    if edit.start == edit.end:
        return patch.start <= edit.start <= patch.end
    return edit.start < patch.end and patch.start < edit.end


def _patched(spoken: str, patches: Sequence[_Patch]) -> str:
    return apply(spoken, [Edit(p.start, p.end, p.written, ()) for p in patches])


def _gained(place: int, patches: Sequence[_Patch]) -> int:
    return sum(p.gain for p in patches if p.end <= place)


def _words(segment: Segment, patches: Sequence[_Patch], spoken: str) -> Iterator[Word]:
    groups: list[tuple[int, int, list[Word]]] = []
    for word, (first, last) in zip(segment.words, offsets(segment), strict=True):
        joined = [p for p in patches if p.start < last and first < p.end]
        start = min([first, *(p.start for p in joined)])
        end = max([last, *(p.end for p in joined)])
        if groups and start < groups[-1][1]:
            before, reach, members = groups.pop()
            groups.append((before, max(end, reach), [*members, word]))
        else:
            groups.append((start, end, [word]))
    for start, end, members in groups:
        at, to = start + _gained(start, patches), end + _gained(end, patches)
        text = spoken[at:to].strip()
        if text:
            sure = [w.confidence for w in members if w.confidence is not None]
            span = Span(members[0].span.start, max(w.span.end for w in members))
            yield Word(text, span, min(sure) if sure else None)
