"""Numbers for Prometheus, kept by one process.

Names follow Prometheus: base units, `_total` for what only grows. docs/reference/metrics.md
lists them, a test holds that list true.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from wsgiref.simple_server import WSGIServer

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    start_http_server,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from huiting.core.errors import ConfigError

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
"""Of what `Metrics.text` returns."""
_REQUEST = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)
_STAGE = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900)
_DELAY = (0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 30)
_DELIVERED = ("delivered", "failed")


@dataclass(frozen=True, slots=True)
class Load:
    """How much work of one kind there is."""

    kind: str
    waiting: int
    running: int
    oldest: float
    """Seconds that the first of the waiting has been due."""


@dataclass(frozen=True, slots=True)
class Room:
    """Space of a disk that Huiting writes to."""

    what: str
    """`vault` or `store`."""
    free: int
    """Bytes."""
    total: int
    """Bytes."""


@dataclass(frozen=True, slots=True)
class LiveLoad:
    """How many live calls there are."""

    speaking: int
    away: int
    """Wait for a side whose connection was cut."""
    behind: float
    """Seconds of audio that came and is not decoded yet, of all calls."""


class Metrics:
    """What one process counts. May be used from several threads.

    Args:
        version: that runs.
    """

    def __init__(self, version: str) -> None:
        registry = CollectorRegistry()
        self._registry = registry
        ProcessCollector(registry=registry)
        Gauge("huiting_info", "Version that runs.", ["version"], registry=registry).labels(
            version
        ).set(1)
        self._requests = Histogram(
            "huiting_http_request_seconds",
            "Time to answer, by route and status.",
            ["method", "route", "status"],
            buckets=_REQUEST,
            registry=registry,
        )
        self._stages = Histogram(
            "huiting_stage_seconds",
            "Time that a stage of a call's analysis took.",
            ["stage"],
            buckets=_STAGE,
            registry=registry,
        )
        self._jobs = Counter(
            "huiting_jobs_ended", "Jobs that ended, by outcome.", ["kind", "outcome"],
            registry=registry,
        )  # fmt: skip
        self._audio = Counter(
            "huiting_audio_seconds", "Seconds of recordings analyzed.", registry=registry
        )
        self._notices = Counter(
            "huiting_notices", "Notices sent, by channel and outcome.", ["channel", "outcome"],
            registry=registry,
        )  # fmt: skip
        self._arrivals = Counter(
            "huiting_arrivals", "Files of inboxes, by outcome.", ["inbox", "outcome"],
            registry=registry,
        )  # fmt: skip
        self._live_audio = Counter(
            "huiting_live_audio_seconds", "Seconds of audio of live calls.", registry=registry
        )
        self._live_delay = Histogram(
            "huiting_live_decode_seconds",
            "From when speech of a live call was to be decoded to when it was told.",
            ["kind"],
            buckets=_DELAY,
            registry=registry,
        )
        self._live_first = Histogram(
            "huiting_live_first_seconds",
            "From when the first speech of a live call was to be decoded to when it was told.",
            buckets=_STAGE,
            registry=registry,
        )
        self._live_ended = Counter(
            "huiting_live_ended", "Live calls that ended, by what ended them.", ["why"],
            registry=registry,
        )  # fmt: skip

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request.

        Args:
            method: of HTTP.
            route: the template, such as `/api/v1/calls/{call}`; never the path asked for.
            status: of the answer.
            seconds: until the answer began.
        """
        self._requests.labels(method, route, str(status)).observe(seconds)

    def staged(self, stage: str, seconds: float) -> None:
        """Count a stage that a call went through."""
        self._stages.labels(stage).observe(seconds)

    def ended(self, kind: str, outcome: str) -> None:
        """Count a job that ended."""
        self._jobs.labels(kind, outcome).inc()

    def heard(self, seconds: float) -> None:
        """Count the length of a recording that was analyzed."""
        self._audio.inc(seconds)

    def told(self, channel: str, *, arrived: bool) -> None:
        """Count an attempt to send a notice."""
        self._notices.labels(channel, _DELIVERED[not arrived]).inc()

    def arrived(self, inbox: str, *, taken: int, refused: int) -> None:
        """Count files of an inbox."""
        self._arrivals.labels(inbox, "taken").inc(taken)
        self._arrivals.labels(inbox, "refused").inc(refused)

    def came(self, seconds: float) -> None:
        """Count audio of a live call."""
        self._live_audio.inc(seconds)

    def decoded(self, kind: str, seconds: float) -> None:
        """Count a `partial` or `final` of a live call, and how long it took."""
        self._live_delay.labels(kind).observe(seconds)

    def first(self, seconds: float) -> None:
        """Count how long the first words of a live call took."""
        self._live_first.observe(seconds)

    def live_ended(self, why: str) -> None:
        """Count a live call that ended."""
        self._live_ended.labels(why).inc()

    def watch_live(self, load: Callable[[], LiveLoad]) -> None:
        """Look at the live calls whenever somebody asks for the numbers."""
        calls = Gauge("huiting_live_calls", "Live calls now.", ["state"], registry=self._registry)
        calls.labels("speaking").set_function(lambda: load().speaking)
        calls.labels("away").set_function(lambda: load().away)
        behind = Gauge(
            "huiting_live_behind_seconds",
            "Audio of live calls that came and is not decoded yet.",
            registry=self._registry,
        )
        behind.set_function(lambda: load().behind)

    def watch(
        self,
        loads: Callable[[], Iterable[Load]],
        rooms: Callable[[], Iterable[Room]] = tuple,
        losses: Callable[[], int] | None = None,
    ) -> None:
        """Look at the queue, the disks and the model host whenever somebody asks for the numbers.

        Args:
            loads: what each kind of job has to do.
            rooms: space of the disks.
            losses: times that the model host's process was lost; None where there is none.
        """
        self._registry.register(_Looking(loads, rooms, losses))

    def serve(self, port: int, address: str = "127.0.0.1") -> WSGIServer:
        """Answer Prometheus on a port of its own, in the background, until that is closed.

        Raises:
            ConfigError: the port cannot be had.
        """
        try:
            server, _ = start_http_server(port, address, self._registry)
        except OSError as error:
            raise ConfigError(
                f"--metrics {port}", str(error.strerror), "choose another port"
            ) from error
        return server

    def text(self) -> bytes:
        """Return all numbers in Prometheus's own form."""
        return generate_latest(self._registry)


class _Looking(Collector):
    """Numbers that are read when they are asked for."""

    def __init__(
        self,
        loads: Callable[[], Iterable[Load]],
        rooms: Callable[[], Iterable[Room]],
        losses: Callable[[], int] | None,
    ) -> None:
        self._loads, self._rooms, self._losses = loads, rooms, losses

    def describe(self) -> Iterable[Metric]:
        """Name them without looking."""
        return [*self._families(), self._lost()]

    def collect(self) -> Iterator[Metric]:
        """Look."""
        if self._losses is not None:
            lost = self._lost()
            lost.add_metric([], self._losses())
            yield lost
        jobs, oldest, free, size = self._families()
        for load in self._loads():
            jobs.add_metric([load.kind, "waiting"], load.waiting)
            jobs.add_metric([load.kind, "running"], load.running)
            oldest.add_metric([load.kind], load.oldest)
        for room in self._rooms():
            free.add_metric([room.what], room.free)
            size.add_metric([room.what], room.total)
        yield from (jobs, oldest, free, size)

    @staticmethod
    def _lost() -> CounterMetricFamily:
        return CounterMetricFamily(
            "huiting_model_host_losses", "Times that the process with the models was lost."
        )

    @staticmethod
    def _families() -> tuple[GaugeMetricFamily, ...]:
        return (
            GaugeMetricFamily("huiting_jobs", "Jobs now.", labels=["kind", "state"]),
            GaugeMetricFamily(
                "huiting_jobs_oldest_seconds",
                "How long the first waiting job has been due.",
                labels=["kind"],
            ),
            GaugeMetricFamily("huiting_disk_free_bytes", "Free space.", labels=["what"]),
            GaugeMetricFamily("huiting_disk_size_bytes", "Size of the disk.", labels=["what"]),
        )
