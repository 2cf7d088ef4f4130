"""Spans, as a collector gets them."""

from itertools import pairwise

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from huiting.observe.traces import Traces
from receivers import receiver


def spans(kept: InMemorySpanExporter) -> dict[str, ReadableSpan]:
    return {span.name: span for span in kept.get_finished_spans()}


def test_the_stages_of_a_job_follow_each_other_within_its_span() -> None:
    kept = InMemorySpanExporter()
    traces = Traces(kept, "0.1.0")
    with traces.job("analyze", {"recording": "3fa9"}) as stages:
        for stage in ("decode", "asr", "asr", "rules"):
            stages.reached(stage)
    traces.close()

    found = spans(kept)
    assert list(found) == ["decode", "asr", "rules", "analyze"]
    job = found["analyze"]
    assert job.attributes == {"recording": "3fa9"}
    inner = [found[name] for name in ("decode", "asr", "rules")]
    assert all(s.parent and s.parent.span_id == job.context.span_id for s in inner)
    assert all((a.end_time or 0) <= (b.start_time or 0) for a, b in pairwise(inner))


def test_an_error_is_told_by_its_kind_alone() -> None:
    kept = InMemorySpanExporter()
    traces = Traces(kept, "0.1.0")
    with pytest.raises(ValueError, match="secret"):
        _fails(traces)
    traces.close()

    found = spans(kept)
    assert found["analyze"].status.description == "ValueError"
    assert "secret" not in str([span.to_json() for span in found.values()])


def test_spans_arrive_at_a_collector() -> None:
    with receiver() as collector:
        traces = Traces.sent_to(f"{collector.url}/v1/traces", "0.1.0")
        with traces.job("analyze", {"recording": "3fa9"}):
            pass
        traces.close()

    [posted] = collector.posted
    request = ExportTraceServiceRequest.FromString(posted.body)
    [resource] = request.resource_spans
    names = [span.name for scope in resource.scope_spans for span in scope.spans]
    assert posted.path == "/v1/traces"
    assert names == ["analyze"]
    assert {a.key: a.value.string_value for a in resource.resource.attributes}[
        "service.name"
    ] == "huiting"


def _fails(traces: Traces) -> None:
    with traces.job("analyze", {}) as stages:
        stages.reached("decode")
        raise ValueError("secret words of a customer")
