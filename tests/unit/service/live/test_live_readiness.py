"""Who may speak at once, models that are loaded before the first words, and who came back."""

import threading
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from huiting.core.errors import EngineError, StoreError, TooMany
from huiting.service.live.limits import Limits
from huiting.service.live.seats import Seats
from huiting.service.views import View
from huiting.store.audit import Audit
from live_service import (
    NOON,
    PATIENCE,
    ROOT,
    Ticks,
    ToneEars,
    With,
    live_in,
    opened,
    pcm,
    send,
    to_the_end,
    wait_for,
)
from served import PEOPLE
from tones import speak

CALL = pcm(speak(3.0, (0.5, 2.0, 400)), speak(3.0))
LEAD = PEOPLE["lead"]


@dataclass
class Models(ToneEars):
    """Ears whose models are loaded when they may be."""

    loads: int = 0
    may: threading.Event = field(default_factory=threading.Event)
    broken_once: bool = False

    def warm(self) -> None:
        """Load them."""
        self.loads += 1
        if self.broken_once:
            self.broken_once = False
            raise EngineError("model host", "it does not start", "look at its log")
        self.may.wait(PATIENCE)


@dataclass
class Counted:
    """A `Counting` that remembers what the first words took."""

    firsts: list[float] = field(default_factory=list)

    def came(self, _seconds: float) -> None:
        """Let it be."""

    def decoded(self, _kind: str, _seconds: float) -> None:
        """Let it be."""

    def first(self, seconds: float) -> None:
        """Remember."""
        self.firsts.append(seconds)

    def live_ended(self, _why: str) -> None:
        """Let it be."""


def test_models_are_loaded_once_when_somebody_is_about_to_speak(tmp_path: Path) -> None:
    models = Models()
    with live_in(tmp_path, With(ears=models)) as place:
        place.live.prepare()
        place.live.prepare()
        opened(place.live)
        wait_for(lambda: models.loads)
        assert models.loads == 1
        models.may.set()
        wait_for(lambda: not loading(place.live._warmth))
        place.live.prepare()
        wait_for(lambda: models.loads == 2)

    place.live.prepare()
    assert models.loads == 2


def loading(warmth: object) -> bool:
    return bool(getattr(warmth, "_loading"))  # noqa: B009  (nobody else asks for it)


def test_where_no_calls_may_run_nothing_is_loaded(tmp_path: Path) -> None:
    models = Models()
    with live_in(tmp_path, With(Limits(calls=0), ears=models)) as place:
        place.live.prepare()

        assert models.loads == 0


@pytest.mark.parametrize("ready", [True, False], ids=["always", "when needed"])
def test_models_that_are_always_to_be_ready_are_loaded_at_the_start_and_again(
    tmp_path: Path, *, ready: bool
) -> None:
    clock, models = Ticks(), Models(broken_once=True)
    models.may.set()
    with live_in(tmp_path, With(ears=models, clock=clock, ready=ready)) as place:
        place.live.tick()
        place.live.tick()
        wait_for(lambda: models.loads == ready)
        wait_for(lambda: not loading(place.live._warmth))
        clock.at += 61
        place.live.tick()
        wait_for(lambda: models.loads == 2 * ready)


def test_it_is_counted_how_long_the_first_words_took(tmp_path: Path) -> None:
    clock, counted, ears = Ticks(), Counted(), ToneEars()
    ears.free.clear()
    with live_in(tmp_path, With(ears=ears, clock=clock, counting=counted)) as place:
        line = opened(place.live)
        events = line.events()
        send(line, CALL[:120_000])
        wait_for(lambda: ears.asked)
        clock.at += 7.5
        ears.free.set()
        send(line, CALL[120_000:])
        line.finish()
        to_the_end(events)

        wait_for(lambda: counted.firsts)  # counted when it has been told
        assert counted.firsts == [7.5]


def test_who_came_back_and_from_where_is_noted(tmp_path: Path) -> None:
    with live_in(tmp_path) as place:
        line = opened(place.live)
        line.gone()
        place.live.resume(line.key, ROOT, "10.9.8.7")
        entries = [one.entry for one in Audit(place.store.database, lambda: NOON).entries()]
        [found] = [entry for entry in entries if entry.action == "live-resumed"]

        assert (found.who, found.name, found.subject, found.address) == (
            ROOT.id, ROOT.name, f"live:{line.id}", "10.9.8.7",
        )  # fmt: skip


def test_a_call_waits_on_when_it_cannot_be_noted_who_came_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> int:
        raise StoreError("database", "away", "wait")

    with live_in(tmp_path) as place:
        line = opened(place.live)
        line.gone()
        with monkeypatch.context() as broken:
            broken.setattr(Audit, "note", away)
            with pytest.raises(StoreError):
                place.live.resume(line.key, ROOT)
        assert place.live.running(View(ROOT))[0].away

        assert place.live.resume(line.key, ROOT).received == 0


def test_a_connection_counts_until_it_is_left_and_once_with_its_call(tmp_path: Path) -> None:
    with live_in(tmp_path, With(Limits(calls=3, own=2, last=0.0))) as place:
        live = place.live
        seat = live.take_seat(ROOT)
        line = live.open(opened(live, LEAD).opening, ROOT, seat=seat)
        other = live.take_seat(ROOT)
        with pytest.raises(TooMany, match="live calls: 3 run"):
            live.take_seat(LEAD)
        events = line.events()
        line.finish()
        to_the_end(events)
        with pytest.raises(TooMany, match="live calls: 3 run"):
            opened(live)
        again = live.open(line.opening, ROOT, seat=seat)
        with pytest.raises(TooMany, match="live calls: 3 run"):
            live.open(line.opening, ROOT)
        live.leave(other)
        live.leave(other)
        live.leave(seat)

        assert live.load().speaking == 2
        assert again.received == 0
        assert opened(live).received == 0


def test_seats_of_one_user_are_counted_apart() -> None:
    seats = Seats(Limits(calls=9, own=1))
    seat = seats.take("user:1", [])
    seats.check("user:2", [])
    seats.check("user:1", [], seat)
    with pytest.raises(TooMany, match="of this user: 1 run") as refused:
        seats.check("user:1", [])

    assert refused.value.wait > 0
