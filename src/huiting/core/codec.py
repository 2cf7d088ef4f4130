"""Analysis to JSON and back: the one serialized form, versioned.

UTF-8, keys sorted, seconds to three decimals, one line feed at the end; the same
analysis always gives the same bytes. `schema` is published as
docs/reference/analysis.schema.json.
"""

import json
from typing import Any

from pydantic import TypeAdapter, ValidationError

from huiting.core.analysis import Analysis
from huiting.core.errors import InputError

FORMAT = "huiting.analysis"
VERSION = 2
READABLE = (1, VERSION)
"""Version 1 knew no emotion, no events and no meaning."""
_adapter = TypeAdapter(Analysis)


def to_json(analysis: Analysis) -> bytes:
    """Return the analysis as JSON.

    A file name that is not UTF-8 reaches Python as lone surrogates, which UTF-8 cannot
    hold; they are written as JSON escapes and come back as they were.

    Raises:
        ValueError: a number is not finite; JSON has no word for it, so None is to be used.
    """
    body = {"format": FORMAT, "version": VERSION, **_adapter.dump_python(analysis, mode="json")}
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False)
    return (text + "\n").encode(errors="backslashreplace")


def from_json(data: bytes, name: str = "analysis") -> Analysis:
    """Return the analysis that `to_json` wrote.

    Raises:
        InputError: this is no analysis, or one of a later version; `name` is its subject.
    """
    try:
        body = json.loads(data)
    except ValueError as error:
        raise InputError(name, f"not JSON ({error})", "give a result file of Huiting") from error
    if not isinstance(body, dict) or body.get("format") != FORMAT:
        raise InputError(name, "not an analysis", "give a result file of Huiting")
    if body.get("version") not in READABLE:
        raise InputError(
            name, f"format version {body.get('version')}, not {VERSION}", "update Huiting"
        )
    try:
        return _adapter.validate_python({k: body[k] for k in body.keys() - {"format", "version"}})
    except ValidationError as error:
        raise InputError(name, f"damaged: {error}", "analyze the recording again") from error


def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of what `to_json` writes."""
    found = _adapter.json_schema(mode="serialization")
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Huiting analysis",
        "properties": {
            "format": {"const": FORMAT},
            "version": {"const": VERSION},
            **found["properties"],
        },
        "required": ["format", "version", *found["required"]],
    }
    return found | head
