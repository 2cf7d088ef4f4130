"""Numbers that are dictated in groups over several segments of one turn: 138… 0013… 8000.

A listener's 嗯 between the groups does not end the turn. Each group becomes an entity with
the whole number as its value, so that all of it can be found, compared and redacted.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from huiting.core.types import Segment
from huiting.text.entities.candidate import LISTED, Candidate, Passage
from huiting.text.entities.numbers import find_numbers

_GROUPS = r"\d{1,11}(?:[ ,，、-]\d{1,11}){0,5}"
_LAST = re.compile(rf"(?<![\d.:年月])({_GROUPS})[\s,.。，、…-]*$")
_FIRST = re.compile(rf"^[\s嗯呃额那然后]*?({_GROUPS}[Xx]?)(?![\d.:%]|[年月日号点元块万个分天折])")
_ONLY = re.compile(rf"^[\s嗯呃额那然后]*?({_GROUPS}[Xx]?)[\s,.。，、…-]*$")
_NOD = 4
"""Letters of what a listener says without taking the turn."""
_PAUSE = 6.0
"""Seconds between two groups, at most."""
_COMPLETE = frozenset(("phone", "id_card", "bank_card"))


@dataclass(frozen=True, slots=True)
class _Group:
    place: int
    start: int
    end: int
    digits: str


def dictated(
    segments: Sequence[Segment], passages: Sequence[Passage]
) -> Iterator[tuple[int, Candidate]]:
    """Yield the groups of numbers that go on over segments, with the segment of each."""
    for chain in _chains(segments, passages):
        first = passages[chain[0].place]
        whole = "".join(group.digits for group in chain)
        joined = replace(first, text=first.text[: chain[0].start] + whole)
        found = [c for c in find_numbers(joined) if c.start == chain[0].start]
        if not found or found[0].end != len(joined.text) or found[0].kind == "number":
            continue
        for group in chain:
            yield (
                group.place,
                Candidate(found[0].kind, group.start, group.end, found[0].value, LISTED),
            )


def _chains(segments: Sequence[Segment], passages: Sequence[Passage]) -> Iterator[list[_Group]]:
    for voice in sorted({(s.channel, s.speaker or 0) for s in segments}):
        chain: list[_Group] = []
        for place in _turns(segments, voice):
            if place is None:
                yield from _worth(chain, passages)
                chain = []
                continue
            text = passages[place].text
            late = (
                chain and segments[place].span.start - segments[chain[-1].place].span.end > _PAUSE
            )
            begun = _FIRST.match(text) if chain and not late else None
            if begun is not None:
                chain.append(_Group(place, begun.start(1), begun.end(1), _digits(begun[1])))
                if _ONLY.match(text):
                    continue
            yield from _worth(chain, passages)
            ended = _LAST.search(text)
            chain = (
                [_Group(place, ended.start(1), ended.end(1), _digits(ended[1]))] if ended else []
            )
        yield from _worth(chain, passages)


def _digits(said: str) -> str:
    return re.sub(r"[^\dX]", "", said.upper())


def _turns(segments: Sequence[Segment], voice: tuple[int, int]) -> Iterator[int | None]:
    """Yield the segments of a voice, and None where somebody else takes the turn."""
    for place, segment in enumerate(segments):
        if (segment.channel, segment.speaker or 0) == voice:
            yield place
        elif sum(c.isalnum() for c in segment.text) > _NOD:
            yield None


def _worth(chain: list[_Group], passages: Sequence[Passage]) -> Iterator[list[_Group]]:
    """Yield a chain of two groups or more, none of which is a whole number by itself."""
    if len(chain) < 2:  # noqa: PLR2004
        return
    for group in chain:
        alone = Passage(group.digits, passages[group.place].language)
        if any(c.kind in _COMPLETE for c in find_numbers(alone)):
            return
    yield chain
