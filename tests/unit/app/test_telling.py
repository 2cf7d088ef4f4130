"""What is put to be told when a call is done, and when a recording can never be analyzed."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from sqlalchemy import Connection

from audio_files import int16, tone, wav
from huiting.app.settings import Settings
from huiting.app.telling import counted_audio, drawn, telling, telling_failures
from huiting.core.analysis import Analysis
from huiting.core.errors import EngineError, HuitingError, StoreError, UndecodableAudio
from huiting.core.judgement import Judgement
from huiting.jobs import running as running_module
from huiting.jobs.errors import Stopping
from huiting.jobs.job import Order
from huiting.jobs.mode import open_queue
from huiting.jobs.queue import Queue, Wanted
from huiting.notify.notice import Notice, Topic
from huiting.observe.metrics import Metrics
from huiting.service.analysis import Analyzing
from huiting.service.hearing import Hearing
from huiting.service.outreach import KIND, Outreach, Subscriber, read
from huiting.store import Store
from huiting.text.redaction.policy import Policy
from huiting.vault.folder import Folder
from served import NOON, refund
from unit.service.working import FakeHost, Place, flat


@dataclass
class Nowhere:
    """A channel."""

    sent: list[Notice] = field(default_factory=list)

    def send(self, notice: Notice, /) -> None:
        self.sent.append(notice)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with Store.open(str(tmp_path / "calls.db")) as store:
        yield Place(store, open_queue(store.database), tmp_path)


def outreach(queue: Queue, *topics: Topic) -> Outreach:
    return Outreach(
        queue, {"all": Subscriber(Nowhere(), frozenset(topics), "en")} if topics else {}
    )


def told(queue: Queue) -> list[Notice]:
    found = queue.page(Wanted(kind=KIND)).items
    return [read(str(job.order.payload["notice"])) for job in found]


def test_a_call_is_told_of_with_where_to_look(place: Place) -> None:
    settings = Settings(address="https://huiting.example/")
    tell = telling(settings, outreach(place.queue, Topic.ANALYZED), lambda: NOON)
    made = refund()
    with place.store.database.writing() as connection:
        tell(connection, made, None)
    [notice] = told(place.queue)

    assert notice.topic is Topic.ANALYZED
    assert notice.link == f"https://huiting.example/calls/{made.call.recording.id}"
    assert notice.at == NOON


def test_where_nobody_listens_nothing_is_put(place: Place) -> None:
    settings = Settings(home_languages=())
    tell = telling(settings, outreach(place.queue), lambda: NOON)
    with place.store.database.writing() as connection:
        tell(connection, refund(), None)

    assert told(place.queue) == []


def test_a_call_that_is_kept_at_the_second_try_is_counted_once(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running_module, "_WAITS", (0.0,))
    metrics, tries = Metrics("1"), []

    def tell(_connection: Connection, _analysis: Analysis, _judged: Judgement | None) -> None:
        tries.append(1)
        if len(tries) == 1:
            raise StoreError("calls.db", "no space left", "make room")

    made = refund()
    place.receive(made.call.recording.id, "a.wav")
    handler = Analyzing(
        FakeHost({"a.wav": made}), place.store, place.audio, flat, lambda: None, lambda: NOON,
        tell, counted_audio(metrics),
    )  # fmt: skip
    order = Order("analyze", "a:", {"recording": made.call.recording.id, "options": "{}"})
    handler(place.begin(order))

    assert len(tries) == 2
    assert "huiting_audio_seconds_total 14.0" in metrics.text().decode()


@pytest.mark.parametrize(
    ("error", "number"),
    [
        (UndecodableAudio("a.wav", "no sound", "send another"), 1),
        (EngineError("a.wav", "it failed", "wait"), 0),
        (Stopping("a.wav", "it stops", "wait"), 0),
    ],
    ids=["never", "again", "elsewhere"],
)
def test_only_a_recording_that_can_never_be_heard_is_told_of(
    place: Place, error: HuitingError, number: int
) -> None:
    place.receive("ab", "a.wav")
    host = FakeHost(errors={"a.wav": error})
    handler = Analyzing(host, place.store, place.audio, flat, lambda: None, lambda: NOON)
    running = place.begin(Order("analyze", "ab:", {"recording": "ab", "options": "{}"}))
    telling_of = telling_failures(handler, outreach(place.queue, Topic.FAILED), lambda: NOON)

    with pytest.raises(type(error)):
        telling_of(running)
    assert [notice.topic for notice in told(place.queue)] == [Topic.FAILED] * number


def test_waveforms_are_drawn_before_anybody_looks_and_cost_no_call(tmp_path: Path) -> None:
    vault = Folder(tmp_path / "recordings")
    kept = vault.take(io.BytesIO(wav(int16(tone(2.0, 8_000)))))
    made = refund()
    here = replace(made.call.recording, id=kept.id, duration=2.0)
    hearing = Hearing(vault, tmp_path / "heard", Policy())
    counted: list[Analysis] = []
    draw = drawn(hearing, counted.append)

    draw(replace(made, call=replace(made.call, recording=here)))
    draw(made)  # its audio is not here
    assert len(counted) == 2
    [file] = (tmp_path / "heard").iterdir()
    assert file.name == f"{kept.id}.outline-400"
