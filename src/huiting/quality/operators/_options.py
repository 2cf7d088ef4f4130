"""Read the options of an operator, which come from a file and may be anything.

Every function names the operator and the option in its `ConfigError`; the reader of the
file adds the line.
"""

from collections.abc import Iterable
from difflib import get_close_matches
from enum import StrEnum
from math import inf, isfinite
from typing import NoReturn, TypeVar

from huiting.core.errors import ConfigError
from huiting.core.types import Role

E = TypeVar("E", bound=StrEnum)

SPEAKERS = (Role.AGENT, Role.CUSTOMER, Role.SYSTEM)


def number(
    operator: str, name: str, value: object, *, least: float = -inf, most: float = inf
) -> float:
    """Return a number in [least, most].

    Raises:
        ConfigError: it is none, or lies outside.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        refuse(operator, name, f"{value!r} is no number", f"give {_range(least, most)}")
    if not least <= value <= most:
        refuse(operator, name, f"{value} is out of range", f"give {_range(least, most)}")
    return float(value)


def share(operator: str, name: str, value: object) -> float:
    """Return a number in [0, 1].

    Raises:
        ConfigError: it is none, or lies outside.
    """
    return number(operator, name, value, least=0, most=1)


def texts(operator: str, name: str, value: object) -> tuple[str, ...]:
    """Return one text or several; numbers and truth values as YAML writes them.

    Raises:
        ConfigError: there is none, or something else among them.
    """
    found = value if isinstance(value, list | tuple) else [value]
    if not found or not all(isinstance(one, str | int | float) for one in found):
        refuse(operator, name, f"{value!r} is no text", "give a text or a list of texts")
    return tuple(str(one).lower() if isinstance(one, bool) else str(one) for one in found)


def text(operator: str, name: str, value: object) -> str:
    """Return one text that is not blank.

    Raises:
        ConfigError: it is none.
    """
    if not isinstance(value, str) or not value.strip():
        refuse(operator, name, f"{value!r} is no text", "give a text")
    return value.strip()


def one_of(operator: str, name: str, value: object, known: Iterable[E]) -> E:
    """Return the entry of `known` that `value` names; case makes no difference.

    Raises:
        ConfigError: it names none; the message lists them.
    """
    names = {str(entry).casefold(): entry for entry in known}
    wanted = str(value).casefold()
    if wanted not in names:
        near = get_close_matches(wanted, names, 1)
        meant = f" (did you mean {names[near[0]]}?)" if near else ""
        remedy = f"choose of {', '.join(map(str, names.values()))}"
        refuse(operator, name, f"no such value {value!r}{meant}", remedy)
    return names[wanted]


def some_of(operator: str, name: str, value: object, known: Iterable[E]) -> frozenset[E]:
    """Return the entries of `known` that a text or a list of texts names.

    Raises:
        ConfigError: one names none, or there is none.
    """
    known = tuple(known)
    return frozenset(one_of(operator, name, one, known) for one in texts(operator, name, value))


def refuse(operator: str, name: str, reason: str, remedy: str) -> NoReturn:
    """Raise the error that names an option of an operator."""
    raise ConfigError(f"{operator}, {name}", reason, remedy)


def _range(least: float, most: float) -> str:
    if isfinite(least) and isfinite(most):
        return f"a number from {least:g} to {most:g}"
    return f"a number from {least:g}" if isfinite(least) else "a number"
