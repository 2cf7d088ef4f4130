"""Reports: a day as a page or as tables, and answers over many calls."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from huiting.client.shapes.answers import Step, Tables
from huiting.client.wire import Wire


@dataclass(frozen=True, slots=True)
class Stretch:
    """Which calls a report is about."""

    since: date | None = None
    """The first day."""
    until: date | None = None
    """The last day."""
    where: str = "all"
    """Such as `agent=8001|8002 topic=售后`."""


EVERYTHING = Stretch()


@dataclass(frozen=True, slots=True)
class Reports:
    """Reports of the server."""

    wire: Wire
    unredacted: bool = False

    def page(self, which: Stretch = EVERYTHING, title: str = "") -> str:
        """Read a day, or a stretch of days, as a page of HTML that stands alone."""
        asked = self._asked(which, {"format": "html", "title": title})
        return self.wire.content("/reports/day", asked).decode()

    def workbook(self, which: Stretch = EVERYTHING) -> bytes:
        """Read a day, or a stretch of days, as an XLSX file."""
        return self.wire.content("/reports/day", self._asked(which, {"format": "xlsx"}))

    def day(self, which: Stretch = EVERYTHING) -> Tables:
        """Read a day, or a stretch of days, beside the four weeks before."""
        return self._tables("day", which, {})

    def causes(self, target: str = "angry", which: Stretch = EVERYTHING) -> Tables:
        """Read what occurs together with `angry`, `rule:ID`, `score<60` and the like."""
        return self._tables("causes", which, {"target": target})

    def words(self, focus: str = "all", which: Stretch = EVERYTHING) -> Tables:
        """Read which words are frequent, rising and falling."""
        return self._tables("words", which, {"focus": focus})

    def trends(
        self,
        measure: str,
        which: Stretch = EVERYTHING,
        *,
        step: Step = Step.WEEK,
        by: str | None = None,
    ) -> Tables:
        """Read a measure over time, such as `score` or `angry`."""
        return self._tables("trends", which, {"measure": measure, "step": str(step), "by": by})

    def agents(self, which: Stretch = EVERYTHING) -> Tables:
        """Read every agent beside the team."""
        return self._tables("agents", which, {})

    def _tables(self, name: str, which: Stretch, more: dict[str, Any]) -> Tables:
        return self.wire.get(
            Tables, f"/reports/{name}", self._asked(which, {**more, "format": "json"})
        )

    def _asked(self, which: Stretch, more: dict[str, Any]) -> dict[str, Any]:
        found = {"since": which.since, "until": which.until, "where": which.where, **more}
        return found | ({"unredacted": "true"} if self.unredacted else {})
