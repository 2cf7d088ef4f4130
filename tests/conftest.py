"""What holds for every test."""

import gc
import logging
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from published import folder_of

if find_spec("hypothesis"):  # not in the environments of engines, where no property is tested
    from hypothesis import HealthCheck, settings

    # How fast the machine is, no property is about.
    slow = [HealthCheck.too_slow]
    settings.register_profile("patient", deadline=None, suppress_health_check=slow)
    settings.load_profile("patient")


def pytest_collection_finish() -> None:
    """Spare the garbage collector what stays to the end: all modules, and some thousand tests.

    It went through hundreds of thousands of objects again and again, for a third of all the time.
    """
    gc.freeze()


@pytest.fixture(autouse=True)
def our_log_as_it_was() -> Iterator[None]:
    """Undo what a command did to our log, so that no test depends on which ran before it."""
    log = logging.getLogger("huiting")
    handlers, level, propagate = list(log.handlers), log.level, log.propagate
    yield
    log.handlers[:] = handlers
    log.setLevel(level)
    log.propagate = propagate


@pytest.fixture(scope="session")
def published(pytestconfig: pytest.Config) -> Callable[[str], Path]:
    """Give the folder of a model's real weights, or leave the test out and say why."""
    kept = pytestconfig.cache.mkdir("models")

    def find(name: str) -> Path:
        found = folder_of(name, kept)
        if isinstance(found, str):
            pytest.skip(found)
        return found

    return find
