"""Judgement to JSON and back: what the store keeps, and scripts read.

UTF-8, in the order of the fields, which is always the same; seconds to three decimals.
"""

import json

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from huiting.core.errors import InputError
from huiting.core.judgement import Judgement

FORMAT = "huiting.judgement"
VERSION = 1
_adapter = TypeAdapter(Judgement)
HEAD = f'{{"format":"{FORMAT}","version":{VERSION},'.encode()
"""What every judgement begins with; its fields follow."""


def to_json(judgement: Judgement) -> bytes:
    """Return the judgement as JSON on one line; the same one always gives the same bytes.

    What UTF-8 cannot hold, such as a file name in another encoding, is written as JSON
    escapes and comes back as it was.
    """
    try:
        body = _adapter.dump_json(judgement)
    except PydanticSerializationError:
        found = _adapter.dump_python(judgement, mode="json")
        text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
        body = text.encode(errors="backslashreplace")
    return HEAD + body[1:]


def from_json(data: bytes, name: str = "judgement") -> Judgement:
    """Return the judgement that `to_json` wrote.

    Raises:
        InputError: this is none, or one of a later version; `name` is its subject.
    """
    try:
        body = json.loads(data)
    except ValueError as error:
        raise InputError(name, f"not JSON ({error})", "judge the call again") from error
    if not isinstance(body, dict) or body.pop("format", None) != FORMAT:
        raise InputError(name, "not a judgement", "judge the call again")
    version = body.pop("version", None)
    if version != VERSION:
        raise InputError(name, f"format version {version}, not {VERSION}", "update Huiting")
    try:
        return _adapter.validate_python(body)
    except ValidationError as error:
        raise InputError(name, f"damaged: {error}", "judge the call again") from error
