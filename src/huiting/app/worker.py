"""`huiting worker`: runs the service's jobs on this machine, with the models in a process of their own."""

import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from platformdirs import user_data_path

from huiting.app.options import ConfigFile, StoreUrl, settings_of
from huiting.app.settings import Settings
from huiting.app.tongue import say
from huiting.core.errors import ConfigError, Unknown

if TYPE_CHECKING:  # loads what only a worker needs
    from huiting.jobs.running import Handler
    from huiting.jobs.worker import Worker

SQLITE = "sqlite:///"
WATCHDOG, IDLE = 120.0, 15.0


@dataclass(frozen=True, slots=True)
class Wish:
    """How a worker is to work, besides the settings."""

    parallel: int = 0
    """Jobs at a time; 0 to choose from the machine."""
    jobs: str = "embedded"
    """How jobs find a worker: a `jobs.mode.Mode`."""
    recordings: Path | None = None
    """Folder of recordings; None for the one beside the database."""
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
    jobs: Annotated[
        str,
        typer.Option(help=say("embedded, or cluster (PostgreSQL)", "embedded 单机，cluster 多机")),
    ] = "embedded",
    recordings: Annotated[
        Path | None, typer.Option(help=say("folder of recordings", "录音存放文件夹"))
    ] = None,
    watchdog: Annotated[
        float, typer.Option(min=1, help=say("seconds without life", "无进展多少秒后重启"))
    ] = WATCHDOG,
    idle: Annotated[
        float,
        typer.Option(min=0, help=say("minutes until models unload", "空闲多少分钟后卸载模型")),
    ] = IDLE,
    memory: Annotated[
        int, typer.Option(min=0, help=say("MB of the models' process", "模型进程内存上限（MB）"))
    ] = 0,
    store: StoreUrl = None,
    config: ConfigFile = None,
) -> None:
    """Run the jobs of the service until told to end; a second signal ends at once."""
    settings = settings_of(config, store=store)
    wish = Wish(parallel, jobs, recordings, watchdog, idle * 60, memory << 20)
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
    from huiting.app.database import store_of
    from huiting.app.hosting import host_of
    from huiting.app.judging import flat, judge_of
    from huiting.app.serving import exports_of
    from huiting.app.wiring import parallel_of
    from huiting.jobs.host.limits import Limits
    from huiting.jobs.mode import Mode, open_queue
    from huiting.jobs.worker import Terms, Worker
    from huiting.service import analysis, exporting, rejudging, transcripts
    from huiting.store.transcriptions import Transcriptions
    from huiting.vault.folder import Folder

    if wish.jobs not in list(Mode):
        raise ConfigError(f"--jobs {wish.jobs}", "not known", f"choose {' or '.join(Mode)}")
    mode = Mode(wish.jobs)
    parallel = wish.parallel or parallel_of(settings)
    limits = Limits(
        parallel=parallel, watchdog=wish.watchdog, idle=wish.idle, memory=wish.memory
    )  # fmt: skip
    judge = judge_of(settings)
    vault = Folder(wish.recordings or recordings_of(settings))

    @contextmanager
    def audio(recording: str) -> Iterator[Path]:
        path = vault.path(recording)
        if not path.is_file():
            raise Unknown("recording", "its audio is not kept here", "hand it in again")
        yield path

    with store_of(settings) as store, host_of(settings, limits) as host:
        host.load()
        queue = open_queue(store.database, mode)
        handlers: dict[str, Handler] = {
            analysis.KIND: analysis.Analyzing(host, store, audio, flat, lambda: judge, _now),
            transcripts.KIND: transcripts.Transcribing(
                host, Transcriptions(store.database), audio, _now
            ),
            rejudging.KIND: rejudging.Rejudging(store, flat, lambda: judge, _now),
            exporting.KIND: exports_of(settings, store, queue).run,
            **wish.more,
        }
        yield Worker(queue, handlers, Terms(slots=parallel))


def recordings_of(settings: Settings) -> Path:
    """Return the folder of recordings: beside an SQLite file, else in the user's data folder."""
    if "://" in settings.store and not settings.store.startswith(SQLITE):
        return user_data_path("huiting") / "recordings"
    return Path(settings.store.removeprefix(SQLITE)).parent / "recordings"


def _now() -> datetime:
    return datetime.now(UTC)
