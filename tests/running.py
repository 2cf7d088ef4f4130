"""A service that listens on a port and works: real HTTP, real jobs; only the ears are told what to hear."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from fakes import AGENT, CUSTOMER, analysis, call, says
from huiting.app.serving import current_judge
from huiting.app.settings import Settings
from huiting.core.analysis import Analysis
from huiting.core.codec import to_json
from huiting.core.errors import UndecodableAudio
from huiting.core.speech import Speech
from huiting.core.watch import Progress
from huiting.jobs.host.ticket import Task
from huiting.jobs.running import Handler
from huiting.jobs.worker import Terms, Worker
from huiting.service import analysis as analysis_job
from huiting.service import exporting, rejudging, transcripts
from huiting.service.bulk import work as bulk_job
from huiting.service.comparisons import job as comparing_job
from huiting.service.speech import job as speech_job
from huiting.service.tasks import COMPARE, SPEECH, Measured, Request
from huiting.store.comparisons import Comparisons
from huiting.store.library import Library
from huiting.store.speech import Speeches
from huiting.vault.folder import Folder
from huiting.web.parts import Limits
from huiting.web.server import build
from served import USUAL, Served, anybody, bulk_of, flat, serving
from speeches import speech

NOISE = b"noise"
"""What ears can make nothing of."""


@dataclass
class Ears:
    """A model host that hears one and the same call in everything that is no noise."""

    heard: Analysis
    asked: list[Request] = field(default_factory=list)
    silence: threading.Event = field(default_factory=threading.Event)
    """Is set when they may hear."""
    speech: Speech = field(default_factory=speech)
    """Found in whatever is measured."""

    def run(self, task: Task, listen: Callable[[Progress], None], /) -> bytes:
        """Return the call."""
        request = Request.read(task.payload)
        self.asked.append(request)
        listen(Progress("asr", 0.5))
        self.silence.wait(300)  # an end if a test forgets them
        if Path(request.path).read_bytes().startswith(NOISE):
            raise UndecodableAudio(request.name, "no audio in it", "hand in a recording")
        if task.name == SPEECH:
            return self.speech.packed()
        heard = self.heard.call
        recording = replace(
            heard.recording,
            id=Path(request.path).name,
            path=request.name,
            metadata=request.metadata,
        )
        told = to_json(replace(self.heard, call=replace(heard, recording=recording)))
        return Measured(told, 0.5, None).packed() if task.name == COMPARE else told


@dataclass
class Running:
    """A service that runs."""

    served: Served
    ears: Ears
    url: str


def spoken() -> Analysis:
    """Return what ears hear: an agent, and a customer who wants to return something."""
    first = says(AGENT, 0.5, 2.0, "您好，请讲。")
    second = says(CUSTOMER, 2.5, 5.0, "我要退货，电话13800138000。")
    third = says(AGENT, 5.5, 6.0, "好的。")
    return analysis(call(first, second, third, duration=7.0))


@contextmanager
def running(folder: Path, limits: Limits = USUAL) -> Iterator[Running]:
    """Give a service in a folder, with a worker that does its jobs."""
    ears = Ears(spoken())
    ears.silence.set()
    with (
        serving(folder, limits) as served,
        working(served, ears),
        listening(build(served.parts)) as url,
    ):
        yield Running(served, ears, url)


@contextmanager
def working(served: Served, ears: Ears) -> Iterator[None]:
    """Do the jobs of a service in a thread while inside."""
    parts = served.parts
    store, vault = parts.store, Folder(served.folder / "recordings")
    judge = current_judge(Settings(), Library(store.database))

    @contextmanager
    def audio(recording: str) -> Iterator[Path]:
        yield vault.path(recording)

    handlers: dict[str, Handler] = {
        analysis_job.KIND: analysis_job.Analyzing(ears, store, audio, flat, judge, served.clock),
        transcripts.KIND: transcripts.Transcribing(
            ears, parts.transcriber.kept, audio, served.clock
        ),
        rejudging.KIND: rejudging.Rejudging(store, flat, judge, served.clock),
        speech_job.KIND: speech_job.Measuring(ears, Speeches(store.database), audio, served.clock),
        comparing_job.KIND: comparing_job.SideBySide(
            ears, Comparisons(store.database), audio, served.clock
        ),
        exporting.KIND: parts.exports.run,
        bulk_job.KIND: bulk_of(parts, anybody(store, served.clock), judge),
    }
    worker = Worker(parts.queue, handlers, Terms(slots=2))
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        yield
    finally:
        ears.silence.set()
        worker.stop()
        thread.join()


@contextmanager
def listening(app: ASGIApp, **options: Any) -> Iterator[str]:  # noqa: ANN401  (those of uvicorn)
    """Serve over real HTTP on a free port; give the address."""
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="on", **options))
    with socket.create_server(("127.0.0.1", 0)) as door:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [door]})
        thread.start()
        while not server.started and thread.is_alive():  # who asks then waits for nothing else
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{door.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
