"""The OpenAPI document: FastAPI's, with our problems in place of its own."""

from collections.abc import Callable, Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from huiting.web.problems import Mistake, Problem


def described(app: FastAPI) -> Callable[[], dict[str, Any]]:
    """Return a function that gives the document; it is made once."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    return document


def _document(app: FastAPI) -> dict[str, Any]:
    found = get_openapi(
        title="Huiting",
        version="v1",
        summary="Listen to every call.",
        description=_ABOUT,
        routes=app.routes,
    )
    schemas = found.setdefault("components", {}).setdefault("schemas", {})
    for model in (Problem, Mistake):
        schema = model.model_json_schema(
            mode="serialization", ref_template="#/components/schemas/{model}"
        )
        schema.pop("$defs", None)
        schemas[model.__name__] = schema
    for operation in _operations(found):
        replaced = operation["responses"].get("422")
        if replaced and "application/json" in replaced.get("content", {}):
            replaced["content"].pop("application/json")
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    return found


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        yield from (item for item in path.values() if isinstance(item, dict))


_ABOUT = """Times are ISO 8601; times without a zone are read in the server's. Durations and places in a
recording are seconds. Lists come in pages: ask with `next` as `cursor`. What a call holds is
shown without personal data unless `unredacted=true` is asked for and permitted. A POST that
makes something takes an `Idempotency-Key`: the same key gives the same answer for a day."""
