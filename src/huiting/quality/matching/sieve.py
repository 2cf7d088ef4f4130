"""Where in a call a row of syllables may be said at all: what is left is compared in full.

An automaton (Aho and Corasick) finds pairs of syllables; around each pair every row that
holds it is laid over the call at once, as arrays, and what too few syllables of are alike
falls through. Works on classes of syllables, a character each. Knows no costs or phrases.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from ahocorasick_rs import AhoCorasick
from numpy.typing import NDArray

from huiting.core.types import Role

ROLES = {role: place for place, role in enumerate(Role)}
"""The place of each role among all of them."""
_EVERYBODY = (1 << len(ROLES)) - 1
_NO_ROW, _NO_CALL = 0, 1
"""What stands beyond the end of a row, and beyond the ends of the call: never alike."""

Codes = NDArray[np.uint32]
Numbers = NDArray[np.intp]


class Row(NamedTuple):
    """What is looked for."""

    classes: str
    alike: int
    """How many syllables must be alike, side by side."""
    alike_with_gap: int
    """How many, where one is missing or one too many; more than there are: that is not allowed."""
    roles: frozenset[Role] | None
    """Who may say it; None: anybody."""


class Candidate(NamedTuple):
    """Where a row may be said."""

    row: int
    start: int
    """Its first syllable in the call."""
    side: bool
    """Perhaps side by side."""
    gap: bool
    """Perhaps with a syllable missing, or one too many."""


class Sieve:
    """Rows of syllables, ready to be laid over calls. May be used from several threads."""

    def __init__(self, rows: Sequence[Row], seeds: Mapping[str, Sequence[tuple[int, int]]]) -> None:
        """Take rows, and for each pair of classes in which rows, and where in them, it occurs."""
        pairs = [seed for found in seeds.values() for seed in found]
        counts = [len(found) for found in seeds.values()]
        self._automaton = AhoCorasick(list(seeds)) if seeds else None
        self._seed_row = np.array([row for row, _ in pairs], np.intp)
        self._seed_place = np.array([place for _, place in pairs], np.intp)
        self._count = np.array(counts, np.intp)
        self._first = np.cumsum(self._count) - self._count
        self._longest = max((len(row.classes) for row in rows), default=0)
        self._classes = np.full((len(rows), self._longest), _NO_ROW, np.uint32)
        for row, classes in zip(rows, self._classes, strict=True):
            classes[: len(row.classes)] = _codes(row.classes)
        self._alike = np.array([row.alike for row in rows], np.intp)
        self._with_gap = np.array([_least_with_gap(row) for row in rows], np.intp)
        self._roles = np.array([_mask(row.roles) for row in rows], np.intp)

    def sift(self, classes: str, roles: Sequence[int]) -> Iterator[Candidate]:
        """Yield where rows may be said, each place once, by the pair that led there.

        Args:
            classes: what is said, in classes of syllables.
            roles: for each of them who says it, as the place of the role in `ROLES`.
        """
        if self._automaton is None:
            return
        pairs = self._automaton.find_matches_as_indexes(classes, overlapping=True)
        if not pairs:
            return
        rows, starts = self._trials(np.array(pairs, np.intp), roles)
        side, gap = self._alike_enough(rows, starts, classes)
        kept = np.flatnonzero(side | gap)
        tried: set[tuple[int, int]] = set()
        for row, start, is_side, is_gap in zip(
            rows[kept].tolist(), starts[kept].tolist(), side[kept].tolist(), gap[kept].tolist(),
            strict=True,
        ):  # fmt: skip
            if (row, start) not in tried:
                tried.add((row, start))
                yield Candidate(row, start, is_side, is_gap)

    def _trials(self, pairs: Numbers, roles: Sequence[int]) -> tuple[Numbers, Numbers]:
        """Return the rows that hold the pairs, and where each would then begin."""
        seeds, begins = pairs[:, 0], pairs[:, 1]
        counts = self._count[seeds]
        before = np.cumsum(counts) - counts
        places = np.arange(counts.sum()) + np.repeat(self._first[seeds] - before, counts)
        rows = self._seed_row[places]
        starts = np.repeat(begins, counts) - self._seed_place[places]
        speakers = np.repeat(np.array(roles, np.intp)[begins], counts)
        right = (starts >= 0) & ((self._roles[rows] >> speakers) & 1 > 0)
        return rows[right], starts[right]

    def _alike_enough(
        self, rows: Numbers, starts: Numbers, classes: str
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Tell for each trial whether enough is alike side by side, and with a gap."""
        said = np.full(len(classes) + self._longest + 2, _NO_CALL, np.uint32)
        said[1 : len(classes) + 1] = _codes(classes)
        wanted = self._classes[rows]
        places = starts[:, None] + np.arange(1, self._longest + 1)
        alike = (said[places] == wanted).sum(1)
        before = (said[places - 1] == wanted).sum(1) * (starts > 0)
        after = (said[places + 1] == wanted).sum(1)
        with_gap = alike + np.maximum(before, after)
        return alike >= self._alike[rows], with_gap >= self._with_gap[rows]


def _least_with_gap(row: Row) -> int:
    """Return what a row needs with a gap: where none is allowed, more than two places give."""
    size = len(row.classes)
    return row.alike_with_gap if row.alike_with_gap <= size else 2 * size + 1


def _codes(classes: str) -> Codes:
    return np.frombuffer(classes.encode("utf-32-le"), np.uint32)


def _mask(roles: frozenset[Role] | None) -> int:
    return _EVERYBODY if roles is None else sum(1 << ROLES[role] for role in roles)
