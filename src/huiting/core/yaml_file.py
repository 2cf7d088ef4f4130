"""YAML whose every piece knows its line, so that a mistake is named by file and line.

Only what settings need: mappings with text keys, lists, text, numbers, true and false.
Anchors, tags, doubled keys, several documents and files over a megabyte are refused. What
a piece should be is asked by the functions below; each raises `InputError` with the place.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from math import isfinite
from pathlib import Path
from typing import Any, NoReturn

import yaml
from yaml import MappingNode, ScalarNode, SequenceNode
from yaml import Node as Composed

from huiting.core.errors import InputError

MOST = 1_000_000
"""Bytes of a file."""
_DEEP = 20
"""Levels of nesting; ours need five."""
_PLAIN = {
    "tag:yaml.org,2002:str",
    "tag:yaml.org,2002:int",
    "tag:yaml.org,2002:float",
    "tag:yaml.org,2002:bool",
    "tag:yaml.org,2002:null",
    "tag:yaml.org,2002:timestamp",
    "tag:yaml.org,2002:map",
    "tag:yaml.org,2002:seq",
}
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The one in C is ten times as fast, where it was built."""
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a file: text, a list, or a mapping. `where` is its `file:line`."""

    content: "str | tuple[Piece, ...] | Mapping[str, Piece]"
    where: str
    quoted: bool = False
    """Text in quotes is no number and no truth value."""

    def refuse(self, reason: str, remedy: str) -> NoReturn:
        """Raise the error that names this place."""
        raise InputError(self.where, reason, remedy)


def read(path: Path) -> Piece:
    """Return what stands in a file.

    Raises:
        InputError: it cannot be read, or is no YAML of the kind that is allowed.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MOST + 1)
    except OSError as error:
        raise InputError(
            str(path), f"it cannot be read: {error.strerror}", "check the name"
        ) from error
    return parse(data, str(path))


def parse(data: bytes, name: str) -> Piece:
    """Return what `data` says; `name` is the file in errors.

    Raises:
        InputError: this is no YAML of the kind that is allowed.
    """
    if len(data) > MOST:
        raise InputError(name, f"more than {MOST:,} bytes", "split the file")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InputError(f"{name}:{line}", "not UTF-8", "save the file as UTF-8") from error
    try:
        _survey(text, name)
        composed = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        last = len(text.splitlines())  # the end of a file that breaks off lies below it
        where = f"{name}:{min(mark.line + 1, last)}" if mark else name
        reason = f"not YAML ({error.problem})"
        raise InputError(where, reason, "mend the indentation or the quotes") from error
    except yaml.YAMLError as error:
        raise InputError(name, "not YAML (a character it may not hold)", "remove it") from error
    if composed is None:
        raise InputError(name, "the file is empty", "see the reference for an example")
    return _piece(composed, name)


def _survey(text: str, name: str) -> None:
    """Refuse what is small to write and large to build: anchors and deep nesting."""
    deep = 0
    for event in yaml.parse(text, Loader=_LOADER):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise InputError(f"{name}:{line}", "anchors and aliases are not read", "write it out")
        deep += isinstance(event, yaml.CollectionStartEvent)
        deep -= isinstance(event, yaml.CollectionEndEvent)
        if deep > _DEEP:
            raise InputError(f"{name}:{line}", "nested too deeply", "write it flatter")


def _piece(node: Composed, name: str) -> Piece:
    where = f"{name}:{node.start_mark.line + 1}"
    if node.tag not in _PLAIN:
        raise InputError(where, f"the tag {node.tag} is not read", "leave it out")
    match node:
        case MappingNode():
            return Piece(_mapping(node, name), where)
        case SequenceNode():
            return Piece(tuple(_piece(item, name) for item in node.value), where)
        case ScalarNode():
            return Piece(str(node.value), where, quoted=bool(node.style))
        case _:  # pragma: no cover (there is no fourth kind)
            raise InputError(where, "not understood", "see the reference")


def _mapping(node: MappingNode, name: str) -> dict[str, Piece]:
    found: dict[str, Piece] = {}
    for key_node, value_node in node.value:
        where = f"{name}:{key_node.start_mark.line + 1}"
        if not isinstance(key_node, ScalarNode):
            raise InputError(where, "a key must be text", "write NAME: VALUE")
        key = str(key_node.value)
        if key in found:
            raise InputError(where, f"{key!r} stands here twice", "remove one")
        found[key] = _piece(value_node, name)
    return found


def mapping(piece: Piece, known: Sequence[str] | None = None) -> Mapping[str, Piece]:
    """Return the entries of a mapping; with `known`, other keys are refused."""
    if not isinstance(piece.content, Mapping):
        piece.refuse("a mapping is needed here", f"write {_listed(known)}")
    if known is not None:
        for key, value in piece.content.items():
            if key not in known:
                close = get_close_matches(key, known, 1)
                guess = f"did you mean {close[0]!r}? " if close else ""
                value.refuse(f"unknown key {key!r}", f"{guess}there are {', '.join(known)}")
    return piece.content


def _listed(known: Sequence[str] | None) -> str:
    return "NAME: VALUE, one a line" if known is None else f"some of {', '.join(known)}"


def sequence(piece: Piece) -> tuple[Piece, ...]:
    """Return the entries of a list that is not empty; a single text is a list of one."""
    if isinstance(piece.content, tuple) and piece.content:
        return piece.content
    if isinstance(piece.content, str) and piece.content:
        return (piece,)
    return piece.refuse("a list is needed here", "write [one, two], or a `- ` line for each")


def text(piece: Piece) -> str:
    """Return text that is not empty."""
    if not isinstance(piece.content, str) or not piece.content.strip():
        piece.refuse("text is needed here", "write some words")
    return piece.content.strip()


def number(piece: Piece, least: float | None = None) -> float:
    """Return a number, at least `least`."""
    found = piece.content
    if not isinstance(found, str) or piece.quoted or not _NUMBER.fullmatch(found):
        piece.refuse("a number is needed here", "write digits, such as 10 or 2.5")
    value = float(found)
    if not isfinite(value) or (least is not None and value < least):
        piece.refuse(f"{found} is out of range", f"give a number of at least {least or 0:g}")
    return value


def whole(piece: Piece, least: int) -> int:
    """Return a whole number, at least `least`."""
    value = number(piece, least)
    if value != int(value):
        piece.refuse(f"{value:g} is no whole number", "leave out the fraction")
    return int(value)


def truth(piece: Piece) -> bool:
    """Return true or false."""
    return choice(piece, ("true", "false")) == "true"


def choice(piece: Piece, known: Sequence[str]) -> str:
    """Return one of `known`."""
    found = piece.content if isinstance(piece.content, str) else "this"
    lowered = found.lower() if found.lower() in {"true", "false"} else found
    if lowered not in known:
        close = get_close_matches(found, known, 1)
        guess = f"did you mean {close[0]!r}? " if close else ""
        piece.refuse(f"{found!r} is not known here", f"{guess}choose {' or '.join(known)}")
    return lowered
