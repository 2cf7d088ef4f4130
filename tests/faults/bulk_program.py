"""A worker that goes through all calls that were found, in portions of two; each begins with a line.

Usage: bulk_program.py FOLDER; it ends when nothing is left to do, or when it is killed.
"""

import sys
from pathlib import Path

from huiting.access.principal import Principal
from huiting.jobs.running import Running
from huiting.jobs.worker import Terms, Worker
from huiting.service.bulk.work import KIND
from huiting.store import Store
from served import Clock, bulk_of, parts_in, somebody


def main() -> None:
    """Work."""
    folder = Path(sys.argv[1])

    def who(identity: str) -> Principal:
        print("portion", flush=True)  # noqa: T201  (read by the test)
        return somebody(identity)

    with Store.open(str(folder / "calls.db")) as store:
        parts = parts_in(folder, store, Clock())
        handler = bulk_of(parts, who, portion=2)

        def once(running: Running) -> None:
            handler(running)
            worker.stop()

        worker = Worker(parts.queue, {KIND: once}, Terms(slots=1, lease=2.0, look=0.1))
        worker.run()


if __name__ == "__main__":
    main()
