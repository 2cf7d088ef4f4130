"""Engines hear calls one after another; what came of it is kept with the end of the job."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from fakes import CUSTOMER, analysis, call, evenly, says
from huiting.core.codec import to_json
from huiting.core.errors import EngineError, HuitingError, Unknown
from huiting.core.types import Edit, Span
from huiting.core.watch import Progress
from huiting.jobs.errors import Cancelled
from huiting.jobs.host.ticket import Task
from huiting.jobs.job import State
from huiting.jobs.running import Running
from huiting.service.comparisons.job import KIND, SideBySide, as_written, order_of
from huiting.service.comparisons.outcome import unpacked
from huiting.service.tasks import COMPARE, Measured, Request
from huiting.store.comparisons import Asked, Comparisons, add
from huiting.store.remarks import Author, Correction, Heard, Remarks
from huiting.text.error_rate import ErrorRate, Unit
from unit.service.working import NOON, Place
from unit.store.stored import heard as stored
from unit.store.stored import identity, line

A, B = identity("a"), identity("b")
ASKED = Asked("0123456789abcdef", "user:1", ("good", "bad"), (A, B), 0, NOON)
SAID = {"good": "我要退货", "bad": "我要推货"}


@dataclass
class Ears:
    """A `Host` that hears by the name of the engine."""

    errors: dict[tuple[str, str], HuitingError] = field(default_factory=dict)
    """By engine and beginning of the call's id."""
    asked: list[tuple[str, str]] = field(default_factory=list)
    meanwhile: Callable[[], None] = lambda: None

    def run(self, task: Task, listen: Callable[[Progress], None], /) -> bytes:
        assert task.name == COMPARE
        request = Request.read(task.payload)
        engine = json.loads(request.options)["engine"]
        self.asked.append((engine, request.name))
        listen(Progress("vad", 0.9))
        self.meanwhile()
        listen(Progress("asr", 0.5))
        if error := self.errors.get((engine, request.name)):
            raise error
        text = SAID[engine]
        heard = call(says(CUSTOMER, 0.0, 4.0, text, words=evenly(text, 0.0, 4.0)), duration=10.0)
        took = (1_000, 7_000) if engine == "good" else (None, None)
        return Measured(to_json(analysis(heard)), 2.0, *took).packed()


@pytest.fixture
def kept(place: Place) -> Comparisons:
    """Give a comparison of two calls, of which one was corrected."""
    for name in ("a", "b"):
        made = stored(name, replace(line("我要推货"), span=Span(0.0, 4.0)))
        place.store.save(made, at=NOON)
        (place.folder / identity(name)).write_bytes(b"sound")
    said = Correction(
        A, Heard(1, 0, 1, Span(0.0, 4.0), "我要推货", "zh", "whisper"), "我要退货",
        Author("user:1", "root"), NOON,
    )  # fmt: skip
    with place.store.database.writing() as connection:
        Remarks(place.store.database).correct(connection, said)
        add(connection, ASKED)
    return Comparisons(place.store.database)


def begin(place: Place) -> Running:
    return place.begin(order_of(ASKED.id, "user:1"))


def work(place: Place, ears: Ears, running: Running) -> None:
    later = NOON + timedelta(minutes=1)
    SideBySide(ears, Comparisons(place.store.database), place.audio, lambda: later)(running)


def test_each_engine_hears_all_calls_before_the_next(place: Place, kept: Comparisons) -> None:
    ears, running = Ears(), begin(place)
    work(place, ears, running)

    assert ears.asked == [(engine, one[:16]) for engine in ("good", "bad") for one in (A, B)]
    assert place.queue.get(running.job.id).state is State.DONE
    assert kept.find(ASKED.id).ended_at == NOON + timedelta(minutes=1)


def test_corrections_are_what_was_said(place: Place, kept: Comparisons) -> None:
    work(place, Ears(), begin(place))
    found = kept.found(ASKED.id)
    assert found is not None
    figures = unpacked(found).figures

    assert (figures.referenced, figures.calls, figures.common) == (True, 2, 2)
    assert [row.rates for row in figures.rows] == [
        {Unit.CHARACTER: ErrorRate(0, 4)}, {Unit.CHARACTER: ErrorRate(1, 4)},
    ]  # fmt: skip
    assert [(row.audio, row.seconds, row.bytes, row.cards) for row in figures.rows] == [
        (20.0, 4.0, 1_000, 7_000), (20.0, 4.0, None, None),
    ]  # fmt: skip
    assert [(one.first, one.second, one.rate.edits) for one in figures.apart] == [
        ("good", "bad", 1), ("bad", "good", 1),
    ]  # fmt: skip


def test_figures_are_compared_as_they_are_written() -> None:
    words = evenly("一百二十元", 0.0, 4.0)
    said = replace(says(CUSTOMER, 0.0, 4.0, "一百二十元", words=words), text="120元",
        edits=(Edit(0, 4, "120", ("itn",)),))  # fmt: skip
    [segment] = as_written(analysis(call(said))).call.segments

    assert (segment.spoken, segment.text) == ("120元", "120元")
    assert [word.text for word in segment.words] == ["120", "元"]


def test_texts_lie_with_their_call_alone(place: Place, kept: Comparisons) -> None:
    work(place, Ears(), begin(place))
    found = kept.found(ASKED.id)

    assert found is not None
    assert list(found.of_calls) == [A]
    assert A not in found.figures.decode()
    assert "推货" not in found.figures.decode()
    assert "推货" in found.of_calls[A].decode()


def test_what_one_engine_cannot_hear_does_not_stop_it(place: Place, kept: Comparisons) -> None:
    error = EngineError("engine", "it failed", "try again")
    work(place, Ears({("bad", B[:16]): error}), begin(place))
    found = kept.found(ASKED.id)

    assert found is not None
    outcome = unpacked(found)
    assert outcome.of_calls[B].failures == {"bad": "it failed"}
    assert outcome.figures.common == 1
    assert [row.failures for row in outcome.figures.rows] == [[], []]


def test_an_engine_that_hears_nothing_does_not_hide_the_others(
    place: Place, kept: Comparisons
) -> None:
    error = EngineError("engine", "it failed", "try again")
    work(place, Ears({("bad", one[:16]): error for one in (A, B)}), begin(place))
    found = kept.found(ASKED.id)

    assert found is not None
    figures = unpacked(found).figures
    assert figures.common == 2
    assert figures.rows[0].rates == {Unit.CHARACTER: ErrorRate(0, 4)}
    assert figures.apart == ()


def test_audio_that_is_gone_meanwhile_is_told(place: Place, kept: Comparisons) -> None:
    (place.folder / B).unlink()
    work(place, Ears(), begin(place))
    found = kept.found(ASKED.id)

    assert found is not None
    assert set(unpacked(found).of_calls[B].failures) == {"good", "bad"}


def test_who_stops_it_keeps_nothing(place: Place, kept: Comparisons) -> None:
    running = begin(place)
    ears = Ears(meanwhile=running.cancel)

    with pytest.raises(Cancelled):
        work(place, ears, running)
    assert len(ears.asked) == 1
    assert kept.found(ASKED.id) is None


def test_one_that_was_removed_ends_the_job(place: Place, kept: Comparisons) -> None:
    running = begin(place)
    with place.store.database.writing() as connection:
        kept.remove(connection, ASKED.id)

    with pytest.raises(Unknown):
        work(place, Ears(), running)


def test_one_removed_while_it_runs_leaves_nothing(place: Place, kept: Comparisons) -> None:
    def remove() -> None:
        with place.store.database.writing() as connection:
            kept.remove(connection, ASKED.id)

    with pytest.raises(Unknown):
        work(place, Ears(meanwhile=remove), begin(place))
    assert kept.latest() == []


def test_progress_is_over_all_engines(place: Place, kept: Comparisons) -> None:
    told: list[tuple[str | None, float]] = []
    running = begin(place)

    def look() -> None:
        job = place.queue.get(running.job.id)
        told.append((job.stage, job.done))

    work(place, Ears(meanwhile=look), running)

    assert told[0] == ("good", 0.0)
    assert told[2] == ("bad", 0.5)
    assert place.queue.find(KIND, ASKED.id) is not None
