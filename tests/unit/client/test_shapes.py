"""The dataclasses of the client, compared with the document that describes the interface."""

import json
from dataclasses import is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from huiting.client.shapes import answers, bulk, calls, jobs, library

ROOT = Path(__file__).parents[3]
DOCUMENT = json.loads((ROOT / "tests/golden/openapi.json").read_text(encoding="utf-8"))
SCHEMAS = DOCUMENT["components"]["schemas"]
OWN = {
    "Rejected": "RefusedOf",
    "CallScore": "ScoreOf",
    "SpokenWord": "WordOf",
    "QueueState": "QueueOf",
    "Mistake": "MistakeOf",
    "Document": "DocumentOf",
}
"""Shapes whose name differs from that of their schema by more than `Of`."""
LOOSER = {
    ("Me", "role"): "a role that is not known yet shall not stop a program",
    ("Me", "permissions"): "nor a permission",
}
KEPT = ("type", "format", "enum", "const")


def shapes() -> list[type]:
    found = [
        value
        for module in (answers, bulk, calls, jobs, library)
        for value in vars(module).values()
        if isinstance(value, type)
        and value.__module__ == module.__name__
        and (is_dataclass(value) or issubclass(value, Enum))
    ]
    return sorted(found, key=lambda shape: shape.__name__)


def schema_of(shape: type) -> dict[str, Any]:
    name = shape.__name__
    found: dict[str, Any] = SCHEMAS[OWN.get(name) or (name if name in SCHEMAS else f"{name}Of")]
    return found


def bare(schema: dict[str, Any], others: dict[str, Any], seen: tuple[str, ...] = ()) -> Any:  # noqa: ANN401
    """Return what a schema demands, without words, names and limits."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return "again" if name in seen else bare(others[name], others, (*seen, name))
    found: dict[str, Any] = {key: schema[key] for key in KEPT if key in schema}
    if "anyOf" in schema:
        options = [bare(each, others, seen) for each in schema["anyOf"]]
        found["anyOf"] = sorted(options, key=lambda each: json.dumps(each, sort_keys=True))
    if "items" in schema:
        found["items"] = bare(schema["items"], others, seen)
    if "prefixItems" in schema:
        found["prefixItems"] = [bare(each, others, seen) for each in schema["prefixItems"]]
    if isinstance(schema.get("additionalProperties"), dict):
        found["values"] = bare(schema["additionalProperties"], others, seen)
    if "properties" in schema:
        found["required"] = sorted(schema.get("required", ()))
        found["properties"] = {
            name: bare(each, others, seen) for name, each in schema["properties"].items()
        }
    return found


@pytest.mark.parametrize("shape", shapes(), ids=lambda shape: shape.__name__)
def test_a_shape_is_what_the_server_says(shape: type) -> None:
    own = TypeAdapter(shape).json_schema()
    mine = bare(own, own.get("$defs", {}))
    theirs = bare(schema_of(shape), SCHEMAS)
    for name, field in LOOSER:
        if name == shape.__name__:
            for side in (mine, theirs):
                del side["properties"][field]

    assert mine == theirs


def test_a_field_that_is_missing_would_be_found() -> None:
    own = TypeAdapter(jobs.Trouble).json_schema()
    del own["properties"]["remedy"]

    assert bare(own, {}) != bare(SCHEMAS["TroubleOf"], SCHEMAS)
