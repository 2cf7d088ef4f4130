"""What an ITN grammar is: named rules, tried in order wherever a number may begin.

A rule reads one shape of spoken number and writes it, or says nothing and leaves
the place to the rules after it. The first that speaks wins and the search goes on
behind it, so what a rule has written is never read again. A language is a table of
rules; nothing here knows any language.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from huiting.core.rewrite import Change


@dataclass(frozen=True, slots=True)
class Rule:
    """One shape of number."""

    name: str
    pattern: re.Pattern[str]
    write: Callable[[re.Match[str]], str | None]
    """Returns the written form; None when the match is no number of this shape after all."""
    spoken: str
    """An example, run as a test."""
    written: str


def rule(
    name: str,
    pattern: str,
    write: Callable[[re.Match[str]], str | None],
    spoken: str,
    written: str,
) -> Rule:
    """Return a rule; `spoken` and `written` are its example."""
    return Rule(name, re.compile(pattern), write, spoken, written)


@dataclass(frozen=True, slots=True)
class Grammar:
    """The rules of one language."""

    rules: Sequence[Rule]
    start: re.Pattern[str]
    """Where a rule may begin."""
    run: re.Pattern[str]
    """What is stepped over when no rule applies: a whole number, never half of one."""

    def changes(self, text: str) -> Iterator[Change]:
        """Yield what to rewrite, from left to right."""
        at = 0
        while found := self.start.search(text, at):
            at = found.start()
            end, written = self._read(text, at)
            if written is not None:
                yield from _difference(text, at, end, written)
            at = end

    def _read(self, text: str, at: int) -> tuple[int, str | None]:
        for rule in self.rules:
            match = rule.pattern.match(text, at)
            if match and (written := rule.write(match)) is not None:
                return match.end(), written
        run = self.run.match(text, at)
        return (run.end() if run else at + 1), None


def _difference(text: str, start: int, end: int, written: str) -> Iterator[Change]:
    """Yield the change without what both ends share, so that it covers as few words as it can."""
    stop = len(written)
    while start < end and stop and text[end - 1] == written[stop - 1]:
        end, stop = end - 1, stop - 1
    begin = 0
    while start < end and begin < stop and text[start] == written[begin]:
        start, begin = start + 1, begin + 1
    if start < end or begin < stop:
        yield Change(start, end, written[begin:stop])


def after(*words: str) -> str:
    """Return a pattern that holds where one of `words` has just ended."""
    return f"(?:{'|'.join(_behind('=', words))})"


def not_after(*words: str) -> str:
    """Return a pattern that holds where none of `words` has just ended."""
    return "".join(_behind("!", words))


def _behind(sign: str, words: Sequence[str]) -> list[str]:
    # Python looks behind for one width only, so words are grouped by length.
    lengths = sorted({len(word) for word in words})
    return [f"(?<{sign}{'|'.join(w for w in words if len(w) == n)})" for n in lengths]


def keep(match: re.Match[str]) -> str:
    """Write what was said as it was said."""
    return match[0]
