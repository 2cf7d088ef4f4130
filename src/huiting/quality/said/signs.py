"""Which signs of the list in signs.yaml are heard in a call, and whether they are denied.

Adds nothing up: `quality.outcome` and `quality.risks` do.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from huiting.core import yaml_file as yaml
from huiting.core.ports import Sound
from huiting.core.types import Role
from huiting.quality.said.lines import Line
from huiting.quality.said.negation import asked, denied, refused
from huiting.quality.said.phrases import Phrase, phrase, places

_ROLES = {"agent": Role.AGENT, "customer": Role.CUSTOMER}


@dataclass(frozen=True, slots=True)
class Sign:
    """A phrase of the list."""

    name: str
    text: str
    weight: float
    by: Role
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Heard:
    """A sign in a call."""

    name: str
    line: Line
    start: int
    end: int
    weight: float
    """Less than the list says where it only sounds like it."""
    late: float
    """Where in the call, from 0, the first line, to 1, the last."""
    denied: bool
    """What was said is that it is not so."""
    asked: bool
    """Or whether it is so."""


class Signs:
    """Listens for the signs of given names."""

    def __init__(self, names: Sequence[str], sound: Sound) -> None:
        self._wanted: list[tuple[Sign, Phrase]] = [
            (sign, phrase(sign.text, sound)) for sign in shipped() if sign.name in names
        ]

    def heard(self, lines: Sequence[Line]) -> list[Heard]:
        """Return what is heard, line by line; of signs inside longer ones only the longer."""
        last = max(1, len(lines) - 1)
        found = []
        for n, line in enumerate(lines):
            found += _apart([h for w in self._wanted for h in self._in(w, line, n / last)])
        return found

    def _in(self, wanted: tuple[Sign, Phrase], line: Line, late: float) -> list[Heard]:
        sign, said = wanted
        if line.role not in {sign.by, Role.UNKNOWN}:
            return []
        if line.language is not None and line.language not in sign.languages:
            return []
        return [
            Heard(
                sign.name,
                line,
                place.start,
                place.end,
                sign.weight * place.strength,
                late,
                _no(line, place.start, place.end, sign.text),
                asked(line.folded, place.end),
            )
            for place in places(said, line)
        ]


def _no(line: Line, start: int, end: int, text: str) -> bool:
    """Tell whether a sign is denied; one that holds a denial itself (没解决) only when refused."""
    judge = refused if any(c in text for c in "不没未无别") else denied
    return judge(line.folded, start, end)


def _apart(hits: Sequence[Heard]) -> list[Heard]:
    """Of hits of one name that share words keep the longest."""
    kept: list[Heard] = []
    end = max((hit.end for hit in hits), default=0)
    taken: dict[str, bytearray] = {hit.name: bytearray(end) for hit in hits}
    for hit in sorted(hits, key=lambda h: (h.start - h.end, -h.weight)):
        if not any(taken[hit.name][hit.start : hit.end]):
            kept.append(hit)
            taken[hit.name][hit.start : hit.end] = b"\1" * (hit.end - hit.start)
    return kept


@cache
def shipped() -> tuple[Sign, ...]:
    """Return the list that comes with Huiting."""
    source = files("huiting.quality.said") / "signs.yaml"
    top = yaml.mapping(yaml.parse(source.read_bytes(), "signs.yaml"), ("format", "signs"))
    yaml.choice(top["format"], ("huiting-signs/1",))
    found = []
    for piece in yaml.sequence(top["signs"]):
        entry = yaml.mapping(piece, ("name", "by", "weight", "languages", "say"))
        languages = tuple(yaml.text(each) for each in yaml.sequence(entry["languages"]))
        by = _ROLES[yaml.choice(entry["by"], tuple(_ROLES))]
        weight = yaml.number(entry["weight"], 0)
        name = yaml.text(entry["name"])
        found += [
            Sign(name, yaml.text(said), weight, by, languages)
            for said in yaml.sequence(entry["say"])
        ]
    return tuple(found)
