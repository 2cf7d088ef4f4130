"""A circuit of recognizers: one for each language, one that steps in, one that is asked again.

Made of others by their names in the settings. What a clip is heard by is chosen by its language;
where that one fails, another goes on; what it is not sure of, a second one hears too, and the
surer of both is believed. Each hypothesis says who heard it.
"""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from huiting.core.errors import ConfigError, EngineError
from huiting.core.ports import Hints, Hypothesis, Recognizer
from huiting.core.types import Audio

log = logging.getLogger(__name__)

FAILURES = (EngineError, ConfigError)
"""What another engine steps in for: weights or a device that are not there are no reason to stop."""

BELOW = 0.6
"""Confidence under which a clip is heard again, where nobody says another."""
MOST = 0.3
"""Share of the clips, by length, that may be heard again: a bound of what a circuit costs."""
SAVED = 30.0
"""Seconds that were not used up and may be heard again later: live calls come clip by clip."""
GARBLED = frozenset({"low-confidence", "repetition", "too-fast"})
"""Gates that refuse what was made of speech; such a clip is in doubt whatever its confidence."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Who hears what the first one is not sure of."""

    ask: str
    below: float = BELOW
    """Confidence in [0, 1]."""
    most: float = MOST
    """Share of what is heard, by length, that is asked at most; the least sure first."""

    def __post_init__(self) -> None:
        """Refuse what makes no sense."""
        if not 0 < self.below <= 1 or not 0 < self.most <= 1:
            raise ValueError("below and most must be above 0 and at most 1")


def build(
    *,
    recognizers: Callable[[str], Recognizer],
    primary: str,
    fallback: str = "",
    languages: Mapping[str, str] | None = None,
    doubt: Mapping[str, Any] | None = None,
) -> "Circuit":
    """Join recognizers.

    Args:
        recognizers: gives one by its name in the settings.
        primary: who hears what nobody else is named for, and says which language it is.
        fallback: who goes on where another fails or cannot be loaded; empty for nobody.
        languages: who hears a language, by ISO 639 code.
        doubt: `ask` names who hears again what was heard with a confidence under `below`, at most
            the share `most` of the sound; what is left of it, for `SAVED` at most, later.

    Raises:
        ConfigError: the names or numbers make no sense.
    """
    recognizers = cache(recognizers)  # one of a name, however often it is named
    try:
        unsure = Doubt(**doubt) if doubt else None
    except (TypeError, ValueError) as error:
        raise ConfigError(
            "circuit: doubt", str(error), 'write {ask = "whisper", below = 0.6, most = 0.3}'
        ) from error
    return Circuit(
        recognizers(primary),
        {code: recognizers(name) for code, name in (languages or {}).items()},
        recognizers(fallback) if fallback else None,
        unsure,
        recognizers(unsure.ask) if unsure else None,
    )


class Circuit:
    """A `Recognizer` made of others. May be called from as many threads as they may."""

    def __init__(
        self,
        primary: Recognizer,
        languages: Mapping[str, Recognizer],
        fallback: Recognizer | None,
        doubt: Doubt | None,
        second: Recognizer | None,
    ) -> None:
        self._primary = primary
        self._languages = languages
        self._fallback = fallback
        self._doubt = doubt
        self._second = second
        self._saved = 0.0
        self._lock = threading.Lock()

    @property
    def rate(self) -> int:
        """Sample rate of the primary, in Hz; the others must want the same.

        The fallback's where the primary cannot be loaded.

        Raises:
            EngineError: neither can be loaded, or the primary and there is no fallback.
            ConfigError: likewise.
        """
        try:
            return self._primary.rate
        except FAILURES as error:
            if self._fallback is None or self._fallback is self._primary:
                raise
            _told(error)
            return self._fallback.rate

    def transcribe(self, clips: Sequence[Audio], hints: Hints, /) -> Iterator[Hypothesis]:
        """Yield one hypothesis for each clip, in order; all are heard before the first.

        Raises:
            EngineError: who is named failed, and so did the fallback, or there is none.
        """
        first = self._languages.get(hints.language or "", self._primary)
        heard = self._heard(first, clips, hints)
        if self._second is not None and self._doubt is not None:
            heard = self._asked_again(self._second, self._doubt, clips, hints, heard)
        yield from heard

    def languages(self, clips: Sequence[Audio], /) -> Iterator[Mapping[str, float]]:
        """Yield what the primary says of each clip; what the fallback says where that fails.

        Raises:
            EngineError: both failed.
        """
        try:
            yield from list(self._primary.languages(clips))
        except FAILURES as error:
            if self._fallback is None:
                raise
            _told(error)
            yield from self._fallback.languages(clips)

    def _heard(self, first: Recognizer, clips: Sequence[Audio], hints: Hints) -> list[Hypothesis]:
        try:
            return list(self._fitting(first).transcribe(clips, hints))
        except FAILURES as error:
            if self._fallback is None or self._fallback is first:
                raise
            _told(error)
            found = self._fitting(self._fallback).transcribe(clips, hints)
            return [replace(one, fallback=one.engine or "fallback") for one in found]

    def _fitting(self, part: Recognizer) -> Recognizer:
        """Return a part that can be given the same clips."""
        if part.rate != self.rate:
            raise EngineError(
                "circuit",
                f"its engines want {self.rate} and {part.rate} Hz",
                "join engines that want the same",
            )
        return part

    def _asked_again(
        self,
        second: Recognizer,
        doubt: Doubt,
        clips: Sequence[Audio],
        hints: Hints,
        heard: list[Hypothesis],
    ) -> list[Hypothesis]:
        """Return what was heard, better where the second one is surer."""
        with self._lock:
            wanted, left = chosen([_sure(one) for one in heard], clips, doubt, self._saved)
            self._saved = min(left, SAVED)
        if not wanted:
            return heard
        try:
            again = list(self._fitting(second).transcribe([clips[i] for i in wanted], hints))
        except FAILURES as error:
            _told(error)  # what the first one heard still stands
            return heard
        better = list(heard)
        for i, other in zip(wanted, again, strict=True):
            better[i] = surer(heard[i], other)
        return better


def chosen(
    sure: Sequence[float | None], clips: Sequence[Audio], doubt: Doubt, saved: float = 0.0
) -> tuple[list[int], float]:
    """Return which clips are asked again, the least sure first, and the seconds not used up.

    A clip without a confidence is not asked: nobody knows that it is in doubt.

    Args:
        sure: of each clip, in [0, 1].
        clips: what was heard.
        doubt: with the bound.
        saved: seconds that were not used up before.
    """
    known = [(c, i) for i, c in enumerate(sure) if c is not None and c < doubt.below]
    left = saved + doubt.most * sum(clip.duration for clip in clips)
    found = []
    for _, i in sorted(known):
        if clips[i].duration <= left:
            left -= clips[i].duration
            found.append(i)
    return found, left


def _sure(heard: Hypothesis) -> float | None:
    """Return how far a hypothesis is to be believed; None where nobody says."""
    return 0.0 if heard.gate in GARBLED else heard.confidence


def surer(first: Hypothesis, second: Hypothesis) -> Hypothesis:
    """Return the one that is surer, marked as heard twice; the first where neither says.

    Confidences of two engines are no common measure, so the second must say more and be surer.
    """
    better = (
        second.gate is None
        and second.text != ""
        and second.confidence is not None
        and second.confidence > (_sure(first) or 0.0)
    )
    return replace(second if better else first, again=True)


def _told(error: EngineError | ConfigError) -> None:
    log.warning("a recognizer of the circuit failed", extra={"reason": error.reason})
