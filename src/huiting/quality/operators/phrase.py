"""One phrase, or words in order with little between them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from huiting.core.dialogue import Dialogue
from huiting.core.errors import ConfigError
from huiting.quality.matching.heard import Heard, Phrase, Place
from huiting.quality.operators._options import number, refuse, text, texts
from huiting.quality.operators._said import Negated, Words, counted, found, heard_in
from huiting.quality.operators._said import words as looked_for
from huiting.quality.operators.said import Said
from huiting.quality.rules.asked import Context, Found, Hit, Operator, Scope

_WIDEST = 50
"""Characters or words between two words of a phrase."""


def build(
    text_: str | None = None,
    *,
    words: Sequence[str] | None = None,
    gap: int | None = None,
    match: str | None = None,
    similarity: float | None = None,
    negated: str = Negated.COUNT,
    unless: str | Sequence[str] | None = None,
) -> Operator:
    """Ask for a phrase.

    Args:
        text_: the phrase.
        words: words that follow each other within a line, instead of `text`.
        gap: at most so many characters (English: words) between two of them; 5 unless given.
        match: `exact` or `sounds-like`; see `said`.
        similarity: likeness in sound that counts.
        negated: `count`, `skip` or `only`.
        unless: phrases that void a hit close to them in the same line.

    Raises:
        ConfigError: an option is none of these, or not exactly one of `text` and `words` given.
    """
    if (text_ is None) == (words is None):
        raise ConfigError("phrase", "one phrase is needed", "give either text or words")
    if text_ is not None:
        if gap is not None:
            refuse("phrase", "gap", "goes with words", "write words: [请, 稍等] and gap: 5")
        wanted: tuple[str, ...] = (text("phrase", "text", text_),)
    else:
        wanted = texts("phrase", "words", words)
    looked = looked_for(
        "phrase", wanted, match=match, similarity=similarity, negated=negated, unless=unless
    )
    if text_ is not None:
        return Said(looked)
    widest = 5 if gap is None else int(number("phrase", "gap", gap, least=0, most=_WIDEST))
    return InOrder(looked, widest)


@dataclass(frozen=True, slots=True)
class InOrder:
    """An `Operator`: words in order."""

    words: Words
    gap: int
    hears: bool = True

    def find(self, dialogue: Dialogue, scope: Scope, context: Context) -> Found:
        """Return each place where the words follow each other."""
        heard = heard_in(self.words, dialogue, context)
        about = " … ".join(phrase.text for phrase in self.words.phrases)
        hits: list[tuple[Hit, Phrase]] = []
        for place in self._chains(heard, dialogue):
            hit = counted(place, self.words, heard, dialogue, scope, about)
            if hit is not None:
                hits.append((hit, self.words.phrases[0]))
        result = found(self.words, hits, heard, dialogue, scope)
        if result.hits or result.nearest is None:
            return result
        return replace(result, nearest=replace(result.nearest, note=about))

    def phrases(self) -> Sequence[Phrase]:
        """Return what it looks for."""
        return self.words.all()

    def _chains(self, heard: Heard, dialogue: Dialogue) -> Iterator[Place]:
        """Yield places that reach from the first word to the last."""
        first, *others = self.words.phrases
        for start in heard.places(first):
            chain: Place | None = start
            for phrase in others:
                chain = self._next(chain, phrase, heard, dialogue) if chain else None
            if chain is not None:
                yield chain

    def _next(self, chain: Place, phrase: Phrase, heard: Heard, dialogue: Dialogue) -> Place | None:
        said = dialogue.lines[chain.line].text
        for place in heard.places(phrase):
            if place.line != chain.line or place.start < chain.end:
                continue
            if _length(said[chain.end : place.start]) <= self.gap:
                return Place(
                    chain.line,
                    chain.start,
                    place.end,
                    min(chain.score, place.score),
                    chain.exact and place.exact,
                )
        return None


def _length(between: str) -> int:
    """Return how much is said: English in words, other scripts in characters."""
    ascii_ = "".join(c if c.isascii() else " " for c in between)
    wide = sum(c.isalnum() and not c.isascii() for c in between)
    return wide + len("".join(c if c.isalnum() or c == "'" else " " for c in ascii_).split())
