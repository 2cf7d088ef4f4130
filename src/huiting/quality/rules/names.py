"""That every name a rule points at exists, and that no question waits for itself."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from huiting.core.yaml_file import Piece
from huiting.quality.rules.expressions import Reading
from huiting.quality.rules.rule import All, AnyOf, Ask, Expression, Named, Not


def check_names(reading: Reading) -> None:
    """Note each name of one rule, or of those shared by a file, that is not there or runs in a circle."""
    known = len(reading.mistakes.found)
    for name, piece in reading.pointers:
        reading.mistakes.tried(lambda n=name, p=piece: _there(n, p, reading), None)  # type: ignore[misc]
    if len(reading.mistakes.found) > known:
        return
    for name, piece in reading.pointers:
        circle = _circle(name, reading)
        if circle:
            reading.mistakes.tried(lambda c=circle, p=piece: _broken(c, p), None)  # type: ignore[misc]
            return  # the others of it run in the same one


def _there(name: str, piece: Piece, reading: Reading) -> None:
    if name in reading.names:
        return
    close = get_close_matches(name, reading.names, 1)
    guess = f"did you mean {close[0]!r}? " if close else ""
    known = ", ".join(reading.names) or "none"
    piece.refuse(
        f"nothing is named {name!r}",
        f"{guess}give an operator as: {name}, or define it under conditions: (there are {known})",
    )


def _broken(circle: Sequence[str], piece: Piece) -> None:
    piece.refuse(
        f"{' needs '.join(circle)}", "break the circle: an anchor must not wait for itself"
    )


def _circle(name: str, reading: Reading) -> tuple[str, ...]:
    """Return the names from `name` back to itself; empty when there is no such way."""
    waiting: list[tuple[str, ...]] = [(name,)]
    seen: set[str] = set()
    while waiting:
        way = waiting.pop()
        for following in pointed_at(reading.names[way[-1]]):
            if following == name:
                return (*way, name)
            if following not in seen:
                seen.add(following)
                waiting.append((*way, following))
    return ()


def pointed_at(expression: Expression) -> Iterator[str]:
    """Yield every name that an expression points at."""
    match expression:
        case Ask():
            yield from (anchor.name for anchor in expression.place.anchors)
            if isinstance(expression.operator, Named):
                yield expression.operator.name
        case Named(name):
            yield name
        case Not(part):
            yield from pointed_at(part)
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from pointed_at(part)
