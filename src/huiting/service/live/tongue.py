"""In which language each voice of a live call speaks: listened for until it is sure."""

from collections import defaultdict
from collections.abc import Mapping

from huiting.pipeline import HEARD, STANDS_OUT

_AT_MOST = 5.0
"""Seconds that one stretch counts for."""


class Tongue:
    """The language of one channel. One thread at a time.

    Args:
        language: ISO 639, where it was said.
    """

    def __init__(self, language: str | None) -> None:
        self._language = language
        self._odds: dict[str, float] = defaultdict(float)

    @property
    def language(self) -> str | None:
        """The language; None while that is not sure."""
        return self._language

    def take(self, odds: Mapping[str, float], seconds: float) -> None:
        """Take what was heard of it in so much speech; what stands out for long enough stays."""
        total = sum(odds.values())
        if self._language is not None or not total:
            return
        for code, share in odds.items():
            self._odds[code] += share / total * min(seconds, _AT_MOST)
        best = max(self._odds, key=lambda code: self._odds[code])
        heard = sum(self._odds.values())
        if heard >= HEARD and self._odds[best] >= STANDS_OUT * heard:
            self._language = best
