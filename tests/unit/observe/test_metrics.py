"""What operators read, as Prometheus reads it."""

import socket

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from huiting.core.errors import ConfigError
from huiting.observe.metrics import LiveLoad, Load, Metrics, Room


def read(metrics: Metrics) -> dict[tuple[str, tuple[str, ...]], float]:
    families = text_string_to_metric_families(metrics.text().decode())
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in families
        for sample in family.samples
    }


def test_requests_are_counted_by_their_route() -> None:
    metrics = Metrics("0.1.0")
    metrics.answered("GET", "/api/v1/calls/{call}", 200, 0.03)
    metrics.answered("GET", "/api/v1/calls/{call}", 404, 0.01)

    found = read(metrics)
    route = "/api/v1/calls/{call}"
    assert found["huiting_http_request_seconds_count", ("GET", route, "200")] == 1
    assert found["huiting_http_request_seconds_sum", ("GET", route, "404")] == 0.01


def test_work_is_counted() -> None:
    metrics = Metrics("0.1.0")
    metrics.staged("asr", 12.5)
    metrics.ended("analyze", "done")
    metrics.heard(180.5)
    metrics.told("dingtalk", arrived=True)
    metrics.told("dingtalk", arrived=False)
    metrics.arrived("pbx", taken=12, refused=1)

    found = read(metrics)
    assert found["huiting_stage_seconds_sum", ("asr",)] == 12.5
    assert found["huiting_jobs_ended_total", ("analyze", "done")] == 1
    assert found["huiting_audio_seconds_total", ()] == 180.5
    assert found["huiting_notices_total", ("dingtalk", "delivered")] == 1
    assert found["huiting_notices_total", ("dingtalk", "failed")] == 1
    assert found["huiting_arrivals_total", ("pbx", "taken")] == 12
    assert found["huiting_arrivals_total", ("pbx", "refused")] == 1


def test_the_queue_and_the_disks_are_looked_at_when_somebody_asks() -> None:
    looks = []

    def loads() -> list[Load]:
        looks.append(1)
        return [Load("analyze", 7, 2, 31.5)]

    metrics = Metrics("0.1.0")
    metrics.watch(loads, lambda: [Room("vault", 10, 100)], lambda: 3)
    assert looks == []

    found = read(metrics)
    assert found["huiting_jobs", ("analyze", "waiting")] == 7
    assert found["huiting_jobs", ("analyze", "running")] == 2
    assert found["huiting_jobs_oldest_seconds", ("analyze",)] == 31.5
    assert found["huiting_model_host_losses_total", ()] == 3
    assert found["huiting_disk_free_bytes", ("vault",)] == 10
    assert found["huiting_disk_size_bytes", ("vault",)] == 100
    assert len(looks) == 1


def test_the_process_and_the_version_are_told() -> None:
    found = read(Metrics("0.1.0"))

    assert any(name == "process_resident_memory_bytes" for name, _ in found)
    assert any(name == "huiting_info" for name, _ in found)


def test_a_worker_answers_on_a_port_of_its_own() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
        with pytest.raises(ConfigError, match="another port"):
            Metrics("0.1.0").serve(port)
    metrics = Metrics("0.1.0")
    metrics.heard(7)
    with metrics.serve(0) as server:
        text = httpx.get(f"http://127.0.0.1:{server.server_port}/metrics").text
        server.shutdown()

    assert "huiting_audio_seconds_total 7.0" in text


def test_live_calls_are_counted() -> None:
    metrics = Metrics("0.1.0")
    metrics.watch_live(lambda: LiveLoad(2, 1, 3.5))
    metrics.came(12.5)
    metrics.decoded("final", 0.4)
    metrics.decoded("partial", 0.2)
    metrics.live_ended("gone")

    found = read(metrics)
    assert found["huiting_live_calls", ("speaking",)] == 2
    assert found["huiting_live_calls", ("away",)] == 1
    assert found["huiting_live_behind_seconds", ()] == 3.5
    assert found["huiting_live_audio_seconds_total", ()] == 12.5
    assert found["huiting_live_decode_seconds_sum", ("final",)] == 0.4
    assert found["huiting_live_decode_seconds_count", ("partial",)] == 1
    assert found["huiting_live_ended_total", ("gone",)] == 1
