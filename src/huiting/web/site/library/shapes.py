"""What a form asks for: fields of text, numbers, choices, lists, records. Pure; knows no document.

A script draws the form and writes what is typed into the text. Labels and help are English
sentences here and are translated when they are told to the script.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, ClassVar

from huiting.core.wording import language as language_named
from huiting.web.site.naming import named
from huiting.web.site.words import words


def _(text: str) -> str:
    """Mark a sentence as one that is translated where it is shown."""
    return text


@dataclass(frozen=True, slots=True)
class Line:
    """Text."""

    kind: ClassVar[str] = "line"
    long: bool = False
    """Whether it may take several lines."""
    suggest: str = ""
    """Name of a list of what may be meant, see `told`."""
    day: bool = False
    """Whether it is a day."""
    pattern: str = ""
    """What it must look like, as browsers take it; empty for anything."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number."""

    kind: ClassVar[str] = "number"
    unit: str = ""
    least: float | None = None
    most: float | None = None
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some codes; shown by their names."""

    kind: ClassVar[str] = "choice"
    codes: type[StrEnum] | None = None
    options: Mapping[str, str] | None = None
    """What each code is called, where it is no code that has a name already."""
    several: bool = False
    """Whether a list of them may stand there."""
    usual: str = ""
    """Which is meant where none is given."""


@dataclass(frozen=True, slots=True)
class Truth:
    """Yes or no."""

    kind: ClassVar[str] = "truth"
    usual: bool | None = None
    """What is meant where nothing is given."""


@dataclass(frozen=True, slots=True)
class Phrases:
    """Short texts, one or several."""

    kind: ClassVar[str] = "phrases"
    suggest: str = ""
    """Name of a list of what may be meant."""
    always: bool = False
    """Whether one alone is a list of one, too."""


@dataclass(frozen=True, slots=True)
class Field:
    """An entry of a record."""

    key: str
    label: str
    shape: Any
    help: str = ""
    required: bool = False
    rare: bool = False
    """Whether it is put away as long as it is not given."""


@dataclass(frozen=True, slots=True)
class Record:
    """A mapping of known keys."""

    kind: ClassVar[str] = "record"
    fields: tuple[Field, ...]
    title: tuple[str, ...] = ()
    """Keys whose values say which one it is."""
    alone: str = ""
    """Key that is meant by a value that is no mapping."""
    row: bool = False
    """Whether its fields stand side by side."""
    strict: bool = False
    """Whether it is one only where no other key stands in it."""
    saying: bool = False
    """Whether it is a rule, which is said in words below it."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of records or other pieces."""

    kind: ClassVar[str] = "listing"
    item: Any
    noun: str
    """What one of them is."""
    add: str
    begin: Any = ""
    """What a new one holds."""
    own: str = ""
    """Key whose value must not be there twice."""
    examples: tuple["Example", ...] = ()
    """To begin with."""


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping of names that the team gives."""

    kind: ClassVar[str] = "table"
    name: str
    """What a key is."""
    item: Any
    add: str
    begin: Any = ""


@dataclass(frozen=True, slots=True)
class Way:
    """One of several ways to give something."""

    label: str
    shape: Any
    begin: Any


@dataclass(frozen=True, slots=True)
class Either:
    """Something that can be given in several ways."""

    kind: ClassVar[str] = "either"
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class Tree:
    """A condition of the language of rules."""

    kind: ClassVar[str] = "tree"


@dataclass(frozen=True, slots=True)
class Example:
    """Something that a new item of a list may begin with."""

    label: str
    begin: Any


@dataclass(frozen=True, slots=True)
class Demand:
    """A condition under one of two keys: that it must hold, or must not."""

    kind: ClassVar[str] = "demand"
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Turn:
    """A line of a made-up dialogue: who speaks, when, and what."""

    kind: ClassVar[str] = "turn"


@dataclass(frozen=True, slots=True)
class Fixed:
    """Something that nobody changes in the form: it is not shown."""

    kind: ClassVar[str] = "fixed"


LANGUAGES = ("zh", "yue", "en", "ja", "ko", "fr", "de", "es", "ru", "vi", "th")
_SAID = frozenset({"label", "help", "noun", "add", "unit", "name"})
"""Fields that hold sentences."""


def told(shape: object, tongue: str) -> Any:  # noqa: ANN401  (JSON)
    """Return a shape as the script takes it, in the reader's language."""
    if isinstance(shape, Choice):
        return _choice(shape, tongue)
    if not hasattr(shape, "__dataclass_fields__"):
        if isinstance(shape, tuple):
            return [told(one, tongue) for one in shape]
        return shape
    found = {"kind": shape.kind} if hasattr(shape, "kind") else {}
    for each in fields(shape):  # type: ignore[arg-type]  # a dataclass, as was just asked
        value = getattr(shape, each.name)
        if each.name in _SAID:
            value = say(value, tongue)
        if not _idle(each.name, value):
            found[each.name] = told(value, tongue)
    return found


def _idle(name: str, value: object) -> bool:
    """Tell whether an attribute says nothing, so that it need not be told."""
    if name == "begin":
        return False
    return value is None or value in ("", ()) or (value is False and name != "usual")


def say(text: str, tongue: str) -> str:
    """Return a sentence in the reader's language."""
    return words(tongue).gettext(text) if text else ""


def languages(tongue: str) -> list[list[str]]:
    """Return the languages that may be suggested, with their names."""
    return [[code, language_named(code, tongue)] for code in LANGUAGES]


def _choice(shape: Choice, tongue: str) -> dict[str, Any]:
    options: list[list[str]] = []
    if shape.codes is not None:
        options = [[code.value, named(code, tongue)] for code in shape.codes]
    for code, name in (shape.options or {}).items():
        options.append([code, say(name, tongue)])
    return {
        "kind": shape.kind, "options": options, "several": shape.several, "usual": shape.usual,
    }  # fmt: skip
