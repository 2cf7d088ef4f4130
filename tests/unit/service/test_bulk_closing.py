"""Work on many calls that comes to no good end leaves a last line in the audit log, always."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from huiting.access.principal import Actor, Principal
from huiting.core.errors import Forbidden, StoreError
from huiting.jobs.job import Lease, Order, Trouble
from huiting.jobs.mode import Mode, open_queue
from huiting.jobs.queue import Queue
from huiting.jobs.work.claims import Claims
from huiting.jobs.work.crew import Crew
from huiting.service.bulk.closing import Closing
from huiting.service.bulk.wish import Act, Wish
from huiting.service.bulk.work import KIND, order_of
from huiting.store import Store, bulk
from huiting.store.audit import LONGEST, Audit, Wanted
from huiting.store.bulk import Asked, Tally
from served import PEOPLE, Served, bulk_of, refund, serving
from unit.store.conftest import KINDS, schema_of_its_own

NOON = datetime(2025, 3, 12, 12, tzinfo=UTC)
KEY = "a" * 32


@dataclass(frozen=True, slots=True)
class Office:
    """A queue whose ends are noted, and work in it of which something was done."""

    store: Store
    queue: Queue
    audit: Audit
    claims: Claims

    def put(self, total: int | None = 400) -> int:
        asked = Asked(KEY, "user:1", "wang", "10.0.0.1", "remove", "{}", total, NOON)
        with self.store.database.writing() as connection:
            bulk.add(connection, asked)
            bulk.move(connection, KEY, 7, Tally(120, {"held": 3}))
            return self.queue.put(connection, order_of(KEY, "user:1", "night"))[0].id

    def lease(self) -> Lease:
        [lease] = self.claims.claim("tester", [KIND], 1)
        return lease

    def noted(self) -> list[tuple[str, str, dict[str, object]]]:
        found = self.audit.entries(Wanted(subject=f"bulk:{KEY}"))
        assert {(n.entry.who, n.entry.address) for n in found} <= {("machine", "")}
        return [(n.entry.name, n.entry.result, dict(n.entry.detail)) for n in found]


@pytest.fixture(params=KINDS)
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    if request.param == "sqlite":
        with Store.open(str(tmp_path / "calls.db")) as store:
            yield office_of(store)
    else:
        with schema_of_its_own() as url, Store.open(url) as store:
            yield office_of(store)


def office_of(store: Store) -> Office:
    audit = Audit(store.database, lambda: NOON)
    queue = open_queue(store.database, Mode.EMBEDDED, Closing(audit))
    return Office(store, queue, audit, Claims(queue.ledger))


def ended(state: str, reason: str, **more: object) -> dict[str, object]:
    whose = {"owner": "user:1", "name": "wang"}
    known = {"kind": "remove", "new": state, "count": 120, "total": 400, "reason": reason}
    return {**known, **whose, **more}


def test_what_fails_for_good_says_why_and_how_far_it_was(office: Office) -> None:
    office.put()
    trouble = Trouble("forbidden", "wang: may not do this (calls:delete)", "ask")
    office.claims.fail(office.lease(), trouble, retryable=False)

    expected = ended("failed", "wang: may not do this (calls:delete)")
    assert office.noted() == [("huiting", "forbidden", expected)]


def test_what_is_tried_again_has_not_ended(office: Office) -> None:
    office.put()
    office.claims.fail(office.lease(), Trouble("engine", "away", "wait"), retryable=True)

    assert office.noted() == []


def test_who_waits_is_cancelled_and_noted(office: Office) -> None:
    office.queue.cancel(office.put())

    assert office.noted() == [("huiting", "cancelled", ended("cancelled", "it was cancelled"))]


def test_who_runs_is_noted_when_the_worker_ends_it(office: Office) -> None:
    job = office.put()
    lease = office.lease()
    office.queue.cancel(job)
    assert office.noted() == []
    office.claims.cancel(lease)

    assert office.noted() == [("huiting", "cancelled", ended("cancelled", "it was cancelled"))]


def test_what_is_cancelled_with_its_batch_is_noted(office: Office) -> None:
    office.put()
    office.queue.cancel_group("night")

    assert [result for _, result, _ in office.noted()] == ["cancelled"]


def test_a_worker_that_is_lost_too_often_is_noted(office: Office) -> None:
    office.put()
    for _ in range(3):
        office.lease()
        [sight] = office.claims.running()
        office.claims.rescue(sight)

    assert [result for _, result, _ in office.noted()] == ["worker-lost"]


def test_a_long_reason_is_cut_and_an_unknown_number_left_out(office: Office) -> None:
    office.put(total=None)
    office.claims.fail(office.lease(), Trouble("fault", "x" * 500, "report"), retryable=False)

    [(_, _, detail)] = office.noted()
    assert detail["reason"] == "x" * LONGEST
    assert "total" not in detail


def test_other_work_is_not_noted(office: Office) -> None:
    with office.store.database.writing() as connection:
        job, _ = office.queue.put(connection, Order("analyze", "r"))
        lost, _ = office.queue.put(connection, order_of("b" * 32, "user:1"))
    office.queue.cancel(job.id)
    office.queue.cancel(lost.id)  # its row is forgotten

    assert office.audit.entries() == []


def test_what_cannot_be_noted_does_not_end(office: Office) -> None:
    job = office.put()

    class Full(Audit):
        """A log that takes no more."""

        def note(self, *_: object) -> int:
            raise StoreError("audit log", "the disk is full", "make room")

    full = Full(office.store.database, lambda: NOON)
    queue = open_queue(office.store.database, Mode.EMBEDDED, Closing(full))
    with pytest.raises(StoreError):
        queue.cancel(job)

    assert not queue.get(job).state.over


def test_who_lost_the_right_midway_is_told_in_the_log_by_name(tmp_path: Path) -> None:
    by = Actor("user:root", "root", "10.0.0.1")
    with serving(tmp_path) as served:
        many = served.parts.many
        for name in "abc":
            served.save(refund(name))
        key = many.ask(Wish(Act.REMOVE), PEOPLE["root"], by).work.asked.id
        work(served)
        found = many.find(key, PEOPLE["root"])

        assert (found.over, found.work.tally.done) == (True, 0)
        last, first = served.parts.reviewing.audit.entries(Wanted(subject=f"bulk:{key}"))
        assert first.entry.detail == {"kind": "remove", "new": "asked", "count": 3}
        assert last.entry.result == "forbidden"
        assert last.entry.detail["count"] == 0
        assert last.entry.detail["total"] == 3


def work(served: Served) -> None:
    """Do the work as a worker does it, for whom may not come in any more."""

    def gone(identity: str) -> Principal:
        raise Forbidden(identity, "may not come in any more", "have somebody else ask for it")

    claims = Claims(served.parts.queue.ledger)
    crew = Crew(claims, {KIND: bulk_of(served.parts, gone)}, 1)
    crew.start(lambda: claims.claim("tester", [KIND], 1)[0]).result(60)
