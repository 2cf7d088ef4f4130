"""The driver's C interface, as a made-up driver answers."""

import ctypes
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from huiting.engines import _cuda
from huiting.engines._cuda import Gpu

GIB = 1 << 30


@dataclass
class MadeUp:
    """A driver with two devices; `fails` names a function that answers with an error."""

    fails: str = ""
    held: list[int] = field(default_factory=list)
    current: list[Any] = field(default_factory=list)

    def cuDeviceGetCount(self, count: Any) -> int:  # noqa: ANN401, N802
        count._obj.value = 2
        return self.fails == "count"

    def cuDeviceGet(self, handle: Any, index: int) -> int:  # noqa: ANN401, N802
        handle._obj.value = index
        return 0

    def cuDeviceGetName(self, name: Any, size: int, handle: Any) -> int:  # noqa: ANN401, N802
        name.value = f"Card {handle.value}".encode()[:size]
        return 0

    def cuDeviceTotalMem_v2(self, total: Any, handle: Any) -> int:  # noqa: ANN401, N802
        total._obj.value = (handle.value + 1) * 8 * GIB
        return 0

    def cuDevicePrimaryCtxRetain(self, context: Any, handle: Any) -> int:  # noqa: ANN401, N802
        if self.fails == "context":
            return 2
        context._obj.value = 1
        self.held.append(handle.value)
        return 0

    def cuDevicePrimaryCtxRelease_v2(self, handle: Any) -> int:  # noqa: ANN401, N802
        self.held.remove(handle.value)
        return 0

    def cuCtxPushCurrent_v2(self, context: Any) -> int:  # noqa: ANN401, N802
        self.current.append(context)
        return 0

    def cuCtxPopCurrent_v2(self, context: Any) -> int:  # noqa: ANN401, N802
        self.current.pop()
        return 0

    def cuMemGetInfo_v2(self, free: Any, total: Any) -> int:  # noqa: ANN401, N802
        free._obj.value, total._obj.value = 3 * GIB, 8 * GIB
        return self.fails == "memory"


@dataclass
class Teller:
    """A manager of two devices, and who uses each."""

    using: tuple[dict[int, int], dict[int, int]]
    fails: str = ""

    def nvmlDeviceGetCount_v2(self, count: Any) -> int:  # noqa: ANN401, N802
        count._obj.value = 2
        return self.fails == "count"

    def nvmlDeviceGetHandleByIndex_v2(self, index: int, handle: Any) -> int:  # noqa: ANN401, N802
        handle._obj.value = index + 1
        return self.fails == "handle"

    def nvmlDeviceGetComputeRunningProcesses_v3(self, handle: Any, count: Any, into: Any) -> int:  # noqa: ANN401, N802
        known = self.using[handle.value - 1]
        for place, (process, used) in enumerate(known.items()):
            into[place].pid, into[place].used = process, used
        count._obj.value = len(known)
        return self.fails == "processes"


def test_what_processes_take_of_all_devices_is_added_up() -> None:
    assert _cuda.taken(Teller(({7: GIB, 8: 5}, {7: GIB, 9: 1})), {7, 9}) == 2 * GIB + 1


@pytest.mark.parametrize(
    "of",
    [
        pytest.param(None, id="no library"),
        pytest.param(Teller(({7: 1}, {}), fails="count"), id="it counts none"),
        pytest.param(Teller(({7: 1}, {}), fails="handle"), id="it gives no device"),
        pytest.param(Teller(({7: 1}, {}), fails="processes"), id="it tells no processes"),
        pytest.param(Teller(({7: _cuda.UNTOLD}, {7: 1}), ""), id="it does not know of one"),
        pytest.param(Teller(({8: GIB}, {}), ""), id="only of others"),
    ],
)
def test_what_is_not_told_of_our_processes_is_unknown(of: Teller | None) -> None:
    assert _cuda.taken(of, {7}) is None


def test_a_library_too_old_to_tell_who_uses_a_device_is_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Old:
        def nvmlInit_v2(self) -> int:  # noqa: N802
            return 0

    monkeypatch.setattr(ctypes, "CDLL", lambda _name: Old())

    assert _cuda.manager() is None


def test_devices_have_names_and_memory() -> None:
    assert _cuda.gpus(MadeUp()) == (Gpu(0, "Card 0", 8 * GIB), Gpu(1, "Card 1", 16 * GIB))


@pytest.mark.parametrize("of", [None, MadeUp(fails="count")], ids=["no driver", "it fails"])
def test_without_a_driver_that_answers_there_is_no_device(of: MadeUp | None) -> None:
    assert _cuda.gpus(of) == ()


def test_free_memory_is_asked_in_the_context_of_the_device_which_is_let_go() -> None:
    made_up = MadeUp()

    assert _cuda.free(made_up, 1) == 3 * GIB
    assert (made_up.held, made_up.current) == ([], [])


@pytest.mark.parametrize(
    "of",
    [None, MadeUp(fails="context"), MadeUp(fails="memory")],
    ids=["no driver", "no context", "no answer"],
)
def test_free_memory_may_be_unknown(of: MadeUp | None) -> None:
    assert _cuda.free(of, 0) is None
    assert of is None or (of.held, of.current) == ([], [])


def test_a_driver_is_found_or_not() -> None:
    assert _cuda.driver() is None or _cuda.gpus(_cuda.driver()) is not None


def test_a_driver_that_cannot_start_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def cuInit(self, flags: int) -> int:  # noqa: N802
            return 100

    monkeypatch.setattr(ctypes, "CDLL", lambda _name: Broken())
    assert _cuda.driver() is None


def test_libraries_of_the_system_come_first_then_those_of_packages(tmp_path: Path) -> None:
    asked: list[str] = []

    def load(path: str) -> None:
        asked.append(path)
        if path == "libcublas.so.12":
            raise OSError

    assert _cuda.missing_library(load, (tmp_path,)) is None
    assert asked == ["libcublasLt.so.12", "libcublas.so.12", str(tmp_path / "libcublas.so.12")]


def test_a_library_that_is_nowhere_is_named(tmp_path: Path) -> None:
    assert _cuda.missing_library(lambda path: ctypes.CDLL(f"{path}.no"), (tmp_path,)) == (
        "libcublasLt.so.12"
    )


def test_packages_of_the_vendor_are_looked_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "nvidia" / "cublas" / "lib").mkdir(parents=True)
    monkeypatch.syspath_prepend(str(tmp_path))

    assert tmp_path / "nvidia" / "cublas" / "lib" in _cuda._installed()
