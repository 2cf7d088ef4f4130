"""Which questions need not be put to a call, as nothing that they look for is in it.

Most questions look for words, and most words are not said. What an operator cannot do without
(`Operator.phrases`) is looked for once a call, for all questions together; a question of
which none is there has found nothing. Knows no verdicts.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from ahocorasick_rs import AhoCorasick

from huiting.core.dialogue import Dialogue
from huiting.quality.matching.heard import Heard, Phrase
from huiting.quality.matching.patterns import Needles, lowered
from huiting.quality.rules.asked import Quick
from huiting.quality.rules.rule import Ask, Named, Times


@dataclass(frozen=True, slots=True)
class Silent:
    """The questions of which nothing is in a call, by their identity."""

    able: frozenset[int]
    """Those that may be passed over in some call..."""
    there: set[int]
    """...and those of which something is in this one."""
    truths: dict[int, bool | None]
    """What is true of those that are put to fixed parts of the call, if all was heard clearly."""
    quick: Mapping[int, Quick]
    """What answers, of whatever call, by the identity of the question: see `Quick`."""


class Quiet:
    """Questions ready to be passed over. Compiled when first used."""

    def __init__(self, asks: Iterable[Ask]) -> None:
        self._asks = {id(ask): ask for ask in asks}  # kept: another may not take its address

    def of(self, dialogue: Dialogue, heard: Heard) -> Silent:
        """Return the questions that find nothing in a call."""
        return self._compiled.of(dialogue, heard)

    @cached_property
    def _compiled(self) -> "_Compiled":
        return _Compiled(self._asks.values())


class _Compiled:
    """Where each question is looked up by what it cannot do without."""

    def __init__(self, asks: Iterable[Ask]) -> None:
        self._truths: dict[int, bool | None] = {}
        able: set[int] = set()
        self._said: defaultdict[Phrase, list[int]] = defaultdict(list)
        written: defaultdict[str, list[int]] = defaultdict(list)
        spoken: defaultdict[str, list[int]] = defaultdict(list)
        self._quick: dict[int, Quick] = {}
        for ask in asks:
            once = ask.times == Times() and not ask.place.anchors and not ask.place.whole
            if once and isinstance(ask.operator, Quick):
                self._quick[id(ask)] = ask.operator
            wanted = () if isinstance(ask.operator, Named) else ask.operator.phrases()
            if not wanted or any(isinstance(one, str) for one in wanted):
                continue
            able.add(id(ask))
            if not ask.place.anchors:
                self._truths[id(ask)] = ask.times.hold(0)
            for one in wanted:
                if isinstance(one, Phrase):
                    self._said[one].append(id(ask))
                elif isinstance(one, Needles):
                    for text in one.texts:
                        (spoken if one.spoken else written)[text].append(id(ask))
        self._able = frozenset(able)
        self._written, self._spoken = _Texts(written), _Texts(spoken)

    def of(self, dialogue: Dialogue, heard: Heard) -> Silent:
        there: set[int] = set()
        said = self._said
        for phrase in heard.touched:
            if phrase in said:
                there.update(said[phrase])
        if self._written.asks:
            self._written.find("\n".join([line.text for line in dialogue.lines]), there)
        if self._spoken.asks:
            self._spoken.find("\n".join([line.spoken for line in dialogue.lines]), there)
        truths = self._truths.copy()
        for ask in there:
            truths.pop(ask, None)
        return Silent(self._able, there, truths, self._quick)


class _Texts:
    """Texts, found in a call at once, and whose they are."""

    def __init__(self, texts: dict[str, list[int]]) -> None:
        self.asks = list(texts.values())
        self._automaton = AhoCorasick(list(texts)) if texts else None

    def find(self, said: str, there: set[int]) -> None:
        """Add the questions of which a text is in what was said."""
        if self._automaton is None:
            return
        matches = self._automaton.find_matches_as_indexes(lowered(said), overlapping=True)
        for number in {match[0] for match in matches}:
            there.update(self.asks[number])
