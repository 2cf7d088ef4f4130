import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import pytest

from huiting.core.ports import Hints, Hypothesis, Recognizer
from huiting.core.types import Audio
from huiting.engines.device import OutOfRoom
from huiting.engines.footprint import Footprint
from huiting.engines.resting import Roster

CLIP = Audio(np.zeros(16_000, np.float32), 16_000)


@dataclass
class Ear:
    name: str
    rate: int = 16_000
    heard_by: str | None = None

    def transcribe(self, clips: Sequence[Audio], _hints: Hints, /) -> Iterator[Hypothesis]:
        for _ in clips:
            yield Hypothesis(self.name, engine=self.heard_by)

    def languages(self, clips: Sequence[Audio], /) -> Iterator[Mapping[str, float]]:
        yield from ({self.name: 1.0} for _ in clips)


@dataclass
class Machine:
    """A machine with room for so many recognizers."""

    room: int = 9
    card: bool = False
    """Whether they take of a CUDA device too."""
    now: float = 0.0
    here: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)

    @contextmanager
    def load(self, name: str) -> Iterator[Recognizer]:
        if len(self.here) >= self.room:
            raise OutOfRoom("device cpu", "it needs 2.0 GB and 1.0 GB are free", "choose another")
        self.here.append(name)
        self.loads.append(name)
        yield Ear(name)
        self.here.remove(name)

    def taken(self) -> Footprint:
        return Footprint(len(self.here) * 300, (1 << 20) * len(self.here) if self.card else None)

    def roster(self, patience: float = 60.0) -> Roster:
        return Roster(self.load, patience=patience, clock=lambda: self.now, taken=self.taken)


def hear(roster: Roster, name: str) -> list[Hypothesis]:
    return list(roster.get(name).transcribe([CLIP], Hints()))


def test_a_recognizer_is_loaded_when_it_is_first_used_and_once() -> None:
    machine = Machine()
    roster = machine.roster()
    roster.get("a")
    assert machine.loads == []

    assert [h.text for h in hear(roster, "a")] == ["a"]
    assert list(roster.get("a").languages([CLIP])) == [{"a": 1.0}]
    assert roster.get("a").rate == 16_000
    assert machine.loads == ["a"]


def test_a_hypothesis_says_who_heard_it() -> None:
    assert [h.engine for h in hear(Machine().roster(), "a")] == ["a"]


def test_a_hypothesis_that_says_who_heard_it_keeps_it() -> None:
    @contextmanager
    def load(name: str) -> Iterator[Recognizer]:
        yield Ear(name, heard_by="part")

    assert [h.engine for h in hear(Roster(load), "whole")] == ["part"]


def test_what_is_in_memory_is_told_with_its_size_and_idleness() -> None:
    machine = Machine()
    roster = machine.roster()
    hear(roster, "a")
    machine.now = 7.0

    [one] = roster.loaded()
    assert (one.name, one.took, one.users, one.idle) == ("a", Footprint(300), 0, 7.0)


def test_one_that_nobody_used_for_a_while_is_let_go_and_loaded_again_on_demand() -> None:
    machine = Machine()
    roster = machine.roster(patience=60.0)
    hear(roster, "a")
    machine.now = 59.0
    assert roster.rest() == []
    machine.now = 60.0

    assert roster.rest() == ["a"]
    assert (machine.here, list(roster.loaded())) == ([], [])
    hear(roster, "a")
    assert machine.loads == ["a", "a"]


def test_without_patience_nothing_is_let_go_by_itself() -> None:
    machine = Machine()
    roster = machine.roster(patience=0.0)
    hear(roster, "a")
    machine.now = 1e9

    assert roster.rest() == []
    assert roster.rest(idle=0.0) == ["a"]


def test_one_in_use_is_not_let_go() -> None:
    machine = Machine()
    roster = machine.roster()
    with roster.using("a"):
        machine.now = 1e6
        assert roster.rest() == []
        [one] = roster.loaded()
        assert (one.users, one.idle) == (1, 0.0)


def test_one_being_loaded_is_not_waited_for_when_others_are_let_go() -> None:
    entered, go_on = threading.Event(), threading.Event()

    @contextmanager
    def load(name: str) -> Iterator[Recognizer]:
        entered.set()
        go_on.wait(10)
        yield Ear(name)

    roster = Roster(load, patience=1.0)
    thread = threading.Thread(target=hear, args=(roster, "slow"))
    thread.start()
    entered.wait(10)
    assert roster.rest(idle=0.0) == []
    go_on.set()
    thread.join()


def test_one_that_does_not_fit_makes_those_go_that_nobody_uses() -> None:
    machine = Machine(room=1)
    roster = machine.roster()
    hear(roster, "a")

    assert [h.text for h in hear(roster, "b")] == ["b"]
    assert machine.here == ["b"]


def test_what_one_took_is_told_without_what_was_let_go_for_it() -> None:
    machine = Machine(room=1)
    roster = machine.roster()
    hear(roster, "a")
    hear(roster, "b")

    [loaded] = roster.loaded()
    assert (loaded.name, loaded.took.memory) == ("b", 300)


def test_one_that_does_not_fit_beside_what_is_in_use_is_refused_with_the_numbers() -> None:
    machine = Machine(room=1)
    roster = machine.roster()
    with roster.using("a"), pytest.raises(OutOfRoom) as refused:
        hear(roster, "b")

    assert "needs 2.0 GB and 1.0 GB are free" in refused.value.reason
    assert "in use beside it: a (0.0 GB)" in refused.value.reason


def test_a_refusal_says_what_the_others_took_of_cuda_devices() -> None:
    machine = Machine(room=1, card=True)
    roster = machine.roster()
    with roster.using("a"), pytest.raises(OutOfRoom, match=r"a \(0.0 GB, 0.0 GB CUDA\)"):
        hear(roster, "b")


def test_a_refusal_says_that_nobody_knows_what_the_others_took() -> None:
    machine = Machine(room=1)
    roster = Roster(machine.load)
    with roster.using("a"), pytest.raises(OutOfRoom, match=r"a \(size unknown\)"):
        hear(roster, "b")


def test_one_that_does_not_fit_even_alone_is_refused() -> None:
    machine = Machine(room=1)
    roster = machine.roster()
    hear(roster, "a")
    machine.room = 0

    with pytest.raises(OutOfRoom, match=r"1.0 GB are free"):
        hear(roster, "b")
    assert machine.here == []


def test_at_the_end_all_are_let_go() -> None:
    machine = Machine()
    roster = machine.roster()
    hear(roster, "a")
    hear(roster, "b")

    roster.close()
    assert machine.here == []
