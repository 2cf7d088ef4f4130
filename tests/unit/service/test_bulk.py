"""Many calls at once."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest

from huiting.access.principal import Actor
from huiting.core.errors import InputError, Unknown
from huiting.jobs.running import Running
from huiting.jobs.work.claims import Claims
from huiting.service import rejudging
from huiting.service.bulk.few import MOST, Bulk, checked
from huiting.service.recordings import Asked, Given, Options
from huiting.store.calls import Which
from served import PEOPLE, Served, refund, serving

BY = Actor("user:root", "root")


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with serving(tmp_path) as running:
        yield running


@pytest.fixture
def bulk(served: Served) -> Bulk:
    return served.parts.bulk


def test_what_is_not_there_is_counted_and_the_rest_done(served: Served, bulk: Bulk) -> None:
    call = served.save(refund("a"))
    done = bulk.remove([call, "f" * 64, call], "twice", PEOPLE["root"], BY)

    assert done.ids == (call,)
    assert done.missing == 1
    assert bulk.restore([call], PEOPLE["root"], BY).ids == (call,)


@pytest.mark.parametrize("count", [0, MOST + 1], ids=["none", "too many"])
def test_as_many_as_may_be(count: int) -> None:
    with pytest.raises(InputError):
        checked([str(number) for number in range(count)])


def test_calls_to_be_judged_are_named_in_the_job(served: Served, bulk: Bulk) -> None:
    calls = sorted(served.save(refund(name)) for name in "ab")
    job = bulk.judge(calls, PEOPLE["root"])

    assert rejudging.which_of(job) == Which(among=tuple(calls))
    assert bulk.judge(list(reversed(calls)), PEOPLE["root"]).id == job.id
    assert bulk.judge(calls[:1], PEOPLE["root"]).id != job.id


def test_calls_are_heard_again_in_a_batch(served: Served, bulk: Bulk) -> None:
    asked = Asked(PEOPLE["root"])
    kept = served.parts.recordings.accept(BytesIO(b"RIFF"), "8001_a.wav", Given(), asked)
    done = bulk.hear([kept.recording, "e" * 64], Options(language="en"), "again", PEOPLE["root"])

    assert done.ids == (kept.recording,)
    assert done.missing == 1
    assert done.batch is not None
    assert served.parts.batches.find(done.batch, PEOPLE["root"]).recordings == 1


def test_a_hold_needs_a_reason(served: Served, bulk: Bulk) -> None:
    with pytest.raises(InputError):
        bulk.hold([served.save(refund("a"))], "  ", BY)


def test_work_on_calls_that_went_meanwhile_ends_well(served: Served, bulk: Bulk) -> None:
    call = served.save(refund("a"))
    job = bulk.judge([call], PEOPLE["root"])
    bulk.remove([call], "", PEOPLE["root"], BY)
    claims = Claims(served.parts.queue.ledger)
    [lease] = claims.claim("tester", [rejudging.KIND], 1)

    assert lease.job.id == job.id
    assert served.parts.store.slices(rejudging.which_of(Running(lease, claims).job), 10) == []
    with pytest.raises(Unknown):
        served.parts.queue.get(job.id + 1)
