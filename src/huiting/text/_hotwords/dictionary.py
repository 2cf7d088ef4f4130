"""Chinese words and how common they are, from the dictionary that comes with rjieba.

The one place that knows rjieba; its dictionary is loaded once a process and never added to.
"""

from dataclasses import dataclass

import rjieba

_COMMON = 100
"""Counts of the 60 million that jieba's dictionary was made from."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word at [start, end) of the text, and how often it was counted; 0 for an unknown one."""

    start: int
    end: int
    count: int

    @property
    def is_word(self) -> bool:
        """Tell whether it is a word of several characters."""
        return self.end - self.start > 1 and self.count > 0

    @property
    def is_common(self) -> bool:
        """Tell whether it is a word of several characters that people use every day."""
        return self.is_word and self.count >= _COMMON

    def is_plain(self, *, least: int) -> bool:
        """Tell whether it is a single character that is a word itself, counted `least` times."""
        return self.end - self.start == 1 and self.count >= least


def tokens(text: str) -> list[Token]:
    """Cut `text` into words of the dictionary; new words are not guessed."""
    return [
        Token(start, end, rjieba.suggest_freq(word) if rjieba.has_word(word) else 0)
        for word, start, end in rjieba.tokenize(text, "default", False)  # noqa: FBT003  (no keywords)
    ]
