"""Run one batch with tone engines, as a process that a test can kill.

Usage: python batch_program.py FOLDER OUT DATABASE SECONDS

Each call takes SECONDS at least.
"""

import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from huiting.app.batch import Batch
from huiting.app.board import Lines
from huiting.app.judging import flat
from huiting.core.plugins import make
from huiting.core.ports import Hints
from huiting.pipeline import Source
from huiting.store.repository import Store
from tones import Ear, kit


def main(folder: Path, out: Path, database: Path, seconds: float) -> None:
    ear = Ear(before=lambda: time.sleep(seconds))
    with Store.open(f"sqlite:///{database}") as store:
        batch = Batch(
            store=store,
            kit=kit(ear),
            hints=Hints(),
            describe=lambda path: Source(path, str(path)),
            out=out,
            exporters={"json": make("huiting.exports", "json")},
            listener=Lines(sys.stdout),
            flat=flat,
            now=lambda: datetime.now(UTC),
            clock=time.monotonic,
        )
        batch.run(sorted(folder.iterdir()))


if __name__ == "__main__":
    # Whoever runs the tests in the background has this ignored, which children inherit.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    _, folder, out, database, seconds = sys.argv
    main(Path(folder), Path(out), Path(database), float(seconds))
