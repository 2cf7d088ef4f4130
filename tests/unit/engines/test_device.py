import os

import pytest

from huiting.engines import device

INTEL = "processor\t: 0\nmodel name\t: Some CPU @ 2.50GHz\nflags\t\t: fpu sse2 avx avx2 avx512f\n"
ARM = "processor\t: 0\nBogoMIPS\t: 50.00\nFeatures\t: fp asimd aes asimddp\n"


@pytest.mark.parametrize(
    ("cpuinfo", "expected"),
    [
        pytest.param(INTEL, ("avx", "avx2", "avx512f"), id="x86"),
        pytest.param(ARM, ("asimd", "asimddp"), id="arm"),
        pytest.param("", (), id="a system that does not say"),
    ],
)
def test_instruction_sets_that_matter(cpuinfo: str, expected: tuple[str, ...]) -> None:
    assert device.instructions(cpuinfo) == expected


def test_a_field_is_read_by_its_name() -> None:
    assert device.field(INTEL, "model name") == "Some CPU @ 2.50GHz"
    assert device.field(INTEL, "vendor") == ""


def test_this_machine_can_run_the_engines() -> None:
    found = device.device()

    assert found.threads >= 1
    assert found.processor
    assert "float32" in found.precisions
    assert found.gpus >= 0


def test_cores_are_counted_where_affinity_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)

    assert device.cores() >= 1
