"""The kinds of documents there are, and what a document of each kind must be."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory

from huiting.core.errors import InputError
from huiting.quality import knowledge
from huiting.quality.intents.sources import read_sources
from huiting.quality.rules.asked import Context
from huiting.quality.rules.read import mistakes_in
from huiting.quality.scorecard import read_scorecard
from huiting.text.entities.list_file import read_entities
from huiting.text.hotwords import parse_hotwords
from huiting.text.pronunciation import sounds_of

LONGEST = 1 << 20
"""Characters of a document."""


class Kind(StrEnum):
    """What a document is."""

    RULES = "rules"
    SCORECARDS = "scorecards"
    HOTWORDS = "hotwords"
    INTENTS = "intents"
    ENTITIES = "entities"
    DOCUMENTS = "documents"
    """Which pages of the team's knowledge go with which condition."""

    @property
    def suffix(self) -> str:
        """Of its files."""
        return ".txt" if self is Kind.HOTWORDS else ".yaml"


ALONE = frozenset({Kind.ENTITIES, Kind.DOCUMENTS})
"""Kinds of which one document is in force at a time."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something that is wrong with a document."""

    line: int | None
    """From 1; None where it concerns the whole."""
    reason: str
    remedy: str


def mistakes(kind: Kind, name: str, body: str) -> list[Mistake]:
    """Return everything that is wrong with a document by itself; none when all is well."""
    if len(body) > LONGEST:
        return [Mistake(None, f"more than {LONGEST} characters", "split it")]
    with TemporaryDirectory(prefix="huiting-") as folder:
        path = Path(folder) / f"{name}{kind.suffix}"
        path.write_text(body, encoding="utf-8", errors="surrogatepass")
        try:
            found = _READ[kind](path)
        except InputError as error:
            found = [error]
    return [_mistake(error) for error in found]


def _mistake(error: InputError) -> Mistake:
    line = error.subject.rpartition(":")[2]
    return Mistake(int(line) if line.isdigit() else None, error.reason, error.remedy)


def _none(read: Callable[[Path], object]) -> Callable[[Path], list[InputError]]:
    def wrong(path: Path) -> list[InputError]:
        read(path)
        return []

    return wrong


def _hotwords(path: Path) -> object:
    return parse_hotwords(path.read_text(encoding="utf-8"), path.name)


def _links(path: Path) -> object:
    return knowledge.read_links(path, knowledge.by_rules(Context(sound=sounds_of)))


_READ: Mapping[Kind, Callable[[Path], list[InputError]]] = {
    Kind.RULES: lambda path: mistakes_in(path, sounds_of),
    Kind.SCORECARDS: _none(read_scorecard),
    Kind.HOTWORDS: _none(_hotwords),
    Kind.INTENTS: _none(lambda path: read_sources([path])),
    Kind.ENTITIES: _none(read_entities),
    Kind.DOCUMENTS: _none(_links),
}
