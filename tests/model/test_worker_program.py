"""`huiting worker` as a program: jobs in, calls out, through the loss of its models."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from huiting.jobs.job import Job, Order, State
from huiting.jobs.mode import open_queue
from huiting.service import transcripts
from huiting.store import Store, received
from huiting.store.received import Described
from huiting.store.transcriptions import Transcriptions
from huiting.vault.folder import Folder

pytestmark = pytest.mark.model
SAMPLE = Path(__file__).parents[2] / "samples" / "8002_20250313143005_16055550102_in.wav"
PROGRAM = "from huiting.app.cli import main; main()"


def until(true: Callable[[], object]) -> None:
    """Wait for what another process does; give up after a while."""
    end = time.monotonic() + 200
    while not true():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)


def children(process: int) -> list[int]:
    found = Path(f"/proc/{process}/task").glob("*/children")
    return [int(number) for path in found for number in path.read_text("ascii").split()]


def test_jobs_are_done_though_the_models_are_lost_and_the_worker_ends_in_order(
    tmp_path: Path,
) -> None:
    with SAMPLE.open("rb") as sound:
        kept = Folder(tmp_path / "recordings").take(sound)
    target = f"sqlite:///{tmp_path / 'h.db'}"
    command = [sys.executable, "-c", PROGRAM, "worker", "--store", target, "--parallel", "2"]
    with Store.open(target) as store:
        queue = open_queue(store.database)
        known = Described(
            kept.id, kept.size, SAMPLE.name, {"agent": "8002"}, None, (), "user:1", _now()
        )  # fmt: skip
        digest = transcripts.digest_of("", "{}")
        with store.database.writing() as connection:
            received.add(connection, known)
            order = Order("analyze", f"{kept.id}:x", {"recording": kept.id, "options": "{}"})
            hear, _ = queue.put(connection, order)
            write, _ = queue.put(
                connection, transcripts.order_of(kept.id, SAMPLE.name, digest, "{}")
            )  # fmt: skip

        both = hear.id, write.id

        def job() -> Job:
            return queue.get(hear.id)

        with subprocess.Popen(command) as worker:
            until(lambda: worker.poll() is not None or job().stage not in {None, "queued"})
            for child in children(worker.pid):
                os.kill(child, signal.SIGSEGV)
            until(lambda: worker.poll() is not None or all(queue.get(n).state.over for n in both))
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(60) == 0

        assert (job().state, job().attempt) == (State.DONE, 1)
        assert queue.get(write.id).state is State.DONE
        assert store.count() == 1
        assert store.find(kept.id).metadata == {"agent": "8002"}
        assert Transcriptions(store.database).find(kept.id, digest) is not None


def _now() -> datetime:
    return datetime.now(UTC)
