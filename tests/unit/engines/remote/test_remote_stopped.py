"""Who stops asking a server leaves no connection behind, wherever the question stood.

A question is stopped each time it waits, from its first wait to its last.
"""

import gc
import warnings
from collections.abc import Awaitable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
import numpy as np
import pytest

from certified import certificate
from huiting.core.ports import Hints, Hypothesis
from huiting.core.types import Audio
from huiting.engines.remote._wire import Server
from recognition_server import quick, runtime, serving

CLIP = Audio(np.random.default_rng(0).normal(0, 0.1, 64_000).astype(np.float32), 16_000)
MOST = 1000
"""Waits of a question: it has some tens."""


class Stopped:
    """Waits for something, and stops it when it waits for the `at`th time."""

    def __init__(self, asked: Awaitable[Hypothesis], scope: anyio.CancelScope, at: int) -> None:
        self.asked, self.scope, self.at = asked, scope, at

    def __await__(self) -> Generator[Any, Any, Hypothesis]:
        under_way = self.asked.__await__()
        waits, error = 0, None
        while True:
            try:
                waited = next(under_way) if error is None else under_way.throw(error)
            except StopIteration as end:
                heard: Hypothesis = end.value
                return heard
            waits += 1
            if waits == self.at:
                self.scope.cancel()
            try:
                error = None
                yield waited
            except BaseException as thrown:  # noqa: BLE001  (passed on)
                error = thrown


def stopped(server: Server, at: int) -> bool:
    """Ask, and stop at a wait; tell whether there was such a wait."""

    async def ask() -> bool:
        async with server.open() as hear:
            with anyio.CancelScope() as scope:
                await Stopped(hear(CLIP, Hints("zh")), scope, at)
            return scope.cancelled_caught

    return anyio.run(ask)


@contextmanager
def left_open() -> Iterator[list[str]]:
    """Give what was found open that nobody held, when this is left."""
    found: list[str] = []
    gc.collect()
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", ResourceWarning)
        yield found
        gc.collect()
    found += (str(one.message) for one in told if one.category is ResourceWarning)


@pytest.fixture(params=[pytest.param(False, id="plain"), pytest.param(True, id="encrypted")])
def encrypted(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture(params=["FunASR's WebSocket", "OpenAI's API"])
def server(
    request: pytest.FixtureRequest,
    encrypted: bool,  # noqa: FBT001  (a fixture)
    tmp_path: Path,
) -> Iterator[Server]:
    made = certificate(tmp_path) if encrypted else None
    trusted = tmp_path / "cert.pem" if encrypted else None
    with (
        runtime(ssl=made) if request.param == "FunASR's WebSocket" else serving(ssl=made)
    ) as running:
        yield quick(running.url, ca=trusted).server


def test_a_question_that_is_stopped_leaves_nothing_open(server: Server) -> None:
    with left_open() as left:
        waits = next(at for at in range(1, MOST) if not stopped(server, at))

    assert left == []
    assert waits > 5
