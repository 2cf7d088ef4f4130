"""The store of recordings is away for a while: the job waits, is no failure, and ends once."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

from huiting.jobs.job import Job, Order, Outcome, State
from huiting.jobs.mode import Mode, open_queue
from huiting.jobs.queue import Queue
from huiting.jobs.work.backoff import Backoff
from huiting.jobs.worker import Terms, Worker
from huiting.service.analysis import KIND, Analyzing
from huiting.store import Store
from huiting.vault.copies import Copies
from huiting.vault.remote import Remote
from s3_server import s3_server
from unit.service.working import NOON, FakeHost, Place, flat
from unit.store.stored import heard, identity

PATIENCE = 60.0


def test_a_job_waits_for_the_store_and_ends_once(tmp_path: Path) -> None:
    host = FakeHost({"a.wav": heard("a", "您好", "退货")})
    with s3_server() as s3, Store.open(str(tmp_path / "calls.db")) as store:
        remote = Remote(s3.bucket(), Copies(tmp_path / "copies", 1 << 30))
        queue = open_queue(store.database, Mode.EMBEDDED)
        place = Place(store, queue, tmp_path)
        recording = identity("a")
        place.receive(recording, "a.wav")
        remote.bucket.write(f"{recording[:2]}/{recording[2:4]}/{recording}", b"sound")
        handler = Analyzing(host, store, remote.plain, flat, lambda: None, lambda: NOON)
        worker = Worker(queue, {KIND: handler}, Terms(slots=1, backoff=Backoff(0.1, 2.0, 1.0, 0.3)))
        s3.line.down = True
        job = place.put(Order(KIND, recording, {"recording": recording}, attempts=1))
        thread = threading.Thread(target=worker.run)
        thread.start()
        try:
            away = until(queue, job.id, lambda now: now.trouble is not None)
            failures = store.failures()
            s3.whole()
            done = until(queue, job.id, lambda now: now.state.over)
        finally:
            worker.stop()
            thread.join()
        outcomes = [one.outcome for one in queue.attempts(job.id)]
        versions = len(store.versions(recording))

    assert away.trouble is not None
    assert (away.trouble.code, failures) == ("vault-away", [])
    assert "the server does not answer" in away.trouble.reason
    assert done.state is State.DONE
    assert outcomes[-1] is Outcome.DONE
    assert set(outcomes[:-1]) == {Outcome.GIVEN_BACK}
    assert (len(host.asked), versions) == (1, 1)


def until(queue: Queue, job: int, fits: Callable[[Job], bool]) -> Job:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if fits(now := queue.get(job)):
            return now
        time.sleep(0.05)
    raise AssertionError(f"still {queue.get(job)}")
