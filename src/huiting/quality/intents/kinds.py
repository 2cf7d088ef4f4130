"""What the team lists: intents, the keywords that speak for them, and example sentences.

Says nothing about a call. Names are paths, `售后/退货退款`; what is before the stroke is the
parent and needs no entry of its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from huiting.core.types import Role

OTHER = "其他"
"""The intent of a call in which nothing tells."""


@dataclass(frozen=True, slots=True)
class Keyword:
    """A phrase that speaks for an intent, or against it."""

    text: str
    weight: float
    """Evidence it adds; 1 is a hint, 3 decides; below 0 it speaks against."""
    by: Role | None = None
    """Who must say it; None for anybody."""
    languages: tuple[str, ...] = ()
    """In which it is looked for; empty for all."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One intent of the list."""

    name: str
    about: str = ""
    keywords: tuple[Keyword, ...] = ()
    examples: tuple[str, ...] = ()


def merged(kinds: Iterable[Kind]) -> tuple[Kind, ...]:
    """Join entries of one name, in the order of their first."""
    found: dict[str, Kind] = {}
    for kind in kinds:
        before = found.get(kind.name)
        found[kind.name] = kind if before is None else _joined(before, kind)
    return tuple(found.values())


def _joined(before: Kind, more: Kind) -> Kind:
    """Return both; where the later one says a phrase again, its weight holds."""
    kept = [k for k in before.keywords if not any(_same(k, later) for later in more.keywords)]
    return replace(
        before,
        about=more.about or before.about,
        keywords=(*kept, *more.keywords),
        examples=tuple(dict.fromkeys((*before.examples, *more.examples))),
    )


def _same(one: Keyword, other: Keyword) -> bool:
    """Tell whether two are looked for in the same lines; 修理 is Chinese, and Japanese."""
    if (one.text, one.by) != (other.text, other.by):
        return False
    anywhere = not one.languages or not other.languages
    return anywhere or not set(one.languages).isdisjoint(other.languages)
