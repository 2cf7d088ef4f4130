"""Mistakes in a file, gathered while reading goes on, so that all are told at once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from huiting.core.errors import InputError
from huiting.core.yaml_file import Piece, mapping

T = TypeVar("T")


@dataclass(slots=True)
class Mistakes:
    """What is wrong in a file."""

    found: list[InputError] = field(default_factory=list)

    def tried(self, read: Callable[[], T], otherwise: T) -> T:
        """Return what is read; after a mistake, which is noted, `otherwise`."""
        try:
            return read()
        except InputError as error:
            self.found.append(error)
            return otherwise

    def entries(self, piece: Piece, known: Sequence[str]) -> Mapping[str, Piece]:
        """Return the entries of a mapping that are known; each other one is a mistake.

        Raises:
            InputError: it is no mapping.
        """
        content = mapping(piece)
        for key, value in content.items():
            if key not in known:
                self.tried(lambda k=key, v=value: mapping(Piece({k: v}, v.where), known), content)  # type: ignore[misc]
        return {key: value for key, value in content.items() if key in known}

    def refuse(self) -> None:
        """Raise the mistake that stands first in the file, if there is any.

        Raises:
            InputError: that one.
        """
        for error in self.in_order():
            raise error

    def in_order(self) -> list[InputError]:
        """Return each mistake once, by file and line."""
        told: dict[tuple[str, str], InputError] = {}
        for error in self.found:
            told.setdefault((error.subject, error.reason), error)
        return sorted(told.values(), key=_place)


def _place(error: InputError) -> tuple[str, int]:
    file, _, line = error.subject.rpartition(":")
    return (file, int(line)) if line.isdecimal() else (error.subject, 0)
