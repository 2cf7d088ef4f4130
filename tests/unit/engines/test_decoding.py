from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from huiting.core.errors import ConfigError
from huiting.core.ports import Hints, Hypothesis
from huiting.core.types import Audio
from huiting.engines._decoding import Decoding, decoding
from huiting.engines._memory import OutOfMemory
from huiting.engines.device import OutOfRoom

RATE = 16_000


@dataclass
class Counting:
    """A `Decoder` that writes where it is and how long a clip is."""

    device: str = "cpu"
    most: float = 1000.0
    """Seconds of a batch above which there is no memory."""
    batches: list[list[float]] = field(default_factory=list)

    def decode(self, clips: Sequence[Audio], hints: Hints, /) -> list[Hypothesis]:
        self.take(clips)
        return [Hypothesis(f"{self.device} {c.duration:g}", language=hints.language) for c in clips]

    def detect(self, clips: Sequence[Audio], /) -> list[Mapping[str, float]]:
        self.take(clips)
        return [{self.device: 1.0} for _ in clips]

    def take(self, clips: Sequence[Audio]) -> None:
        lengths = [clip.duration for clip in clips]
        if sum(lengths) > self.most:
            raise OutOfMemory("counting", "it is full", "try again")
        self.batches.append(lengths)


def silence(seconds: float) -> Audio:
    return Audio(np.zeros(round(seconds * RATE), np.float32), RATE)


def made(small: float, *, fallback: str = "none", fits: bool = True) -> Decoding[Counting]:
    """Return a recognizer on a card that takes `small` seconds, or none at all."""

    def make(device: str) -> Counting:
        if device == "cuda" and not fits:
            raise OutOfRoom("device cuda", "it is full", "choose another")
        return Counting(device, 1000.0 if device == "cpu" else small)

    return decoding(make, "cuda", fallback)


@pytest.mark.parametrize(
    ("device", "batch", "batches"),
    [
        pytest.param("cpu", 0.0, [[20.0], [12.0, 12.0]], id="few on a processor"),
        pytest.param("cuda", 0.0, [[20.0, 12.0, 12.0]], id="many elsewhere"),
        pytest.param("cuda", 12.0, [[20.0], [12.0], [12.0]], id="as set"),
    ],
)
def test_as_much_is_decoded_at_once_as_suits_the_device(
    device: str, batch: float, batches: list[list[float]]
) -> None:
    decoder = Counting(device)
    heard = Decoding(decoder, batch=batch).transcribe([silence(s) for s in (12, 20, 12)], Hints())

    assert [h.text for h in heard] == [f"{device} {s}" for s in (12, 20, 12)]
    assert decoder.batches == batches


def test_what_is_long_is_heard_in_parts() -> None:
    decoder = Counting()
    (heard,) = Decoding(decoder, longest=10.0).transcribe([silence(24)], Hints("zh"))

    assert (heard.text, heard.language) == ("cpu 8 cpu 8 cpu 8", "zh")
    assert list(Decoding(decoder, longest=10.0).languages([silence(24)])) == [{"cpu": 1.0}]
    assert decoder.batches[-1] == [8.0]


def test_a_clip_without_room_goes_to_the_fallback_and_says_so() -> None:
    engine = made(small=5, fallback="cpu")
    heard = list(engine.transcribe([silence(4), silence(6)], Hints()))

    assert [(h.text, h.fallback) for h in heard] == [("cuda 4", None), ("cpu 6", "cpu")]
    assert list(engine.languages([silence(6)])) == [{"cpu": 1.0}]
    assert engine.device == "cuda"


def test_the_fallback_is_loaded_once() -> None:
    engine = made(small=5, fallback="cpu")

    assert engine.spare is not None
    assert engine.spare() is engine.spare()


def test_without_a_fallback_it_fails() -> None:
    engine = made(small=5)

    assert engine.spare is None
    with pytest.raises(OutOfMemory):
        list(engine.transcribe([silence(6)], Hints()))
    with pytest.raises(OutOfRoom):
        made(small=5, fits=False)


def test_a_model_that_does_not_fit_falls_back_and_says_so() -> None:
    engine = made(small=5, fallback="cpu", fits=False)
    (heard,) = engine.transcribe([silence(6)], Hints())

    assert (engine.device, heard.text, heard.fallback) == ("cpu", "cpu 6", "cpu")


def test_an_unknown_fallback_is_refused_before_anything_is_loaded() -> None:
    with pytest.raises(ConfigError, match="choose one of none, cpu"):
        made(small=5, fallback="cuda:1", fits=False)
