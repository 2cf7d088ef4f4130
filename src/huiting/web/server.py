"""The application: every module of `web.api` and `web.site.pages` with a `router` is part of it.

Adding a resource or a page is adding a file there. Routes of `api` stand under `/api/v1`,
unless the module says another `PREFIX`; pages stand where people look for them.
"""

import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

import anyio.to_thread
from fastapi import APIRouter, FastAPI
from starlette.routing import Route

from huiting.web import api, health, problems, templates
from huiting.web.description import described
from huiting.web.parts import Parts
from huiting.web.requests import Requests
from huiting.web.security import Guard, Rules
from huiting.web.site import pages
from huiting.web.site.troubles import page
from huiting.web.squeezing import Squeezing

PREFIX = "/api/v1"


def build(
    parts: Parts, rules: Rules | None = None, clock: Callable[[], float] = time.monotonic
) -> FastAPI:
    """Return the application; it uses the parts and closes none of them.

    Args:
        parts: what it is built from.
        rules: whose requests are taken, and how many; of everybody by default.
        clock: seconds that never go back.
    """

    @asynccontextmanager
    async def bounded(_app: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = parts.limits.threads
        yield

    app = FastAPI(
        title="Huiting",
        version="v1",
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,  # the pages that FastAPI brings load scripts from elsewhere
        redoc_url=None,
        lifespan=bounded,
        redirect_slashes=False,
        responses=problems.documented(),
    )
    app.state.parts = parts
    problems.install(app, page)
    routers: defaultdict[str, list[APIRouter]] = defaultdict(list)
    for module in (*resources(), health):
        prefix = "" if module is health else getattr(module, "PREFIX", PREFIX)
        app.include_router(module.router, prefix=prefix)
        routers[prefix].append(module.router)
    for module in screens():
        app.include_router(module.router)
        routers[""].append(module.router)
    app.state.screens = frozenset(
        route.path for router in routers[""] for route in router.routes if isinstance(route, Route)
    )
    templates.name(app, routers)
    app.openapi = described(app)  # type: ignore[method-assign]
    app.add_middleware(Squeezing)
    app.add_middleware(Requests)
    sizes = Rules(body=parts.limits.body, upload=parts.limits.upload)
    app.add_middleware(Guard, rules=rules or sizes, clock=clock)
    return app


def resources() -> Iterator[ModuleType]:
    """Yield the modules of `web.api` that have routes, by name."""
    return _routed(api)


def screens() -> Iterator[ModuleType]:
    """Yield the modules of `web.site.pages` that have routes, by name."""
    return _routed(pages)


def _routed(package: ModuleType) -> Iterator[ModuleType]:
    for found in sorted(iter_modules(package.__path__), key=lambda module: module.name):
        if not found.name.startswith("_"):
            module = import_module(f"{package.__name__}.{found.name}")
            if hasattr(module, "router"):
                yield module
