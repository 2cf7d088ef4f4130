"""What operators are asked in tests: small calls, and the scopes in which they look."""

from collections.abc import Sequence
from dataclasses import replace

from fakes import analysis, call
from huiting.core.dialogue import Dialogue
from huiting.core.types import Event, Role, Segment, Span
from huiting.quality.dialogue import dialogue_of, silent
from huiting.quality.rules.asked import Context, Found, Operator, Scope

NOTHING = Context(sound=silent)


def dialogue(*said: Segment, duration: float = 60.0, events: Sequence[Event] = ()) -> Dialogue:
    """Return the call in which these are said."""
    heard = replace(call(*said, duration=duration), events=tuple(events))
    return dialogue_of(analysis(heard), silent)


def scope(of: Dialogue, *windows: tuple[float, float], by: Sequence[Role] = ()) -> Scope:
    """Return the scope of the whole call, or of some windows and roles of it."""
    spans = tuple(Span(*w) for w in windows) or (Span(0, of.duration),)
    roles = frozenset(by) or None
    lines = [x for x in of.lines if roles is None or x.role in roles]
    inside = [x for x in lines if any(w.start <= x.span.start < w.end for w in spans)]
    return Scope(spans, roles, tuple(inside))


def find(
    operator: Operator, of: Dialogue, *windows: tuple[float, float], by: Sequence[Role] = ()
) -> Found:
    """Return what the operator finds there."""
    return operator.find(of, scope(of, *windows, by=by), NOTHING)
