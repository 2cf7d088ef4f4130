"""The dashboard as tiles and charts, each leading to the calls behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from huiting.core.types import EmotionLabel
from huiting.service.dashboard import FILTERS, Today
from huiting.web.site.naming import named
from huiting.web.site.words import words

Pairs = Sequence[tuple[str, str]]
_SPANS = (0, 6, 29, 89)
"""Days before today with which the quick choices begin."""
_COLOURS = {
    EmotionLabel.ANGRY: "#d63939",
    EmotionLabel.SAD: "#4263eb",
    EmotionLabel.FEARFUL: "#7048e8",
    EmotionLabel.DISGUSTED: "#a61e4d",
    EmotionLabel.SURPRISED: "#f59f00",
    EmotionLabel.HAPPY: "#2fb344",
    EmotionLabel.NEUTRAL: "#7c8798",
    EmotionLabel.UNKNOWN: "#bfc6d1",
}


@dataclass(frozen=True, slots=True)
class Board:
    """All that the page adds to what was counted."""

    today: Today
    language: str
    chosen: Pairs
    """What the filters say, as the address says it; without the days."""
    root: str
    """Our path of the front page, from outside."""

    @property
    def single(self) -> bool:
        """Whether it is about one day."""
        return self.today.since == self.today.until

    def calls(self, **more: str) -> str:
        """Return the address that lists the calls counted here, or some of them."""
        need = self.today.needs[0]
        base = need.query[: len(need.query) - len(FILTERS[need.need])]
        return f"{self.root}calls?{urlencode([*base, *more.items()])}"

    def waiting(self, number: int) -> str:
        """Return the address that lists the calls of one of `Today.needs`."""
        return f"{self.root}calls?{urlencode(self.today.needs[number].query)}"

    def days(self, since: date, until: date) -> str:
        """Return the address of this page for other days."""
        days = [("since", since.isoformat()), ("until", until.isoformat())]
        return f"{self.root}today?{urlencode([*days, *self.chosen])}"

    @property
    def spans(self) -> list[tuple[int, str, bool]]:
        """Quick choices: how many days, the address, whether it is this one."""
        until = self.today.until
        chosen = (until - self.today.since).days
        return [(n + 1, self.days(until - timedelta(n), until), n == chosen) for n in _SPANS]

    @property
    def change(self) -> float | None:
        """Calls a day against the days before, as a share of those; None where nothing was."""
        before = self.today.before.calls / self.today.days_before
        now = self.today.volume.calls / ((self.today.until - self.today.since).days + 1)
        return None if not before else now / before - 1

    @property
    def series(self) -> dict[str, Any]:
        """The chart of days: calls as bars, the share without a broken rule as a line."""
        say = words(self.language).gettext
        days = self.today.series
        return {
            "aria": {"enabled": True},
            "tooltip": {"trigger": "axis"},
            "legend": {"top": 0, "data": [say("Calls"), say("Without a broken rule, %")]},
            "grid": {"left": 48, "right": 48, "top": 40, "bottom": 32},
            "xAxis": {"type": "category", "data": [f"{day.day:%m-%d}" for day in days]},
            "yAxis": [{"type": "value", "minInterval": 1}, {"type": "value", "min": 0, "max": 100}],
            "series": [
                {
                    "name": say("Calls"), "type": "bar",
                    "data": [
                        {"value": day.calls, "url": self.days(day.day, day.day)} for day in days
                    ],
                },
                {
                    "name": say("Without a broken rule, %"), "type": "line", "yAxisIndex": 1,
                    "connectNulls": False,
                    "data": [_percent(day.clean.share) for day in days],
                },
            ],
        }  # fmt: skip

    @property
    def feelings(self) -> dict[str, Any]:
        """The chart of how customers sounded."""
        data = [
            {
                "name": named(label, self.language), "value": lines,
                "itemStyle": {"color": _COLOURS[label]},
                "url": self.calls(emotion=label.value),
            }
            for label, lines in self.today.emotions
        ]  # fmt: skip
        return {
            "aria": {"enabled": True},
            "tooltip": {"trigger": "item"},
            "legend": {"bottom": 0},
            "series": [
                {
                    "type": "pie", "radius": ["45%", "70%"], "center": ["50%", "44%"],
                    "minShowLabelAngle": 25,
                    "label": {"formatter": "{d}%", "position": "inside", "color": "#fff"}, "data": data,
                }
            ],
        }  # fmt: skip


def _percent(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 1)
