"""Phrases that are said: any of a list, all of it, or so many of it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from huiting.core.dialogue import Dialogue
from huiting.core.errors import ConfigError
from huiting.quality.matching.heard import Heard, Phrase
from huiting.quality.operators._options import number, one_of, refuse, texts
from huiting.quality.operators._said import (
    Negated,
    Words,
    counted,
    found,
    heard_in,
    places,
    split,
    words,
)
from huiting.quality.rules.asked import NOTHING, Context, Found, Hit, Operator, Scope


class Together(StrEnum):
    """Where several phrases must be said to belong together."""

    LINE = "line"
    TURN = "turn"
    SCOPE = "scope"


def build(
    any_: str | Sequence[str] | None = None,
    *,
    all_: Sequence[str] | None = None,
    of: Sequence[str] | None = None,
    at_least: int | None = None,
    match: str | None = None,
    similarity: float | None = None,
    negated: str = Negated.COUNT,
    together: str = Together.SCOPE,
    unless: str | Sequence[str] | None = None,
) -> Operator:
    """Ask for phrases. The language itself understands `none`: that none of a list is said.

    Args:
        any_: one of these is said; each place is a hit.
        all_: all of these are said.
        of: at least `at_least` different ones of these are said.
        at_least: how many of `of`.
        match: `exact`, or `sounds-like`; if absent, Chinese of three characters and more is
            also found by its sound.
        similarity: likeness in sound that counts, from 0.5 to 1 (0.85 unless given).
        negated: whether 不投诉 is a hit of 投诉: `count`, `skip` it, or `only` such.
        together: where `all_` and `of` must be: in one `line`, one `turn`, or the `scope`.
        unless: phrases that void a hit close to them in the same line.

    Raises:
        ConfigError: an option is none of these, or not exactly one list is given.
    """
    given = {"any": any_, "all": all_, "of": of}
    lists = [name for name, value in given.items() if value is not None]
    if len(lists) != 1:
        raise ConfigError("said", "one list of phrases is needed", "give any, all, of or none")
    wanted = texts("said", lists[0], given[lists[0]])
    if (of is None) != (at_least is None):
        refuse("said", "at_least", "goes with of", "write of: [a, b, c] and at_least: 2")
    looked = words(
        "said", wanted, match=match, similarity=similarity, negated=negated, unless=unless
    )
    where = one_of("said", "together", together, Together)
    if any_ is not None:
        if where is not Together.SCOPE:
            refuse("said", "together", "goes with all or of", "leave it out")
        return Said(looked)
    least = len(looked.phrases)
    if at_least is not None:
        least = int(number("said", "at_least", at_least, least=1, most=least))
    return Several(looked, least, where)


@dataclass(frozen=True, slots=True)
class Said:
    """An `Operator`: one of the phrases."""

    words: Words
    hears: bool = True

    def find(self, dialogue: Dialogue, scope: Scope, context: Context) -> Found:
        """Return each place where one is said."""
        heard = heard_in(self.words, dialogue, context)
        if self.words.wanted.isdisjoint(heard.touched):  # as mostly
            return NOTHING
        hits = hits_of(self.words, heard, dialogue, scope)
        return found(self.words, hits, heard, dialogue, scope)

    def holds(self, dialogue: Dialogue, scope: Scope, context: Context) -> bool | None:
        """Tell that one is said as written: how others sound is then of no interest."""
        heard = heard_in(self.words, dialogue, context)
        for phrase in self.words.wanted & heard.written:
            for place in heard.as_written(phrase):
                hit = counted(place, self.words, heard, dialogue, scope, phrase.text)
                if hit is not None:
                    return True
        return None

    def phrases(self) -> Sequence[Phrase]:
        """Return what it looks for."""
        return self.words.all()


@dataclass(frozen=True, slots=True)
class Several:
    """An `Operator`: so many different phrases together."""

    words: Words
    least: int
    together: Together
    hears: bool = True

    def find(self, dialogue: Dialogue, scope: Scope, context: Context) -> Found:
        """Return the places of the phrases where enough of them are together."""
        heard = heard_in(self.words, dialogue, context)
        hits = hits_of(self.words, heard, dialogue, scope)
        sure: list[tuple[Hit, Phrase]] = []
        doubts: list[Hit] = []
        best: tuple[Hit, ...] = ()
        for group in self._groups(hits, dialogue):
            firm, _ = split(group)
            certain = {hit.note for hit in firm}
            if len(certain) >= self.least:
                sure += group
            elif len({hit.note for hit, _ in group}) >= self.least:
                doubts += [hit for hit, _ in group]
            elif len(certain) > len({hit.note for hit in best}):
                best = firm
        if sure:
            return Found(split(sure)[0])
        if best:
            return Found((), best[0], tuple(doubts))
        none = found(self.words, (), heard, dialogue, scope)
        return Found((), doubts[0] if doubts else none.nearest, tuple(doubts))

    def phrases(self) -> Sequence[Phrase]:
        """Return what it looks for."""
        return self.words.all()

    def _groups(
        self, hits: Iterable[tuple[Hit, Phrase]], dialogue: Dialogue
    ) -> Iterable[list[tuple[Hit, Phrase]]]:
        if self.together is Together.SCOPE:
            return [list(hits)]
        part = _line_of if self.together is Together.LINE else _turns_of(dialogue)
        groups: dict[int, list[tuple[Hit, Phrase]]] = {}
        for hit, phrase in hits:
            groups.setdefault(part(hit), []).append((hit, phrase))
        return groups.values()


def hits_of(
    words: Words, heard: Heard, dialogue: Dialogue, scope: Scope
) -> list[tuple[Hit, Phrase]]:
    """Return every place of every phrase in the scope, weak ones included."""
    said = words.wanted & heard.touched
    in_order = said if len(said) < 2 else [p for p in words.phrases if p in said]  # noqa: PLR2004
    return [
        (hit, phrase)
        for phrase in in_order
        for hit in places(phrase, words, heard, dialogue, scope)
    ]


def _line_of(hit: Hit) -> int:
    assert hit.segment is not None
    return hit.segment


def _turns_of(dialogue: Dialogue) -> Callable[[Hit], int]:
    """Return what says in which turn a hit is: lines of one role in a row."""
    turns: dict[int, int] = {}
    turn, role = 0, None
    for line in dialogue.lines:
        turn += line.role is not role
        role = line.role
        turns[line.segment] = turn
    return lambda hit: turns[_line_of(hit)]
