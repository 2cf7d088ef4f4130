"""Calls that somebody looks at piece by piece: read and covered once, not for each piece.

A page of a call asks for its lines a few at a time, for what is drawn beside them, and for
what changed; a call of two hours takes longer to read than any of these to answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from huiting.core.judgement import Judgement, Verdict
from huiting.service.reading import Reading, Seen
from huiting.service.recent import Recent
from huiting.service.views import View
from huiting.store.browse import Order, Place, Sort, Sought

_CALLS = 24
_State = tuple[str, tuple[tuple[str, int, Verdict], ...], int]


class Way(StrEnum):
    """Which neighbour."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Sheets:
    """Opens calls. May be used from several threads."""

    reading: Reading
    _kept: Recent[tuple[str, int, bool, _State | None], Seen] = field(
        default_factory=lambda: Recent(_CALLS), init=False, repr=False
    )

    def open(self, call: str, view: View, version: int | None = None) -> Seen:
        """Return a call as somebody may see it, with all that is known of it now.

        Raises:
            UnknownCall: there is none that may be seen, or no such version.
        """
        store = self.reading.store
        found = store.find(call, allowed=view.principal.only)
        number = found.version if version is None else version
        judged = _state(store.judgement(found.id)) if number == found.version else None
        key = (found.id, number, view.unredacted, judged)
        return self._kept.get(key, lambda: self.reading.call(found.id, view, version))

    def neighbour(
        self, call: str, sought: Sought, order: Order, way: Way, view: View
    ) -> str | None:
        """Return the id of the call that stands beside one in a list; None at its end.

        Raises:
            Forbidden: personal data is filtered by that may not be seen.
            InputError: the text is nothing that can be searched for.
            UnknownCall: there is no such call.
        """
        here = self._place(call, sought, order, view)
        if here is None:
            return None
        onward = order if way is Way.AFTER else Order(order.by, not order.descending)
        found = self.reading.page(sought, onward, 1, here, view).entries
        return found[0].call.id if found else None

    def _place(self, call: str, sought: Sought, order: Order, view: View) -> Place | None:
        listed = self.reading.browser.one(call, view.principal.only)
        return listed_place(
            listed.call.clock,
            listed.call.duration,
            sought,
            order,
            [(score.scorecard, score.points) for score in listed.scores],
        )


def listed_place(
    clock: int,
    duration: float,
    sought: Sought,
    order: Order,
    scores: Sequence[tuple[str, float | None]],
) -> Place | None:
    """Return where a call stands in a list; None for one that is not in it.

    Args:
        clock: of the call.
        duration: of the call.
        sought: which calls are listed.
        order: how they are sorted.
        scores: of the call: scorecards and points.
    """
    if order.by is Sort.DURATION:
        return duration, clock
    if order.by is Sort.SCORE:
        points = dict(scores).get(sought.scorecard or "")
        return None if points is None else (points, clock)
    return clock, clock


def _state(judgement: Judgement | None) -> _State | None:
    """Return what tells one judgement of a call from another."""
    if judgement is None:
        return None
    verdicts = tuple((f.rule, f.version, f.verdict) for f in judgement.findings)
    return judgement.rules, verdicts, len(judgement.problems)
