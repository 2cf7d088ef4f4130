"""A node of a cluster: `huiting worker` in all but its ears, which make up what they hear.

Usage: node.py TARGET RECORDINGS LEASE
"""

import signal
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from fakes import AGENT, analysis, call, says
from huiting.app.judging import flat
from huiting.core.codec import to_json
from huiting.core.watch import Progress
from huiting.jobs.host.ticket import Task
from huiting.jobs.mode import Mode, open_queue
from huiting.jobs.worker import Terms, Worker
from huiting.service import analysis as analyzing
from huiting.service.tasks import Request
from huiting.store import Store
from huiting.vault.folder import Folder

STEPS, STEP = 6, 0.1
"""How often the work of a recording is told, and the seconds between."""


class MadeUp:
    """A `Host` that hears the same words in every recording."""

    def run(self, task: Task, listen: Callable[[Progress], None]) -> bytes:
        """Take a moment, as hearing does."""
        request = Request.read(task.payload)
        content = Path(request.path).read_bytes()
        for step in range(STEPS):
            time.sleep(STEP)
            listen(Progress("asr", step / STEPS))
        made = analysis(call(says(AGENT, 0.2, 2.0)))
        recording = replace(
            made.call.recording, id=sha256(content).hexdigest(), path=request.name
        )  # fmt: skip
        return to_json(replace(made, call=replace(made.call, recording=recording)))


def main() -> None:
    """Work until SIGTERM."""
    target, recordings, lease = sys.argv[1], Path(sys.argv[2]), float(sys.argv[3])
    with Store.open(target) as store:
        work = analyzing.Analyzing(
            MadeUp(), store, Folder(recordings).plain, flat, lambda: None, lambda: datetime.now(UTC)
        )
        queue = open_queue(store.database, Mode.CLUSTER)
        worker = Worker(queue, {analyzing.KIND: work}, Terms(slots=2, lease=lease))
        signal.signal(signal.SIGTERM, lambda *_: worker.stop())
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        worker.run()


if __name__ == "__main__":
    main()
