"""How likely somebody speaks is measured once, and kept with the end of the job."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from huiting.audio.decode import Limits
from huiting.core.errors import UndecodableAudio
from huiting.core.speech import Speech
from huiting.core.watch import Progress, Watch
from huiting.jobs.host.ticket import Task
from huiting.jobs.job import State
from huiting.service.speech.job import URGENT, Measuring, order_of
from huiting.service.speech.measuring import measure
from huiting.service.tasks import SPEECH, Request
from huiting.store.speech import Speeches, hand_in
from speeches import Loudness, speech
from tones import speak, write_wav
from unit.service.working import NOON, Place
from unit.store.stored import identity

A = identity("a")
ORDER = order_of(A, "call.wav", "settings", "user:1")


@dataclass
class Host:
    """A `Host` that measures the same in every recording."""

    found: Speech = field(default_factory=speech)
    error: UndecodableAudio | None = None
    asked: list[tuple[str, Request]] = field(default_factory=list)

    def run(self, task: Task, listen: Callable[[Progress], None], /) -> bytes:
        self.asked.append((task.name, Request.read(task.payload)))
        listen(Progress("vad", 0.5))
        if self.error is not None:
            raise self.error
        return self.found.packed()


@pytest.fixture
def kept(place: Place) -> Speeches:
    (place.folder / A).write_bytes(b"sound")
    return Speeches(place.store.database)


def handler(place: Place, host: Host) -> Measuring:
    return Measuring(host, Speeches(place.store.database), place.audio, lambda: NOON)


def test_what_is_measured_is_kept_and_no_call_is_made(place: Place, kept: Speeches) -> None:
    host = Host()
    running = place.begin(ORDER)
    handler(place, host)(running)

    assert kept.find(A, "settings") == speech()
    assert kept.find(A, "other settings") is None
    assert place.queue.get(running.job.id).state is State.DONE
    assert place.store.count() == 0
    [(name, request)] = host.asked
    assert (name, request.name, Path(request.path).name) == (SPEECH, "call.wav", A)


def test_a_recording_is_measured_once(place: Place, kept: Speeches) -> None:
    host = Host()
    for _ in range(2):
        handler(place, host)(place.begin(ORDER))

    assert len(host.asked) == 1
    assert kept.find(A, "settings") == speech()


def test_somebody_waits_so_it_goes_before_other_work(place: Place) -> None:
    assert place.put(ORDER).order.priority == URGENT


def test_of_what_cannot_be_heard_nothing_is_kept(place: Place, kept: Speeches) -> None:
    host = Host(error=UndecodableAudio("call.wav", "no audio in it", "hand in a recording"))

    with pytest.raises(UndecodableAudio):
        handler(place, host)(place.begin(ORDER))
    assert kept.find(A, "settings") is None


def test_what_is_old_is_forgotten_with_the_names_of_files(place: Place, kept: Speeches) -> None:
    handler(place, Host())(place.begin(ORDER))
    with place.store.database.writing() as connection:
        hand_in(connection, A, "user:1", "first.wav", NOON)
        hand_in(connection, A, "user:1", "second.wav", NOON)

    assert kept.name(A, "user:1") == "second.wav"
    assert kept.name(A, "user:2") is None
    assert kept.prune(NOON) == 0
    assert kept.prune(NOON + timedelta(1)) == 1
    assert not kept.handed_in(A)


def test_loudness_and_probability_come_from_one_reading(tmp_path: Path) -> None:
    told: list[Progress] = []
    left, right = speak(2.0, (0.5, 1.0, 300)), speak(2.0, (1.25, 1.5, 500))
    path = write_wav(tmp_path / "a.wav", left, right, rate=16_000)
    found = measure(path, Loudness(), limits=Limits(), watch=Watch(told.append))

    assert (found.channels, [t.channel for t in found.tracks]) == (2, [0, 1])
    assert found.duration == pytest.approx(2.0)
    assert found.hop == pytest.approx(0.032)
    for track, (begin, end) in zip(found.tracks, ((0.5, 1.0), (1.25, 1.5)), strict=True):
        assert len(track.likely) == len(track.loud) == 63
        loud = np.flatnonzero(np.frombuffer(track.loud, np.uint8) > 10)
        assert np.array_equal(loud, np.flatnonzero(track.probabilities > 0.5))
        assert loud[0] * found.hop == pytest.approx(begin, abs=0.04)
        assert (loud[-1] + 1) * found.hop == pytest.approx(end, abs=0.04)
    stages = [p.stage for p in told]
    assert stages == sorted(stages)
    assert [p.done for p in told if p.stage == "vad"][-1] == pytest.approx(1.0)


def test_a_channel_without_a_signal_has_no_track(tmp_path: Path) -> None:
    silence = np.zeros(32_000, np.float32)
    path = write_wav(tmp_path / "a.wav", speak(2.0, (0.5, 1.0, 300)), silence, rate=16_000)
    found = measure(path, Loudness(), limits=Limits(), watch=Watch())

    assert (found.channels, [t.channel for t in found.tracks]) == (2, [0])
