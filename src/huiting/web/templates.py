"""Which route answers a request, as operators and the audit log name it: never the path itself."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute, APIRouter
from starlette.types import Scope

NONE = "none"
"""Of a request that no route answers."""


def name(app: FastAPI, routers: Mapping[str, list[APIRouter]]) -> None:
    """Remember the whole path of each route, by its function.

    Args:
        app: of which the routes are.
        routers: by the prefix they stand under.
    """
    app.state.templates = {
        route.endpoint: prefix + route.path_format
        for prefix, found in routers.items()
        for router in found
        for route in router.routes
        if isinstance(route, APIRoute)
    }


def template(scope: Scope) -> str:
    """Return the whole path of the route that a request has found, such as `/api/v1/calls/{call}`."""
    known: dict[Any, str] = scope["app"].state.templates
    return known.get(scope.get("endpoint"), NONE)
