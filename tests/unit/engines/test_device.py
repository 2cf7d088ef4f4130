import os
from pathlib import Path

import pytest

from huiting.core.errors import ConfigError
from huiting.engines import device
from huiting.engines._cuda import Gpu
from huiting.engines.device import Choice, Device, OutOfRoom

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


GB = 1_000_000_000
CARDS = (Gpu(0, "Small", 8 * GB), Gpu(1, "Large", 80 * GB))


def machine(*cards: Gpu, obstacle: str = "") -> Device:
    return Device("x", 2, (), 0 if obstacle else len(cards), ("int8",), cards, obstacle)


def chosen(
    wanted: str = "auto",
    found: Device | None = None,
    *,
    compute: str = "auto",
    free: tuple[int | None, ...] = (4 * GB, 60 * GB),
    needs: int = 2 * GB,
) -> Choice:
    return device.choose(
        wanted,
        compute,
        lambda _kind, _compute: needs,
        found=found or machine(),
        free=lambda kind, index: free[index] if kind == "cuda" else 8 * GB,
        formats=lambda _choice: ["int8", "float16", "float32"],
    )


@pytest.mark.parametrize(
    ("found", "free", "needs", "name", "reason"),
    [
        pytest.param(machine(), (), 1, "cpu", "no CUDA device", id="none"),
        pytest.param(
            machine(*CARDS), (4 * GB, 60 * GB), GB, "cuda:1", "Large, 60.0 GB free", id="two"
        ),
        pytest.param(
            machine(*CARDS), (7 * GB, 2 * GB), GB, "cuda:0", "Small, 7.0 GB free", id="busy"
        ),
        pytest.param(
            machine(*CARDS),
            (GB, 2 * GB),
            3 * GB,
            "cpu",
            "needs 3.0 GB, Large has 2.0 GB free",
            id="full",
        ),
        pytest.param(
            machine(*CARDS, obstacle="libcublas.so.12 is not found: install it"),
            (4 * GB, 4 * GB),
            GB,
            "cpu",
            "libcublas.so.12 is not found: install it",
            id="unusable",
        ),
        pytest.param(machine(CARDS[0]), (None,), GB, "cuda:0", "Small, 8.0 GB", id="unknown"),
    ],
)
def test_auto_says_what_it_takes_and_why(
    found: Device, free: tuple[int | None, ...], needs: int, name: str, reason: str
) -> None:
    choice = chosen("auto", found, free=free, needs=needs)

    assert (choice.name, choice.reason) == (name, reason)
    assert choice.compute == ("float16" if choice.kind == "cuda" else "int8")


@pytest.mark.parametrize(
    ("wanted", "name"), [("cpu", "cpu"), ("cuda", "cuda:0"), ("cuda:1", "cuda:1")]
)
def test_what_is_named_is_taken(wanted: str, name: str) -> None:
    assert chosen(wanted, machine(*CARDS), compute="float32").name == name


@pytest.mark.parametrize(
    ("wanted", "found", "message"),
    [
        ("gpu", machine(*CARDS), "choose auto, cpu, cuda or cuda:0"),
        ("cuda", machine(), "there is no CUDA device"),
        ("cuda", machine(*CARDS, obstacle="the driver is too old"), "the driver is too old"),
        ("cuda:2", machine(*CARDS), r"choose one of cuda:0 \(Small\), cuda:1 \(Large\)"),
    ],
)
def test_a_device_that_is_not_there_is_refused(wanted: str, found: Device, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        chosen(wanted, found)


def test_a_number_format_that_the_device_has_not_is_refused() -> None:
    with pytest.raises(ConfigError, match="choose auto or one of float16, float32, int8"):
        chosen("cpu", compute="int4")


@pytest.mark.parametrize("wanted", ["cpu", "cuda:0"])
def test_a_model_that_does_not_fit_is_refused_with_the_numbers(wanted: str) -> None:
    with pytest.raises(OutOfRoom, match=r"needs 90.0 GB and (8.0|4.0) GB are free"):
        chosen(wanted, machine(*CARDS), needs=90 * GB)


@pytest.mark.parametrize(
    ("cards", "usable", "missing", "obstacle"),
    [
        ((), 0, None, ""),
        (CARDS, 2, None, ""),
        (CARDS, 0, None, "the driver is too old for CTranslate2"),
        (CARDS, 2, "lib.so.12", "lib.so.12 is not found: install nvidia-cublas-cu12"),
    ],
)
def test_what_keeps_a_device_from_being_used(
    cards: tuple[Gpu, ...], usable: int, missing: str | None, obstacle: str
) -> None:
    assert device._obstacle(cards, usable, lambda: missing) == obstacle


def test_memory_that_is_free_is_read_from_the_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = tmp_path / "meminfo"
    monkeypatch.setattr(device, "MEMINFO", said)
    assert device.free_on("cpu", 0) is None

    said.write_text("MemTotal:  9 kB\nMemAvailable:   2048 kB\n")
    assert device.free_on("cpu", 0) == 2 << 20


def test_this_processor_computes_in_int8_and_float32() -> None:
    formats = device._formats(Choice("cpu", 0, "int8", ""))

    assert {"int8", "float32"} <= set(formats)
