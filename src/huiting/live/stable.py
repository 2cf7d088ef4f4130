"""Which words of somebody who still speaks will stay: so that text does not flicker.

What two hypotheses in a row agree on is believed, and is never taken back: where a later one
has it otherwise, it is shown as it was, followed by what the later one says after it.

Source:
    The agreement of two hypotheses ("LA-2") of Liu, Spanakis and Niehues, "Low-Latency
    Sequence-to-Sequence Speech Recognition and Translation by Partial Hypothesis Selection" (2020).
"""

from dataclasses import dataclass

NUMERALS = frozenset("零〇一二两三四五六七八九十百千万亿点幺半")


@dataclass(slots=True)
class Stable:
    """The words of one segment."""

    stable: str = ""
    """What will stay."""
    text: str = ""
    """All that is shown; begins with `stable`."""

    def hear(self, hypothesis: str) -> None:
        """Take the next hypothesis of the segment, which reaches further than the one before."""
        shown = hypothesis
        if not shown.startswith(self.stable):
            shown = self.stable + hypothesis[_reach(self.stable, hypothesis) :]
        agreed = _common(self.text, shown)
        agreed = max(len(self.stable), _whole(shown, self.text, agreed))
        self.stable, self.text = shown[:agreed], shown


def _common(one: str, other: str) -> int:
    """Return how many characters two texts begin with alike."""
    alike = (n for n, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1])
    return next(alike, min(len(one), len(other)))


def _whole(one: str, other: str, end: int) -> int:
    """Return where the last whole word or number before `end` ends, in both texts.

    A number that is still being said is written otherwise when it is over, and so is what ends
    a sentence.
    """
    after = one[end : end + 1], other[end : end + 1]
    if not all(char and not _joins(char) for char in after):
        while end and _joins(one[end - 1]):
            end -= 1
    while end and not one[end - 1].isalnum():
        end -= 1
    return end


def _joins(char: str) -> bool:
    """Tell whether a character is part of a word of several letters, or of a number."""
    return char in NUMERALS or (char.isascii() and (char.isalnum() or char in ".,:%'-"))


def _reach(said: str, hypothesis: str) -> int:
    """Return how much of `hypothesis` says the same as `said`: the prefix that is most like it."""
    row = list(range(len(hypothesis) + 1))
    for i, char in enumerate(said, 1):
        diagonal, row[0] = row[0], i
        for j, other in enumerate(hypothesis, 1):
            best = min(diagonal + (char != other), row[j] + 1, row[j - 1] + 1)
            diagonal, row[j] = row[j], best
    # of equals the one nearest in length
    return min(range(len(row)), key=lambda j: (row[j], abs(j - len(said))))
