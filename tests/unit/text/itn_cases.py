"""Reads the tables of spoken and written forms beside it."""

from dataclasses import dataclass
from pathlib import Path

from huiting.core.types import Role, Segment, Span
from huiting.text import itn

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Case:
    kind: str
    spoken: str
    accepted: tuple[str, ...]


def cases(language: str) -> list[Case]:
    lines = (HERE / f"itn_{language}_cases.tsv").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [Case(kind, spoken, tuple(written.split("|"))) for kind, spoken, written in rows]


def says(text: str, language: str | None) -> Segment:
    return Segment(0, None, Role.CUSTOMER, Span(0, 1), text, text, language=language)


def written(text: str, language: str | None = "zh") -> str:
    return itn.build()(says(text, language)).text
