from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from huiting.core.errors import ConfigError, EngineError, ModelUnavailable
from huiting.core.ports import Hints, Hypothesis
from huiting.core.types import Audio
from huiting.engines.circuit import Circuit, build


def clip(seconds: float) -> Audio:
    return Audio(np.zeros(round(16_000 * seconds), np.float32), 16_000)


TWO = [clip(1.0), clip(1.0)]


@dataclass
class Ear:
    """Says its name, with these confidences in turn."""

    name: str
    sure: Sequence[float | None] = (0.9,)
    gate: str | None = None
    error: Exception | None = None
    hertz: int = 16_000
    unloadable: Exception | None = None
    asked: list[int] = field(default_factory=list)

    @property
    def rate(self) -> int:
        if self.unloadable:
            raise self.unloadable
        return self.hertz

    def transcribe(self, clips: Sequence[Audio], _hints: Hints, /) -> Iterator[Hypothesis]:
        if self.error or self.unloadable:
            raise self.error or self.unloadable or BROKEN
        self.asked.append(len(clips))
        for i, _ in enumerate(clips):
            sure = self.sure[i % len(self.sure)]
            yield Hypothesis(self.name, confidence=sure, gate=self.gate, engine=self.name)

    def languages(self, clips: Sequence[Audio], /) -> Iterator[Mapping[str, float]]:
        if self.error:
            raise self.error
        yield from ({self.name: 1.0} for _ in clips)


BROKEN = EngineError("a", "it failed", "look")
ABSENT = ModelUnavailable("a", "no weights", "install them")


def circuit(*ears: Ear, **options: Any) -> Circuit:  # noqa: ANN401  (those of build)
    return build(recognizers={ear.name: ear for ear in ears}.__getitem__, primary="a", **options)


def hear(made: Circuit, clips: Sequence[Audio] = TWO, language: str | None = None) -> list[str]:
    return [h.text for h in made.transcribe(clips, Hints(language))]


def test_the_primary_hears_what_nobody_else_is_named_for() -> None:
    made = circuit(Ear("a"), Ear("b"), languages={"yue": "b"})

    assert hear(made) == hear(made, language="zh") == ["a", "a"]
    assert hear(made, language="yue") == ["b", "b"]


@pytest.mark.parametrize("error", [BROKEN, ABSENT], ids=["failed", "not installed"])
def test_the_fallback_goes_on_where_another_fails_and_it_is_told(error: Exception) -> None:
    made = circuit(Ear("a", error=error), Ear("b"), fallback="b")

    assert [(h.text, h.fallback) for h in made.transcribe(TWO, Hints())] == [("b", "b")] * 2
    assert list(made.languages(TWO)) == [{"b": 1.0}] * 2


@pytest.mark.parametrize(
    "error",
    [BROKEN, ABSENT, ConfigError("cuda:0", "there is no such device", "choose another")],
    ids=["failed", "not installed", "its device is gone"],
)
def test_the_fallback_steps_in_for_what_cannot_even_be_loaded(error: Exception) -> None:
    made = circuit(Ear("a", unloadable=error, error=error), Ear("b"), fallback="b")

    assert made.rate == 16_000
    assert [(h.text, h.fallback) for h in made.transcribe(TWO, Hints())] == [("b", "b")] * 2
    assert list(made.languages(TWO)) == [{"b": 1.0}] * 2


def test_what_cannot_be_loaded_is_told_where_nobody_steps_in() -> None:
    with pytest.raises(ModelUnavailable):
        _ = circuit(Ear("a", unloadable=ABSENT)).rate


def test_an_engine_named_twice_is_one_and_not_asked_again_when_it_failed() -> None:
    made: list[str] = []

    def recognizer(name: str) -> Ear:
        made.append(name)
        return Ear(name, error=BROKEN if name == "b" else None)

    joined = build(recognizers=recognizer, primary="a", languages={"ja": "b"}, fallback="b")

    with pytest.raises(EngineError):
        hear(joined, language="ja")
    assert made == ["a", "b"]


def test_without_a_fallback_the_failure_is_the_callers() -> None:
    made = circuit(Ear("a", error=BROKEN))

    with pytest.raises(EngineError):
        hear(made)
    with pytest.raises(EngineError):
        list(made.languages(TWO))


def test_a_fallback_that_fails_itself_is_not_asked_twice() -> None:
    made = circuit(Ear("a"), Ear("b", error=BROKEN), languages={"yue": "b"}, fallback="b")

    with pytest.raises(EngineError):
        hear(made, language="yue")


def test_the_primary_says_which_language_it_is() -> None:
    assert list(circuit(Ear("a"), Ear("b"), fallback="b").languages(TWO)) == [{"a": 1.0}] * 2


def test_what_is_in_doubt_is_heard_again_and_the_surer_is_believed() -> None:
    second = Ear("b", sure=(0.8,))
    made = circuit(Ear("a", sure=(0.9, 0.3)), second, doubt={"ask": "b", "most": 0.5})

    found = list(made.transcribe(TWO, Hints()))

    assert [(h.text, h.again) for h in found] == [("a", False), ("b", True)]
    assert second.asked == [1]


@pytest.mark.parametrize(
    "second",
    [
        pytest.param(Ear("b", sure=(0.2,)), id="less sure"),
        pytest.param(Ear("b", sure=(None,)), id="says nothing of itself"),
        pytest.param(Ear("b", gate="repetition"), id="not believed"),
    ],
)
def test_the_first_stands_where_the_second_is_not_surer(second: Ear) -> None:
    made = circuit(Ear("a", sure=(0.3,)), second, doubt={"ask": "b", "most": 1.0})

    assert [(h.text, h.again) for h in made.transcribe(TWO, Hints())] == [("a", True)] * 2


def test_the_first_stands_where_the_second_fails() -> None:
    made = circuit(Ear("a", sure=(0.3,)), Ear("b", error=BROKEN), doubt={"ask": "b", "most": 1.0})

    assert [(h.text, h.again) for h in made.transcribe(TWO, Hints())] == [("a", False)] * 2


def test_what_has_no_confidence_is_not_heard_again() -> None:
    second = Ear("b")

    hear(circuit(Ear("a", sure=(None,)), second, doubt={"ask": "b", "most": 1.0}))

    assert second.asked == []


def test_no_more_is_heard_again_than_may_be_the_least_sure_first() -> None:
    second = Ear("b", sure=(0.99,))
    made = circuit(Ear("a", sure=(0.5, 0.2, 0.4, 0.9)), second, doubt={"ask": "b", "most": 0.25})

    assert hear(made, [clip(1.0)] * 4) == ["a", "b", "a", "a"]


def test_clips_that_come_one_by_one_are_heard_again_in_the_same_share() -> None:
    second = Ear("b", sure=(0.99,))
    made = circuit(Ear("a", sure=(0.2,)), second, doubt={"ask": "b", "most": 0.25})

    assert [hear(made, [clip(1.0)]) for _ in range(8)] == [["a"], ["a"], ["a"], ["b"]] * 2


def test_what_was_saved_up_is_bounded() -> None:
    second = Ear("b", sure=(0.99,))
    sure = Ear("a", sure=(0.99,))
    made = circuit(sure, second, doubt={"ask": "b", "most": 0.5, "below": 0.95})
    for _ in range(40):
        hear(made, [clip(10.0)])
    sure.sure = (0.1,)

    assert hear(made, [clip(1.0)] * 100).count("b") == 80  # half of these, and 30 seconds


def test_what_a_gate_refused_as_garbled_is_in_doubt_whatever_its_confidence() -> None:
    garbled = Ear("a", sure=(0.95,), gate="repetition")
    silent = Ear("a", sure=(0.95,), gate="no-speech")

    def heard(first: Ear) -> list[str]:
        return hear(circuit(first, Ear("b", sure=(0.4,)), doubt={"ask": "b", "most": 1.0}))

    assert heard(garbled) == ["b", "b"]
    assert heard(silent) == ["a", "a"]


@pytest.mark.parametrize(
    "doubt",
    [{}, {"below": 0.5}, {"ask": "b", "below": 2}, {"ask": "b", "most": 0}, {"ask": "b", "x": 1}],
    ids=["none", "nobody to ask", "no share", "nothing may be asked", "an unknown option"],
)
def test_doubt_that_makes_no_sense_is_refused(doubt: dict[str, Any]) -> None:
    if not doubt:
        assert hear(circuit(Ear("a", sure=(0.1,)), doubt=doubt)) == ["a", "a"]
        return
    with pytest.raises(ConfigError):
        circuit(Ear("a"), Ear("b"), doubt=doubt)


def test_engines_of_one_circuit_want_the_same_rate() -> None:
    made = circuit(Ear("a"), Ear("b", hertz=8_000), languages={"yue": "b"})

    assert made.rate == 16_000
    assert hear(made) == ["a", "a"]
    with pytest.raises(EngineError, match="16000 and 8000 Hz"):
        hear(made, language="yue")
