"""What a live call tells, as JSON and back: for the doors, and for what is kept while it runs.

Every update says its `type`: `speech`, `partial`, `final`, `cue`, `pulse`, `strain`, `lost`.
Fields are those of `live.updates`.
"""

from collections.abc import Mapping
from typing import Any, get_args

from pydantic import TypeAdapter, ValidationError

from huiting.core.errors import InputError
from huiting.live.updates import Update

_ADAPTERS: Mapping[str, TypeAdapter[Any]] = {
    kind.__name__.lower(): TypeAdapter(kind) for kind in get_args(Update)
}


def type_of(update: Update) -> str:
    """Return what an update is called, such as `partial`."""
    return type(update).__name__.lower()


def to_json(update: Update) -> dict[str, Any]:
    """Return an update as JSON."""
    name = type_of(update)
    body: dict[str, Any] = _ADAPTERS[name].dump_python(update, mode="json")
    return {"type": name, **body}


def from_json(body: Mapping[str, Any]) -> Update:
    """Return the update that `to_json` wrote.

    Raises:
        InputError: this is none, or one of a later version.
    """
    adapter = _ADAPTERS.get(str(body.get("type")))
    if adapter is None:
        raise InputError("update", f"of no known type ({body.get('type')})", "update Huiting")
    try:
        update: Update = adapter.validate_python({k: v for k, v in body.items() if k != "type"})
    except ValidationError as error:
        raise InputError("update", f"damaged: {error}", "leave it out") from error
    return update
