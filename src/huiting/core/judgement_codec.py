"""Judgement to JSON and back: what the store keeps, and scripts read.

UTF-8, in the order of the fields, which is always the same; seconds to three decimals. The
file beside a call also holds how its parties felt, for whoever draws it; that is told anew
from the analysis and not read back.
"""

import json
from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from huiting.core.calming import CalmDown
from huiting.core.curves import EmotionCurve, Feeling
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
        body = _dumped(_adapter.dump_python(judgement, mode="json"))
    return HEAD + body[1:]


def with_emotion(
    judgement: Judgement, curves: Sequence[EmotionCurve], upset: Sequence[CalmDown]
) -> bytes:
    """Return the judgement as JSON together with how the parties felt (`emotion`).

    Args:
        judgement: of a call.
        curves: of its parties.
        upset: each time that the customer was angry or sad.
    """
    emotion = {
        "curves": [_curve(curve) for curve in curves],
        "upset": [_upset(calm) for calm in upset],
    }
    return to_json(judgement)[:-1] + b',"emotion":' + _dumped(emotion) + b"}"


def _dumped(value: object) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode(errors="backslashreplace")


def _curve(curve: EmotionCurve) -> dict[str, Any]:
    return {
        "role": curve.role.value,
        "known": curve.known,
        "lines": curve.lines,
        "first_third": _feeling(curve.thirds.first),
        "last_third": _feeling(curve.thirds.last),
        "rise": _rounded(curve.thirds.rise),
        "cooled": _rounded(curve.thirds.cooled),
        "points": [
            {"time": round(p.time, 3), **_feeling(p.feeling), "segments": p.segments}
            for p in curve.points
        ],
    }


def _feeling(feeling: Feeling) -> dict[str, float | None]:
    return {
        "valence": _rounded(feeling.valence),
        "arousal": _rounded(feeling.arousal),
        "anger": _rounded(feeling.anger),
    }


def _upset(calm: CalmDown) -> dict[str, Any]:
    return {
        "label": calm.label.value,
        "start": round(calm.span.start, 3),
        "end": round(calm.span.end, 3),
        "segments": list(calm.lines),
        "answer": calm.answer.value,
        "answered_after": _rounded(calm.delay),
        "softened": calm.softened,
        "softened_after": _rounded(calm.after),
        "better_by": _rounded(calm.better_by),
    }


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 3) + 0.0


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
    body.pop("emotion", None)
    version = body.pop("version", None)
    if version != VERSION:
        raise InputError(name, f"format version {version}, not {VERSION}", "update Huiting")
    try:
        return _adapter.validate_python(body)
    except ValidationError as error:
        raise InputError(name, f"damaged: {error}", "judge the call again") from error
