"""Audio in, text out; the same question is answered from what is kept."""

from datetime import timedelta

import pytest

from huiting.core.errors import UndecodableAudio
from huiting.jobs.errors import LeaseLost
from huiting.jobs.job import Order, State
from huiting.service.tasks import TRANSCRIBE
from huiting.service.transcripts import URGENT, Transcribing, digest_of, order_of
from huiting.store.transcriptions import Transcriptions
from unit.service.working import NOON, FakeHost, Place
from unit.store.stored import heard, identity

A = identity("a")


def handler(place: Place, host: FakeHost) -> Transcribing:
    return Transcribing(host, Transcriptions(place.store.database), place.audio, lambda: NOON)


def order(options: str = "{}") -> Order:
    return order_of(A, "voice.ogg", digest_of("settings", options), options, owner="token:7")


@pytest.fixture
def host(place: Place) -> FakeHost:
    (place.folder / A).write_bytes(b"sound")
    return FakeHost({"voice.ogg": heard("a", "您好")})


def test_what_is_heard_is_kept_with_the_end_of_the_job_and_no_call_is_made(
    place: Place, host: FakeHost
) -> None:
    running = place.begin(order('{"itn": false}'))
    handler(place, host)(running)

    kept = Transcriptions(place.store.database)
    found = kept.find(A, digest_of("settings", '{"itn": false}'))
    assert found is not None
    assert found.call.segments == host.heard["voice.ogg"].call.segments
    assert kept.find(A, digest_of("settings", "{}")) is None
    assert place.queue.get(running.job.id).state is State.DONE
    assert place.store.count() == 0
    [(name, request)] = host.asked
    assert (name, request.name, request.options) == (TRANSCRIBE, "voice.ogg", '{"itn": false}')


def test_the_same_question_is_not_asked_twice(place: Place, host: FakeHost) -> None:
    for _ in range(2):
        handler(place, host)(place.begin(order()))

    assert len(host.asked) == 1


def test_somebody_waits_so_it_goes_before_other_work(place: Place) -> None:
    assert place.put(order()).order.priority == URGENT


def test_whoever_lost_the_job_keeps_nothing(place: Place, host: FakeHost) -> None:
    running = place.begin(order())

    def lose() -> None:
        running._claims.give_back(running.lease)

    host.meanwhile = lose
    with pytest.raises(LeaseLost):
        handler(place, host)(running)

    assert Transcriptions(place.store.database).forget(A) == 0


def test_an_error_of_the_host_goes_on(place: Place, host: FakeHost) -> None:
    host.errors["voice.ogg"] = UndecodableAudio("voice.ogg", "no audio", "give some")
    with pytest.raises(UndecodableAudio):
        handler(place, host)(place.begin(order()))


def test_transcriptions_can_be_forgotten(place: Place, host: FakeHost) -> None:
    kept = Transcriptions(place.store.database)
    handler(place, host)(place.begin(order()))

    assert kept.prune(NOON) == 0
    assert kept.prune(NOON + timedelta(1)) == 1
    handler(place, host)(place.begin(order()))
    assert kept.forget(A) == 1
