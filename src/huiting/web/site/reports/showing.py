"""What a report shows, and what it is told with."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from huiting.web.site.reports.asking import Asked
from huiting.web.site.reports.leading import Leads
from huiting.web.site.reports.tables import Cells, Table
from huiting.web.site.words import Words, words


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture of a table."""

    title: str
    label: str
    """What it shows, for who does not see it."""
    option: Mapping[str, Any]
    """Of ECharts."""
    rows: int = 0
    """Bars one under the other; 0 where its height does not hang on them."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A report."""

    tables: Sequence[Table]
    calls: int
    """That it rests on."""
    charts: Sequence[Chart] = ()
    notes: Sequence[str] = ()
    """What a reader has to know."""


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells a reader of what was asked."""

    question: Asked
    leads: Leads
    language: str
    rules: Mapping[str, str]
    """Names of rules, by id."""
    midnight: Callable[[date], datetime]
    """Returns when a day begins."""
    cells: Cells = field(init=False)

    def __post_init__(self) -> None:
        """Make what makes cells."""
        object.__setattr__(self, "cells", Cells(self.language))

    @property
    def words(self) -> Words:
        """Sentences in the reader's language."""
        return words(self.language)

    def sorted(self, table: Table) -> Table:
        """Return a table as the address asks for it."""
        return table.sorted(self.question.wanted.sort, self.question.wanted.order)
