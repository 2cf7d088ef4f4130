"""What holds for every test."""

import gc
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from published import folder_of

# How fast the machine is, no property is about.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
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
