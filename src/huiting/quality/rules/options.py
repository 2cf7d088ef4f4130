"""What stands under an operator's key in YAML, handed to the operator's module.

The options and their types are those of the module's `build`; nothing is listed here
twice. Knows no operator by name.
"""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from inspect import Parameter, signature
from typing import Any, cast

from huiting.core.errors import ConfigError, InputError
from huiting.core.plugins import kinds
from huiting.core.yaml_file import Piece
from huiting.quality.rules.asked import Operator

PACKAGE = "huiting.quality.operators"
_WHOLE = re.compile(r"[+-]?(?:0|[1-9]\d*)", re.ASCII)
_BROKEN = re.compile(r"[+-]?\d+\.\d+", re.ASCII)
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}


@cache
def operators() -> tuple[str, ...]:
    """Return the keys of all operators; in YAML `-` may stand for `_`."""
    return tuple(kinds(PACKAGE))


@cache
def parameters(key: str) -> Mapping[str, Parameter]:
    """Return the options of an operator as its module declares them, by name in YAML."""
    build = import_module(f"{PACKAGE}.{key}").build
    found = signature(build).parameters
    return {name.removesuffix("_"): parameter for name, parameter in found.items()}


def plain(piece: Piece) -> Any:  # noqa: ANN401  (what YAML may hold)
    """Return a piece of YAML as Python has it: text, numbers, truth values, lists, mappings."""
    match piece.content:
        case str(text) if piece.quoted:
            return text
        case str(text) if text.lower() in _WORDS:
            return _WORDS[text.lower()]
        case str(text) if _WHOLE.fullmatch(text):
            return int(text)
        case str(text) if _BROKEN.fullmatch(text):
            return float(text)
        case tuple(entries):
            return [plain(entry) for entry in entries]
        case Mapping() as entries:
            return {key: plain(value) for key, value in entries.items()}
        case text:
            return text


def operator_of(key: str, piece: Piece, value: Any) -> Operator:  # noqa: ANN401
    """Build the operator of `key` with the options in `value`.

    Args:
        key: in YAML.
        piece: where it stands, for errors.
        value: a mapping of options, or the shorthand: the value of the first option.

    Raises:
        InputError: an option is unknown, missing or wrong.
    """
    known = parameters(key)
    options = {next(iter(known)): value}
    if isinstance(value, dict):
        options = {str(name).replace("-", "_"): given for name, given in value.items()}
    for name in options:
        if name not in known:
            close = get_close_matches(name, known, 1)
            guess = f"did you mean {close[0]!r}? " if close else ""
            piece.refuse(f"{key} has no option {name!r}", f"{guess}it takes {in_words(key)}")
    needed = [n for n, p in known.items() if p.default is Parameter.empty and n not in options]
    if needed:
        piece.refuse(f"{key} needs {' and '.join(needed)}", f"it takes {in_words(key)}")
    build = import_module(f"{PACKAGE}.{key}").build
    try:
        found = build(**{known[name].name: given for name, given in options.items()})
    except (ConfigError, InputError) as error:
        raise InputError(piece.where, f"{error.subject}: {error.reason}", error.remedy) from error
    return cast("Operator", found)


def in_words(key: str) -> str:
    """Return the options of an operator in words: `any, at-least = 0.5`."""
    return ", ".join(
        name
        if parameter.default in (Parameter.empty, None)
        else f"{name} (if absent {parameter.default})"
        for name, parameter in parameters(key).items()
    )
