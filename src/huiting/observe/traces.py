"""Spans of a job and of each stage of a call's analysis, sent to an OpenTelemetry collector."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import Span, Status, StatusCode, Tracer, set_span_in_context

TIMEOUT = 10.0
"""Seconds for the collector to answer."""
Attributes = Mapping[str, str | int | float | bool]


class Traces:
    """Makes spans and sends them in the background. May be used from several threads.

    Args:
        exporter: sends them.
        version: that runs.
    """

    def __init__(self, exporter: SpanExporter, version: str) -> None:
        about = {"service.name": "huiting", "service.version": version}
        self._provider = TracerProvider(resource=Resource.create(about), shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("huiting")

    @classmethod
    def sent_to(cls, url: str, version: str) -> "Traces":
        """Send spans to a collector, such as `http://127.0.0.1:4318/v1/traces`."""
        return cls(OTLPSpanExporter(endpoint=url, timeout=TIMEOUT), version)

    @contextmanager
    def job(self, kind: str, about: Attributes) -> "Iterator[Stages]":
        """Give what takes the stages of a job; an error that passes is the span's.

        Args:
            kind: of the job.
            about: identifiers; never anything that was said.
        """
        with self._tracer.start_as_current_span(
            kind, attributes=dict(about), record_exception=False, set_status_on_exception=False
        ) as span:
            stages = Stages(self._tracer, span)
            try:
                yield stages
            except BaseException as error:
                span.set_status(Status(StatusCode.ERROR, type(error).__name__))
                raise
            finally:
                stages.end()

    def close(self) -> None:
        """Send what waits, then end."""
        self._provider.shutdown()


@dataclass(slots=True)
class Stages:
    """The stages of one job, one after the other, told as they begin."""

    tracer: Tracer
    parent: Span
    clock: Callable[[], int] = time.time_ns
    _name: str = ""
    _open: Span | None = field(default=None, init=False)

    def reached(self, stage: str) -> None:
        """Say which stage goes on; the one before has ended when it is another."""
        if stage == self._name:
            return
        self.end()
        self._name = stage
        self._open = self.tracer.start_span(
            stage, set_span_in_context(self.parent), start_time=self.clock()
        )

    def end(self) -> None:
        """Say that the last stage has ended."""
        if self._open is not None:
            self._open.end(self.clock())
        self._name, self._open = "", None
