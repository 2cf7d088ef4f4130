"""Which part of a call a question is about: windows, and the lines said in them.

Every key of a scope narrows it. Knows no operators; where the hits of anchors are, it is told.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from huiting.core.dialogue import Dialogue, Line
from huiting.core.types import Role, Span
from huiting.quality.rules.asked import Hit, Scope
from huiting.quality.rules.rule import Anchor, Edge, Place, Side, Unit, Which

_HUNDRED = 100.0
Windows = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Turn:
    """Lines of one role in a row."""

    role: Role
    span: Span


def turns_of(dialogue: Dialogue) -> tuple[Turn, ...]:
    """Return who speaks in turn, in order."""
    found = []
    for role, group in groupby(dialogue.lines, key=lambda line: line.role):
        lines = list(group)
        found.append(Turn(role, Span(lines[0].span.start, max(li.span.end for li in lines))))
    return tuple(found)


def length_of(dialogue: Dialogue) -> float:
    """Return when the call is over: nothing is said later."""
    return max([dialogue.duration, *[line.span.end for line in dialogue.lines]])


class Stage:
    """A call while its parts are asked for: what many of them need is worked out once."""

    def __init__(self, dialogue: Dialogue) -> None:
        self.lines = dialogue.lines
        self.end = length_of(dialogue)
        self._dialogue = dialogue
        self._turns: tuple[Turn, ...] | None = None
        self._said: dict[frozenset[Role] | None, tuple[Line, ...]] = {None: dialogue.lines}
        self.all = (Span(0.0, self.end),)

    def turns(self, roles: frozenset[Role] | None) -> list[Turn]:
        """Return the turns of some roles."""
        if self._turns is None:
            self._turns = turns_of(self._dialogue)
        return [t for t in self._turns if roles is None or t.role in roles]

    def said_by(self, roles: frozenset[Role] | None) -> tuple[Line, ...]:
        """Return the lines of some roles."""
        lines = self._said.get(roles)
        if lines is None:
            lines = self._said[roles] = tuple([x for x in self.lines if x.role in (roles or ())])
        return lines


def scope_of(place: Place, stage: Stage, anchored: Sequence[Windows] = ()) -> Scope:
    """Return the part of a call that `place` describes.

    Args:
        place: what the rule says.
        stage: the call.
        anchored: for each anchor, the windows that follow from what was hit.
    """
    if not (place.anchors or place.first or place.last or place.between):  # all of it
        return Scope(stage.all, place.roles, stage.said_by(place.roles))
    windows = _edges(place, stage)
    for others in anchored:
        windows = _both(windows, others)
    return _scope(place, stage, windows)


def _edges(place: Place, stage: Stage) -> Windows:
    windows: Windows = stage.all
    end = stage.end
    if place.first is not None:
        windows = _both(windows, (Span(0.0, _first(place.first, place, stage)),))
    if place.last is not None:
        windows = _both(windows, (Span(_last(place.last, place, stage), end),))
    if place.between is not None:
        windows = _both(windows, (Span(*place.between),))
    return windows


def _first(edge: Edge, place: Place, stage: Stage) -> float:
    end = stage.end
    match edge.unit:
        case Unit.SECONDS:
            return edge.amount
        case Unit.PERCENT:
            return end * edge.amount / _HUNDRED
        case Unit.TURNS:
            turns = stage.turns(place.roles)
            count = int(edge.amount)
            return turns[count - 1].span.end if len(turns) >= count else end


def _last(edge: Edge, place: Place, stage: Stage) -> float:
    end = stage.end
    match edge.unit:
        case Unit.SECONDS:
            return max(0.0, end - edge.amount)
        case Unit.PERCENT:
            return end * (1 - edge.amount / _HUNDRED)
        case Unit.TURNS:
            turns = stage.turns(place.roles)
            count = int(edge.amount)
            return turns[-count].span.start if len(turns) >= count else 0.0


def around(anchor: Anchor, place: Place, hits: Sequence[Hit], stage: Stage) -> tuple[Windows, ...]:
    """Return where to look: the windows of each hit that counts.

    With `each` they are several questions; otherwise they are one, and the tuple holds one entry.
    """
    if not hits:
        return ((),)
    match anchor.which:
        case Which.FIRST:
            hits = hits[:1]
        case Which.LAST:
            hits = hits[-1:]
        case Which.ANY | Which.EACH:
            pass
    found = [_window(anchor, place, hit, stage) for hit in hits]
    if anchor.which is Which.EACH:
        return tuple((window,) for window in found)
    return (union(found),)


def _window(anchor: Anchor, place: Place, hit: Hit, stage: Stage) -> Span:
    end = stage.end
    low, high = 0.0, end
    if anchor.side is Side.AFTER:
        low = hit.span.end
    if anchor.side is Side.BEFORE:
        high = hit.span.start
    if anchor.within is not None:
        low = max(low, hit.span.start - anchor.within)
        high = min(high, hit.span.end + anchor.within)
    if anchor.turns is not None:
        turns = stage.turns(place.roles)
        later = [t for t in turns if t.span.start >= hit.span.end][: anchor.turns]
        earlier = [t for t in turns if t.span.end <= hit.span.start][-anchor.turns :]
        high = min(high, later[-1].span.end if later else high)
        low = max(low, earlier[0].span.start if earlier else low)
    low = min(low, end)
    return Span(low, max(low, min(high, end)))


def union(spans: Iterable[Span]) -> Windows:
    """Return spans in order and apart."""
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return tuple(found)


def _both(windows: Windows, others: Windows) -> Windows:
    """Return what lies in a window of both."""
    if len(windows) == len(others) == 1:  # as mostly
        start = max(windows[0].start, others[0].start)
        end = min(windows[0].end, others[0].end)
        return (Span(start, end),) if start < end else ()
    pairs = [
        Span(max(a.start, b.start), min(a.end, b.end))
        for a in windows
        for b in others
        if max(a.start, b.start) < min(a.end, b.end)
    ]
    return union(pairs)


def _scope(place: Place, stage: Stage, windows: Windows) -> Scope:
    lines = stage.said_by(place.roles)
    inside = tuple([line for line in lines if _begins(line, windows, whole=place.whole)])
    reached: tuple[Line, ...] = ()
    if len(windows) > 1 or (windows and windows[0].start > 0):
        reached = tuple([line for line in lines if _reaches(line, windows)])
    return Scope(windows, place.roles, inside, reached, place.whole)


def _begins(line: Line, windows: Windows, *, whole: bool) -> bool:
    start = line.span.start
    for window in windows:
        if window.start <= start < window.end:
            return not whole or line.span.end <= window.end
    return False


def _reaches(line: Line, windows: Windows) -> bool:
    start, end = line.span.start, line.span.end
    for window in windows:
        if start < window.start < end:
            return not _begins(line, windows, whole=False)
    return False
