"""What a user typed, as terms to find. Every character is text; only quotes group words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from huiting.core.errors import InputError
from huiting.store import _grams, _sound
from huiting.store._fold import fold

MAX_CHARACTERS = 500
MAX_TERMS = 20
_TERM = re.compile(r"[\"“”]([^\"“”]*[^\"“”\s][^\"“”]*)[\"“”]|(\S+)")


@dataclass(frozen=True, slots=True)
class Term:
    """A string that must occur in a segment."""

    text: str
    """Folded."""
    sounds: tuple[str, ...] = ()
    """Ways it may sound; empty when only its letters count."""

    @property
    def written_keys(self) -> frozenset[int]:
        """What the index must hold for its letters."""
        return _grams.needed(self.text)

    @property
    def any_keys(self) -> Sequence[frozenset[int]]:
        """What the index must hold: one of these."""
        return [self.written_keys, *map(_grams.needed, self.sounds)]


def parse(query: str, *, sounds_like: bool) -> tuple[Term, ...]:
    """Return the terms of a query: words, and phrases in double quotes.

    Raises:
        InputError: nothing to find, or more than anybody types.
    """
    if len(query) > MAX_CHARACTERS:
        raise InputError(
            "query", f"{len(query)} characters, more than {MAX_CHARACTERS}", "give a shorter text"
        )
    found = [match[1] or match[2] for match in _TERM.finditer(query)]
    if not found:
        raise InputError("query", "nothing to find", "give one character or more")
    if len(found) > MAX_TERMS:
        raise InputError("query", f"{len(found)} words, more than {MAX_TERMS}", "give fewer words")
    return tuple(Term(fold(text), _sound.readings(text) if sounds_like else ()) for text in found)
