"""What holds for every test."""

import logging
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def our_log_as_it_was() -> Iterator[None]:
    """Undo what a command did to our log, so that no test depends on which ran before it."""
    log = logging.getLogger("huiting")
    handlers, level, propagate = list(log.handlers), log.level, log.propagate
    yield
    log.handlers[:] = handlers
    log.setLevel(level)
    log.propagate = propagate
