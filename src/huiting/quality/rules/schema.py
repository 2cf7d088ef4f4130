"""The JSON Schema of rule files, for editors; made from the operators' own signatures.

What a schema cannot say (that names exist, that a pattern is safe) the reader checks.
"""

from collections.abc import Mapping
from importlib import import_module
from inspect import Parameter
from typing import Any, get_type_hints

from pydantic import TypeAdapter

from huiting.core.judgement import Severity, Verdict
from huiting.core.types import EventLabel, Role
from huiting.quality.rules.options import PACKAGE, operators, parameters
from huiting.quality.rules.read import FORMAT, MOST
from huiting.quality.rules.rule import Side, Unit, Which

_TEXT: dict[str, Any] = {"type": "string", "minLength": 1}
_NUMBER: dict[str, Any] = {"type": "number"}
_POSITIVE: dict[str, Any] = {"type": "number", "exclusiveMinimum": 0}
_WHOLE: dict[str, Any] = {"type": "integer", "minimum": 1}
_SHARE: dict[str, Any] = {"type": "number", "minimum": 0, "maximum": 1}
_LANGUAGES: dict[str, Any] = {"type": "string", "pattern": "^[a-z]{2,3}$"}
_DATE: dict[str, Any] = {"type": "string", "format": "date"}


def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a rule file."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Huiting rules",
        **_object(
            {
                "format": {"const": FORMAT},
                "name": _TEXT,
                "languages": _one_or_more(_LANGUAGES),
                "lists": {"type": "object", "additionalProperties": _one_or_more(_scalar())},
                "conditions": _conditions(),
                "rules": {
                    "type": "array",
                    "items": {"$ref": "#/$defs/rule"},
                    "minItems": 1,
                    "maxItems": MOST,
                },
            },
            ["format", "rules"],
        ),
        "$defs": {
            "rule": _rule(),
            "condition": _condition(),
            "anchor": _anchor(),
            "edge": _edge(),
            "test": _test(),
            **{f"operator.{key}": _operator(key) for key in operators()},
        },
    }


def _object(
    properties: Mapping[str, Any],
    required: list[str] | None = None,
    **more: Any,  # noqa: ANN401
) -> dict[str, Any]:
    found = {"type": "object", "properties": dict(properties), "additionalProperties": False}
    return found | ({"required": required} if required else {}) | more


def _one_or_more(item: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [item, {"type": "array", "items": item, "minItems": 1}]}


def _scalar() -> dict[str, Any]:
    return {"type": ["string", "number"]}


def _said() -> dict[str, Any]:
    return {"type": ["string", "number", "boolean"]}  # Yes is text, whatever YAML 1.1 says


def _conditions() -> dict[str, Any]:
    return {"type": "object", "additionalProperties": {"$ref": "#/$defs/condition"}}


def _rule() -> dict[str, Any]:
    condition = {"$ref": "#/$defs/condition"}
    score = {"anyOf": [_NUMBER, _object({"pass": _NUMBER, "fail": _NUMBER})]}
    return _object(
        {
            "id": {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"},
            "name": _TEXT,
            "why": _TEXT,
            "advice": _TEXT,
            "severity": {"enum": [severity.value for severity in Severity]},
            "type": _TEXT,
            "score": score,
            "version": _WHOLE,
            "effective": _object({"from": _DATE, "until": _DATE}),
            "enabled": {"type": "boolean"},
            "languages": _one_or_more(_LANGUAGES),
            "conditions": _conditions(),
            "applies": condition,
            "require": condition,
            "forbid": condition,
            "tests": {"type": "array", "items": {"$ref": "#/$defs/test"}, "minItems": 1},
        },
        ["id", "name"],
        oneOf=[{"required": ["require"]}, {"required": ["forbid"]}],
    )


def _condition() -> dict[str, Any]:
    condition = {"$ref": "#/$defs/condition"}
    several = {"type": "array", "items": condition, "minItems": 1}
    joined = [
        _object({"all": several}, ["all"]),
        _object({"any": several}, ["any"]),
        _object({"not": condition}, ["not"]),
        _object({"ref": _TEXT, **_scope()}, ["ref"]),
    ]
    asked = [
        _object(
            {spelled: {"$ref": f"#/$defs/operator.{key}"}, **_scope()},
            [spelled],
        )
        for key in operators()
        for spelled in dict.fromkeys((key, key.replace("_", "-")))
    ]
    return {"anyOf": [several, *joined, *asked]}


def _scope() -> dict[str, Any]:
    roles = {"enum": [role.value for role in Role]}
    seconds = {"type": "array", "items": _NUMBER, "minItems": 2, "maxItems": 2}
    times = _object({"at_least": {"type": "integer"}, "at_most": {"type": "integer"}})
    return {
        "by": _one_or_more(roles),
        "first": {"$ref": "#/$defs/edge"},
        "last": {"$ref": "#/$defs/edge"},
        "between": seconds,
        "whole": {"type": "boolean"},
        **{side.value: {"$ref": "#/$defs/anchor"} for side in Side},
        "times": {"anyOf": [_WHOLE, times]},
        "as": _TEXT,
    }


def _anchor() -> dict[str, Any]:
    given = _object(
        {
            "hit": _TEXT,
            "which": {"enum": [which.value for which in Which]},
            "within": _POSITIVE,
            "turns": _WHOLE,
        },
        ["hit"],
    )
    return {"anyOf": [_TEXT, given]}


def _edge() -> dict[str, Any]:
    measures = {unit.value: _POSITIVE for unit in Unit}
    return {"anyOf": [_POSITIVE, _object(measures, minProperties=1, maxProperties=1)]}


def _operator(key: str) -> dict[str, Any]:
    """Return what may stand under an operator's key: its options, or the first of them alone."""
    build = import_module(f"{PACKAGE}.{key}").build
    hints = get_type_hints(build, include_extras=True)
    known = parameters(key)
    properties = {name: _option(hints[parameter.name]) for name, parameter in known.items()}
    if key == "said":  # the language itself takes this one apart: see `expressions`
        properties["none"] = properties["all"]
    required = [n for n, p in known.items() if p.default is Parameter.empty]
    shorthand = next(iter(properties.values()))
    doc = (build.__doc__ or "").strip().split("\n", 1)[0]
    options = _object({**properties, **_hyphened(properties)}, required)
    return {"description": doc, "anyOf": [shorthand, options]}


def _hyphened(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {name.replace("_", "-"): found for name, found in properties.items() if "_" in name}


def _option(annotation: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return the schema of an option; a list `$name` may stand for any text."""
    found: dict[str, Any] = TypeAdapter(annotation).json_schema()
    kinds = [kind for kind in found.get("anyOf", [found]) if kind.get("type") != "null"]
    if any(kind.get("type") in {"string", "array"} for kind in kinds):  # 12315 is text, too
        kinds.append(_one_or_more(_scalar()))
    return kinds[0] if len(kinds) == 1 else {"anyOf": kinds}


def _test() -> dict[str, Any]:
    labels = [label.value for label in EventLabel]
    line = {
        "type": "object",
        "minProperties": 1,
        "properties": {
            "emotion": _TEXT,
            "score": _SHARE,
            "confidence": _SHARE,
            "loudness": _NUMBER,
        },
        "patternProperties": {f"^({'|'.join(Role)})( +[0-9.]+( *- *[0-9.]+)?)?$": _said()},
        "additionalProperties": False,
    }
    event = _object(dict.fromkeys(labels, _TEXT), minProperties=1, maxProperties=1)
    return _object(
        {
            "name": _TEXT,
            "dialogue": {"type": "array", "items": line, "minItems": 1},
            "events": {"type": "array", "items": event},
            "metadata": {"type": "object"},
            "expect": {"enum": [verdict.value for verdict in Verdict]},
        },
        ["dialogue", "expect"],
    )
