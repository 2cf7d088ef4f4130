"""Conditions in YAML made expressions: operators with their scope, `all`, `any`, `not`, `ref`.

Lists (`$name`) are put in while reading. Which names are anchors and whether they run in
circles is `names`'s matter.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from huiting.core.types import Role
from huiting.core.yaml_file import Piece, choice, mapping, number, sequence, text, truth, whole
from huiting.quality.rules.about import about
from huiting.quality.rules.mistakes import Mistakes
from huiting.quality.rules.options import operator_of, operators, plain
from huiting.quality.rules.rule import (
    All,
    Anchor,
    AnyOf,
    Ask,
    Edge,
    Expression,
    Named,
    Not,
    Place,
    Side,
    Times,
    Unit,
    Which,
)

JOINING = ("all", "any", "not", "ref")
SCOPE = (
    "by", "first", "last", "between", "whole", "after", "before", "around", "times", "as",
)  # fmt: skip
ANCHOR = ("hit", "which", "within", "turns")
_HUNDRED = 100.0


@dataclass(slots=True)
class Reading:
    """What reading the expressions of one rule gathers."""

    lists: Mapping[str, tuple[Any, ...]]
    """Of the file, by name."""
    places: dict[Place, Place] = field(default_factory=dict)
    """Of the whole file: equal ones are one, so that a scope is worked out once a call."""
    names: dict[str, Expression] = field(default_factory=dict)
    """By `as` and under `conditions`."""
    pointers: list[tuple[str, Piece]] = field(default_factory=list)
    """Every name that is used, and where."""
    earlier: list[tuple[str, Piece]] = field(default_factory=list)
    """Every rule that is pointed at, and where."""
    mistakes: Mistakes = field(default_factory=Mistakes)
    """In the whole file. What is wrong is left out, and reading goes on."""


BROKEN: Expression = AnyOf(())
"""Stands for a condition that cannot be read."""


def expression(piece: Piece, reading: Reading) -> Expression:
    """Return the expression that stands at `piece`; one that cannot be read is a mistake."""
    found = reading.mistakes.tried(lambda: _expression(piece, reading), BROKEN)
    if found is BROKEN:
        for name in _promised(piece):
            reading.names.setdefault(name, BROKEN)
    return found


def _promised(piece: Piece) -> Iterator[str]:
    """Yield the names that a condition would give: that they are missing is no other mistake."""
    match piece.content:
        case tuple(parts):
            for part in parts:
                yield from _promised(part)
        case Mapping() as entries:
            for key, value in entries.items():
                if key == "as" and isinstance(value.content, str):
                    yield value.content.strip()
                yield from _promised(value)


def _expression(piece: Piece, reading: Reading) -> Expression:
    """Return the expression that stands at `piece`.

    Raises:
        InputError: it is none; `file:line` is the subject.
    """
    if isinstance(piece.content, tuple):
        return _all([expression(part, reading) for part in sequence(piece)])
    if not isinstance(piece.content, Mapping):
        piece.refuse("a condition is needed here", "write an operator, such as said: 您好")
    content = {key.replace("-", "_"): entry for key, entry in piece.content.items()}
    keys = [key for key in content if key in JOINING or key in operators()]
    for key, entry in content.items():
        reading.mistakes.tried(lambda k=key, e=entry: _known(k, e, keys), None)  # type: ignore[misc]
    if len(keys) != 1:
        two = f"{keys[0]} and {keys[1]} stand side by side" if keys else "no operator here"
        piece.refuse(two, "join conditions as a list under all: or any:")
    key = keys[0]
    if key == "ref" and len(content) > 1:
        return _among(content, reading)
    if key in JOINING:
        for other, value in content.items():
            if other != key:
                value.refuse(f"{other!r} goes with one operator", f"put it inside {key}")
        return _joined(key, content[key], reading)
    return _ask(key, content, reading)


def _known(key: str, value: Piece, keys: Sequence[str]) -> None:
    if key in keys or key in SCOPE:
        return
    everything = (*operators(), *JOINING, *SCOPE)
    close = get_close_matches(key, everything, 1)
    guess = f"did you mean {close[0]!r}? " if close else ""
    value.refuse(
        f"unknown key {key!r}",
        f"{guess}operators are {', '.join(operators())}; they are joined by "
        f"{', '.join(JOINING)}; scopes are {', '.join(SCOPE)}",
    )


def _joined(key: str, piece: Piece, reading: Reading) -> Expression:
    if key == "ref":
        name = text(piece)
        reading.pointers.append((name, piece))
        return Named(name)
    if key == "not":
        return Not(expression(piece, reading))
    parts = [expression(part, reading) for part in sequence(piece)]
    return _all(parts) if key == "all" else parts[0] if len(parts) == 1 else AnyOf(tuple(parts))


def _among(content: Mapping[str, Piece], reading: Reading) -> Expression:
    """Return the question whether what is named has hits in a scope."""
    name = text(content["ref"])
    reading.pointers.append((name, content["ref"]))
    found = Ask("ref", Named(name), _place(content, reading), _times(content), name, _name(content))
    return _named(found, content, reading)


def _name(content: Mapping[str, Piece]) -> str | None:
    return text(content["as"]) if "as" in content else None


def _named(found: Expression, content: Mapping[str, Piece], reading: Reading) -> Expression:
    name = _name(content)
    if name is not None:
        if name in reading.names:
            content["as"].refuse(f"the name {name!r} is given twice", "choose another")
        reading.names[name] = found
    return found


def _all(parts: Sequence[Expression]) -> Expression:
    return parts[0] if len(parts) == 1 else All(tuple(parts))


def _ask(key: str, content: Mapping[str, Piece], reading: Reading) -> Expression:
    piece = content[key]
    place = reading.mistakes.tried(lambda: _place(content, reading), Place())
    times = reading.mistakes.tried(lambda: _times(content), Times())
    value = _filled(plain(piece), piece, reading)
    found = _asked(key, piece, value, place=place, times=times, name=_name(content))
    if key == "rule":
        reading.earlier.append((value["id"] if isinstance(value, dict) else value, piece))
    return _named(found, content, reading)


def _asked(
    key: str,
    piece: Piece,
    value: Any,  # noqa: ANN401
    *,
    place: Place,
    times: Times,
    name: str | None,
) -> Expression:
    """Return the question; one that asks for nothing of a list (`none`) is its negation."""
    if key == "said" and isinstance(value, dict) and "none" in value:
        rest = {option: given for option, given in value.items() if option != "none"}
        shared = {o: g for o, g in rest.items() if o in _SHARED}
        absent = Not(
            Ask(
                key,
                operator_of(key, piece, {"any": value["none"], **shared}),
                place,
                Times(),
                about(key, value["none"]),
            )
        )
        if rest.keys() <= _SHARED:
            return absent
        return All((_asked(key, piece, rest, place=place, times=times, name=name), absent))
    return Ask(key, operator_of(key, piece, value), place, times, about(key, value), name)


_SHARED = frozenset({"match", "similarity", "negated", "unless"})
"""Options of `said` that say how to look rather than for what."""


def _filled(value: Any, piece: Piece, reading: Reading) -> Any:  # noqa: ANN401
    """Return what stands under an operator's key with its lists put in."""
    if isinstance(value, dict):
        return {key: _filled(entry, piece, reading) for key, entry in value.items()}
    if isinstance(value, str) and value.startswith("$"):
        return list(_list(value, piece, reading))
    if isinstance(value, list):
        found: list[Any] = []
        for entry in value:
            is_list = isinstance(entry, str) and entry.startswith("$")
            found += _list(entry, piece, reading) if is_list else [entry]
        return found
    return value


def _list(name: str, piece: Piece, reading: Reading) -> tuple[Any, ...]:
    wanted = name.removeprefix("$")
    if wanted not in reading.lists:
        close = get_close_matches(wanted, reading.lists, 1)
        guess = f"did you mean ${close[0]}? " if close else ""
        known = ", ".join(f"${known}" for known in reading.lists) or "none"
        piece.refuse(f"there is no list {name}", f"{guess}lists of this file: {known}")
    return reading.lists[wanted]


def _times(content: Mapping[str, Piece]) -> Times:
    piece = content.get("times")
    if piece is None:
        return Times()
    if isinstance(piece.content, str):
        return Times(whole(piece, 1))
    given = mapping(piece, ("at_least", "at_most"))
    at_most = whole(given["at_most"], 0) if "at_most" in given else None
    at_least = whole(given["at_least"], 0) if "at_least" in given else 0
    if not given or (at_most is not None and at_most < at_least):
        piece.refuse("no number of hits is right", "give at_least, at_most, or both in order")
    return Times(at_least, at_most)


def _place(content: Mapping[str, Piece], reading: Reading) -> Place:
    anchors = tuple(_anchor(side, content[side], reading) for side in Side if side in content)
    if sum(anchor.which is Which.EACH for anchor in anchors) > 1:
        content["as" if "as" in content else anchors[0].side].refuse(
            "each stands twice", "only one anchor may ask for each hit"
        )
    place = Place(
        roles=_roles(content["by"]) if "by" in content else None,
        first=_edge(content["first"]) if "first" in content else None,
        last=_edge(content["last"]) if "last" in content else None,
        between=_between(content["between"]) if "between" in content else None,
        whole="whole" in content and truth(content["whole"]),
        anchors=anchors,
    )
    if place.whole and not (place.first or place.last or place.between):
        content["whole"].refuse("whole goes with first, last or between", "add one or leave it out")
    return reading.places.setdefault(place, place)


def _roles(piece: Piece) -> frozenset[Role]:
    known = [role.value for role in Role]
    return frozenset(Role(choice(role, known)) for role in sequence(piece))


def _edge(piece: Piece) -> Edge:
    if isinstance(piece.content, str):
        return Edge(number(piece, 0.001), Unit.SECONDS)
    given = mapping(piece, [unit.value for unit in Unit])
    if len(given) != 1:
        piece.refuse(
            "one measure is needed here", "write 15 (seconds), {turns: 3} or {percent: 20}"
        )
    unit, amount = next(iter(given.items()))
    if unit == Unit.TURNS:
        return Edge(whole(amount, 1), Unit.TURNS)
    found = number(amount, 0.001)
    if unit == Unit.PERCENT and found > _HUNDRED:
        amount.refuse("more than the whole call", "give at most 100")
    return Edge(found, Unit(unit))


def _between(piece: Piece) -> tuple[float, float]:
    ends = sequence(piece)
    if len(ends) != 2:  # noqa: PLR2004
        piece.refuse("a start and an end are needed here", "write [10, 30]: seconds")
    start, end = (number(end, 0) for end in ends)
    if start >= end:
        piece.refuse("it ends before it begins", "exchange the two")
    return start, end


def _anchor(side: Side, piece: Piece, reading: Reading) -> Anchor:
    usual = {Side.AFTER: Which.FIRST, Side.BEFORE: Which.LAST, Side.AROUND: Which.ANY}[side]
    if isinstance(piece.content, str):
        name = text(piece)
        if side is Side.AROUND:
            piece.refuse("around what distance?", f"write around: {{hit: {name}, within: 10}}")
        reading.pointers.append((name, piece))
        return Anchor(side, name, usual)
    given = mapping(piece, ANCHOR)
    if "hit" not in given:
        piece.refuse("the name of a condition is missing", "add hit: NAME")
    if side is Side.AROUND and "within" not in given and "turns" not in given:
        piece.refuse("around what distance?", "add within: SECONDS")
    name = text(given["hit"])
    reading.pointers.append((name, given["hit"]))
    which = Which(choice(given["which"], [w.value for w in Which])) if "which" in given else usual
    within = number(given["within"], 0.001) if "within" in given else None
    return Anchor(side, name, which, within, whole(given["turns"], 1) if "turns" in given else None)
