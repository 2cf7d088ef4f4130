"""Where a worker of a cluster gets its jobs from: Procrastinate hands it tickets.

Procrastinate's worker runs in this thread's event loop; for each ticket it waits for a thread
of the crew. When the connection is lost, or the worker is to end, it lets go of the tickets at
once: the jobs themselves run on, since they live by our table alone.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import psycopg
from procrastinate import App, JobContext, PsycopgConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import DeleteJobCondition
from procrastinate.worker import Worker as TicketWorker
from sqlalchemy import URL

from huiting.core.errors import StoreError
from huiting.jobs.cluster.strays import Strays
from huiting.jobs.cluster.tickets import TASK, Tickets
from huiting.jobs.work.claims import Claims
from huiting.jobs.work.crew import Crew
from huiting.store._connect import LIVELY

log = logging.getLogger(__name__)

_STEP = 0.1
"""Seconds between two looks whether the worker is to end."""
_POLL = 2.0
"""Seconds between two looks for tickets; new ones are announced at once."""
_LET_GO = 0.1
"""Seconds that tickets are held when the worker ends."""
_LOOKS = 3
"""Times within a lease that a worker tells it is alive, and looks for lost tickets."""
_TROUBLED = 1.0
"""Seconds to wait when the database cannot be used."""


@dataclass(frozen=True, slots=True)
class TicketFeed:
    """A `Feed`."""

    tickets: Tickets
    claims: Claims
    worker: str
    kinds: tuple[str, ...]
    lease: float
    """Seconds without a heartbeat after which a worker is taken for dead."""

    def __call__(self, crew: Crew, stopping: Callable[[], bool]) -> None:
        """Give jobs to the crew until the worker is stopping."""
        asyncio.run(self._serve(crew, stopping))

    async def _serve(self, crew: Crew, stopping: Callable[[], bool]) -> None:
        while not stopping():
            try:
                await self._session(crew, stopping)
            except (ConnectorException, psycopg.Error, OSError) as error:
                reason = " ".join(str(error.__cause__ or error).split())
                log.warning("no jobs: the database cannot be used", extra={"reason": reason})
                await asyncio.sleep(_TROUBLED)

    async def _session(self, crew: Crew, stopping: Callable[[], bool]) -> None:
        """Work until the worker is stopping or the connection is lost."""
        async with self._app(crew).open_async() as app:
            worker = TicketWorker(
                app,
                queues=list(self.kinds),
                concurrency=max(1, crew.free),
                fetch_job_polling_interval=_POLL,
                shutdown_graceful_timeout=_LET_GO,
                delete_jobs=DeleteJobCondition.ALWAYS,
                install_signal_handlers=False,
                update_heartbeat_interval=self.lease / _LOOKS,
                stalled_worker_timeout=self.lease,
            )
            side = asyncio.create_task(self._side(app, worker, stopping))
            try:
                await worker.run()  # type: ignore[no-untyped-call]
            finally:
                side.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await side

    def _app(self, crew: Crew) -> App:
        url: URL = self.tickets.database.engine.url
        conninfo = url.set(drivername="postgresql").render_as_string(hide_password=False)
        options = f"-c search_path={self.tickets.schema}"
        app = App(
            connector=PsycopgConnector(
                conninfo=conninfo,
                kwargs={**LIVELY, "options": options, "prepare_threshold": None},
                min_size=1,
                max_size=4,
                timeout=10.0,
            )
        )

        @app.task(name=TASK, pass_context=True)
        async def run(context: JobContext, job: int) -> None:
            ticket = context.job.id
            assert ticket is not None
            took = partial(self.claims.take, self.worker, job, ticket)
            await asyncio.wrap_future(crew.start(took))

        return app

    async def _side(self, app: App, worker: TicketWorker, stopping: Callable[[], bool]) -> None:
        """Stop the worker when it is time; now and then see to tickets that were lost."""
        due = 0.0
        strays = Strays(_LOOKS)
        while not stopping():
            if time.monotonic() >= due:
                due = time.monotonic() + self.lease / _LOOKS
                try:
                    await self._rescue(app, strays)
                except (ConnectorException, StoreError) as error:
                    reason = {"reason": " ".join(str(error).split())}
                    log.warning("lost tickets were not looked for", extra=reason)
            await asyncio.sleep(_STEP)
        worker.stop()  # type: ignore[no-untyped-call]

    async def _rescue(self, app: App, strays: Strays) -> None:
        """Hand tickets out again whose worker is dead, and write those anew that were lost."""
        for stalled in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=self.lease):
            with contextlib.suppress(ConnectorException):  # another worker was quicker
                await app.job_manager.retry_job(stalled)
        lost = strays.look(await asyncio.to_thread(self.tickets.handed))
        await asyncio.to_thread(self.tickets.reissue, self.claims.backoff, lost)
