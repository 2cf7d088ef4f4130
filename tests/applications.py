"""Applications that serve one test after another: to make all routes takes longer than most tests.

What an application knows of its service is in its parts, which are new each time, and in the layers
around its routes, which begin anew.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import FastAPI

from huiting.web.parts import Limits, Parts
from huiting.web.server import build

_IDLE: defaultdict[Limits, list[FastAPI]] = defaultdict(list)


@contextmanager
def application(parts: Parts) -> Iterator[FastAPI]:
    """Give the application of these parts, as `build` does."""
    idle = _IDLE[parts.limits]
    app = idle.pop() if idle else build(parts)
    app.state.parts = parts
    app.middleware_stack = None  # they count requests
    try:
        yield app
    finally:
        del app.state.parts
        idle.append(app)
