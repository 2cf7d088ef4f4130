"""`huiting worker`: runs the service's jobs on this machine, with the models in a process of their own."""

import signal
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

import typer

from huiting import __version__
from huiting.app.clock import now
from huiting.app.options import ConfigFile, Jobs, Recordings, StoreUrl, settings_of
from huiting.app.settings import Settings
from huiting.app.tongue import say

if TYPE_CHECKING:  # loads what only a worker needs
    from huiting.jobs.running import Handler
    from huiting.jobs.schedule import Schedule
    from huiting.jobs.worker import Worker

WATCHDOG, IDLE = 120.0, 15.0


@dataclass(frozen=True, slots=True)
class Wish:
    """How a worker is to work, besides the settings."""

    parallel: int = 0
    """Jobs at a time; 0 to choose from the machine."""
    watchdog: float = WATCHDOG
    """Seconds that a recording may show no life."""
    idle: float = IDLE * 60
    """Seconds after which unused models are let go; 0 for never."""
    memory: int = 0
    """Bytes beyond which the models' process is started anew; 0 for no bound."""
    more: "Mapping[str, Handler]" = field(default_factory=dict)
    """Handlers of further kinds of jobs."""


def worker(
    parallel: Annotated[
        int,
        typer.Option(min=0, help=say("jobs at a time; 0 to choose", "同时处理的任务数，0 为自动")),
    ] = 0,
    jobs: Jobs = None,
    recordings: Recordings = None,
    watchdog: Annotated[
        float, typer.Option(min=1, help=say("seconds without life", "无进展多少秒后重启"))
    ] = WATCHDOG,
    idle: Annotated[
        float,
        typer.Option(min=0, help=say("minutes until models unload", "空闲多少分钟后卸载模型")),
    ] = IDLE,
    memory: Annotated[
        int,
        typer.Option(
            min=0,
            help=say(
                "MB of the models' process and what it starts", "模型进程及其子进程内存上限（MB）"
            ),
        ),
    ] = 0,
    store: StoreUrl = None,
    config: ConfigFile = None,
) -> None:
    """Run the jobs of the service until told to end; a second signal ends at once."""
    settings = settings_of(config, store=store, jobs=jobs, recordings=recordings)
    wish = Wish(parallel, watchdog, idle * 60, memory << 20)
    with working(settings, wish) as running:

        def stop(_signal: int, _frame: object) -> None:
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.SIG_DFL)
            running.stop()

        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, stop)
        running.run()


@contextmanager
def working(settings: Settings, wish: Wish) -> "Iterator[Worker]":
    """Give a worker whose models are loaded; they are let go at the end.

    Raises:
        ConfigError: a setting is wrong; nothing was begun.
        ModelUnavailable: weights are missing or wrong.
        StoreError: the database cannot be used.
    """
    from huiting.app.bulk import working_of
    from huiting.app.current_host import CurrentHost
    from huiting.app.database import store_of
    from huiting.app.force import settings_in
    from huiting.app.hosting import host_of
    from huiting.app.judging import flat
    from huiting.app.keeping import hearing_in, keeping_in, nightly, vault_of
    from huiting.app.observing import Watched, counted, loads_of
    from huiting.app.outreach import outreach_of, schedules_of
    from huiting.app.queues import queue_of
    from huiting.app.recordings import tidied
    from huiting.app.serving import current_judge, digests_of, exports_of, mailer_of
    from huiting.app.telling import counted_audio, drawn, telling, telling_failures
    from huiting.app.wiring import parallel_of
    from huiting.jobs.host.limits import Limits
    from huiting.jobs.worker import Terms, Worker
    from huiting.observe.metrics import Metrics
    from huiting.observe.traces import Traces
    from huiting.service import (
        analysis,
        counting,
        digests,
        exporting,
        outreach,
        rejudging,
        transcripts,
    )
    from huiting.service.bulk import work as bulk
    from huiting.service.comparisons import job as comparing
    from huiting.service.mailing import sending as mailing
    from huiting.service.speech import job as speech
    from huiting.store.comparisons import Comparisons
    from huiting.store.library import Library
    from huiting.store.speech import Speeches
    from huiting.store.transcriptions import Transcriptions

    parallel = wish.parallel or parallel_of(settings)
    limits = Limits(
        parallel=parallel, watchdog=wish.watchdog, idle=wish.idle, memory=wish.memory
    )  # fmt: skip
    vault = vault_of(settings)
    with ExitStack() as stack:
        stack.enter_context(tidied(vault))
        store = stack.enter_context(store_of(settings))
        queue = queue_of(settings, store)
        metrics = Metrics(__version__)
        traces = Traces.sent_to(settings.otlp_url, __version__) if settings.otlp_url else None
        if traces is not None:
            stack.callback(traces.close)
        judge = current_judge(settings, Library(store.database))
        hosts = CurrentHost(
            judge.force, lambda state: host_of(settings_in(settings, state), limits)
        )
        stack.callback(hosts.close)
        hosts.load()
        judge()  # rules that cannot be read are told now, not call by call
        host = Watched(hosts, metrics, traces)
        channels = outreach_of(settings, queue, metrics)
        told = digests_of(settings, store, channels)
        mailer = mailer_of(settings, told)
        analyzing = analysis.Analyzing(
            host, store, vault.plain, flat, judge, now,
            telling(settings, channels, now),
            drawn(hearing_in(settings, store, vault), counted_audio(metrics)),
        )  # fmt: skip
        handlers: dict[str, Handler] = {
            analysis.KIND: telling_failures(analyzing, channels, now),
            transcripts.KIND: transcripts.Transcribing(
                host, Transcriptions(store.database), vault.plain, now
            ),
            speech.KIND: speech.Measuring(host, Speeches(store.database), vault.plain, now),
            comparing.KIND: comparing.SideBySide(
                host, Comparisons(store.database), vault.plain, now
            ),
            rejudging.KIND: rejudging.Rejudging(store, flat, judge, now),
            exporting.KIND: exports_of(settings, store, queue).run,
            bulk.KIND: working_of(settings, store, queue, vault, judge),
            outreach.KIND: channels.deliver,
            digests.DUE: told.due,
            digests.SEND: told.send,
            mailing.LOOK: mailer.look,
            mailing.SEND: mailer.send,
            counting.KIND: counting.Counting(told.reporting.days, queue, now),
            **keeping_in(settings, store, queue, vault).handlers(),
            **wish.more,
        }
        if settings.metrics_port:
            metrics.watch(loads_of(queue), losses=hosts.losses)
            metrics.serve(settings.metrics_port)
        yield Worker(
            queue,
            {kind: counted(kind, handler, metrics) for kind, handler in handlers.items()},
            Terms(slots=parallel),
            (*schedules_of(settings), nightly(settings), counting_of(), mailing_of()),
        )


def counting_of() -> "Schedule":
    """Return when days are added up."""
    from huiting.jobs.cron import Every
    from huiting.jobs.schedule import Schedule
    from huiting.service import counting

    return Schedule("count", Every(counting.EVERY), counting.ORDER)


def mailing_of() -> "Schedule":
    """Return when reports that are to be mailed are looked for."""
    from huiting.jobs.cron import Every
    from huiting.jobs.schedule import Schedule
    from huiting.service.mailing import sending

    return Schedule("mailings", Every(sending.EVERY), sending.ORDER)
