"""A recording is heard, judged and kept in one transaction with the end of its job."""

import json
from dataclasses import replace

import pytest

from huiting.core.analysis import Analysis
from huiting.core.codec import to_json
from huiting.core.errors import ConfigError, EngineError, HuitingError, InputError, Unknown
from huiting.core.judgement import Judgement, Verdict
from huiting.jobs.errors import Cancelled, LeaseLost
from huiting.jobs.host.faults import Crashed
from huiting.jobs.job import Order, State
from huiting.service.analysis import Analyzing, Judges
from huiting.service.tasks import ANALYZE, Request
from huiting.vault.errors import Away
from unit.service.working import NOON, FakeHost, FakeJudges, Place, flat
from unit.store.stored import heard, identity

A = identity("a")


def handler(place: Place, host: FakeHost, judges: Judges | None = None) -> Analyzing:
    return Analyzing(host, place.store, place.audio, flat, lambda: judges, lambda: NOON)


def order(recording: str = A, **options: object) -> Order:
    text = json.dumps(options)
    return Order("analyze", f"{recording}:{text}", {"recording": recording, "options": text})


@pytest.fixture
def host(place: Place) -> FakeHost:
    """A host that hears the one recording there is."""
    place.receive(A, "a.wav")
    return FakeHost({"a.wav": heard("a", "您好", "退货")})


def test_the_call_its_verdicts_and_the_end_of_the_job_come_together(
    place: Place, host: FakeHost
) -> None:
    running = place.begin(order(language="zh"))
    handler(place, host, FakeJudges(verdict=Verdict.FAIL))(running)

    judgement = place.store.judgement(A)
    assert to_json(place.store.analysis(A)) == to_json(host.heard["a.wav"])
    assert judgement is not None
    assert [f.verdict for f in judgement.findings] == [Verdict.FAIL]
    assert place.queue.get(running.job.id).state is State.DONE


def test_what_is_known_of_the_recording_goes_with_it(place: Place, host: FakeHost) -> None:
    handler(place, host)(place.begin(order(language="zh", hotwords=["星河"])))

    [(name, request)] = host.asked
    assert name == ANALYZE
    assert request == Request(
        path=str(place.folder / A),
        name="a.wav",
        roles=(),
        started_at=NOON,
        metadata={"agent": "8001"},
        options='{"language": "zh", "hotwords": ["\\u661f\\u6cb3"]}',
    )


def test_progress_is_that_of_the_host(place: Place, host: FakeHost) -> None:
    running = place.begin(order())
    seen = []
    host.meanwhile = lambda: seen.append(place.queue.get(running.job.id))
    handler(place, host)(running)

    assert [(job.stage, job.done) for job in seen] == [("asr", 0.5)]


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(EngineError("whisper", "decoding failed", "try again"), id="tried again"),
        pytest.param(Crashed("a.wav", "SIGSEGV, 3 times", "convert it"), id="for good"),
    ],
)
def test_why_a_recording_cannot_be_heard_is_stated(
    place: Place, host: FakeHost, error: HuitingError
) -> None:
    host.errors["a.wav"] = error
    with pytest.raises(type(error)):
        handler(place, host)(place.begin(order()))

    [failure] = place.store.failures()
    assert (failure.path, failure.code, failure.recording) == (
        f"a.wav ({A[:8]})",
        error.code,
        A,
    )
    assert place.store.count() == 0


def test_that_the_store_of_recordings_is_away_is_no_failure_of_a_recording(
    place: Place, host: FakeHost
) -> None:
    host.errors["a.wav"] = Away("recordings in s3://b", "the server does not answer", "check it")
    with pytest.raises(Away):
        handler(place, host)(place.begin(order()))

    assert place.store.failures() == []


def test_a_failure_is_forgotten_once_the_recording_is_heard(place: Place, host: FakeHost) -> None:
    host.errors["a.wav"] = EngineError("whisper", "decoding failed", "try again")
    running = place.begin(order())
    with pytest.raises(EngineError):
        handler(place, host)(running)
    host.errors.clear()
    handler(place, host)(running)

    assert place.store.failures() == []


def test_a_job_that_is_cancelled_keeps_nothing_and_states_nothing(
    place: Place, host: FakeHost
) -> None:
    running = place.begin(order())
    host.meanwhile = running.cancel
    with pytest.raises(Cancelled):
        handler(place, host)(running)

    assert place.store.count() == 0
    assert place.store.failures() == []


def test_whoever_lost_the_job_meanwhile_keeps_nothing(place: Place, host: FakeHost) -> None:
    running = place.begin(order())
    late = replace(running.lease, fence=running.lease.fence - 1)
    running.lease = late
    with pytest.raises(LeaseLost):
        handler(place, host, FakeJudges())(running)

    assert place.store.count() == 0


def test_rules_that_cannot_be_used_do_not_cost_the_call(place: Place, host: FakeHost) -> None:
    wrong = FakeJudges(error=ConfigError("rules", "no such model", "set one"))
    handler(place, host, wrong)(place.begin(order()))

    assert place.store.count() == 1
    assert place.store.judgement(A) is None


def test_other_options_make_another_version_of_the_same_call(place: Place, host: FakeHost) -> None:
    handler(place, host)(place.begin(order()))
    host.heard["a.wav"] = heard("a", "您好", "退款", settings="other")
    handler(place, host)(place.begin(order(language="zh")))

    assert [v.settings for v in place.store.versions(A)] == ["default", "other"]


def test_who_must_hear_of_a_call_is_told_in_the_same_transaction(
    place: Place, host: FakeHost
) -> None:
    told: list[tuple[Analysis, Judgement | None]] = []

    def tell(_connection: object, analysis: Analysis, judgement: Judgement | None) -> None:
        told.append((analysis, judgement))
        raise EngineError("mail", "no room", "make some")

    working = replace(handler(place, host), tell=tell)
    with pytest.raises(EngineError):
        working(place.begin(order()))

    assert [(a.call.recording.id, judgement) for a, judgement in told] == [(A, None)]
    assert place.store.count() == 0


def test_bytes_that_changed_are_not_taken_for_the_recording(place: Place, host: FakeHost) -> None:
    host.heard["a.wav"] = heard("b", "您好")
    with pytest.raises(InputError, match="its bytes were changed"):
        handler(place, host)(place.begin(order()))


def test_a_recording_that_nobody_handed_in_is_not_known(place: Place) -> None:
    with pytest.raises(Unknown, match="no recording"):
        handler(place, FakeHost())(place.begin(order()))


def test_a_recording_whose_bytes_are_gone_is_a_stated_failure(place: Place, host: FakeHost) -> None:
    (place.folder / A).unlink()
    with pytest.raises(Unknown, match="hand it in again"):
        handler(place, host)(place.begin(order()))

    assert [f.code for f in place.store.failures()] == ["unknown"]
