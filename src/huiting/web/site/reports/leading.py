"""Where the calls behind a number are listed, as far as lists of calls can say it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from huiting.insights.fields import Filter
from huiting.insights.traits import YES, Trait
from huiting.service.days import Days
from huiting.service.listing import asked, when, whole
from huiting.web.site.reports.asking import Asked

Said = Mapping[str, str]
"""Parameters of `GET /calls`."""
_MEASURES: Mapping[str, Said] = {
    "angry": {"emotion": "ANGRY"},
    "sad": {"emotion": "SAD"},
    "happy": {"emotion": "HAPPY"},
    "fatal": {"fatal": "true"},
    "unsolved": {"outcome": "unsolved"},
}
_PATTERNS = (
    (re.compile(r"rule (.*) fails"), "rule", {"verdict": "fail"}),
    (re.compile(r"agent says “(.*)”"), "q", {"said_by": "agent"}),
    (re.compile(r"customer says “(.*)”"), "q", {"said_by": "customer"}),
)


@dataclass(frozen=True, slots=True)
class Leads:
    """Makes addresses of lists of calls."""

    base: tuple[tuple[str, str], ...]
    whole: bool
    """Whether `base` says all by which calls were filtered; else nothing leads anywhere."""
    root: str

    def calls(self, *more: Said | None) -> str | None:
        """Return the address of calls of which all of this holds; None where none says it."""
        if not self.whole or any(said is None for said in more):
            return None
        said: dict[str, str] = {}
        entries: list[tuple[str, str]] = []
        for part in filter(None, more):
            for name, value in part.items():
                if name == "metadata":
                    entries.append((name, value))
                elif said.setdefault(name, value) != value:
                    return None
        kept = [pair for pair in self.base if pair[0] not in said]
        return f"{self.root}calls?{urlencode([*kept, *said.items(), *entries])}"

    def call(self, call: str, at: float | None = None) -> str:
        """Return the address of a call, or of a second of it."""
        place = "" if at is None else f"?t={max(0.0, at):.1f}"
        return f"{self.root}calls/{call}{place}"


def leads(question: Asked, days: Days) -> Leads:
    """Return what leads to the calls of a report."""
    ends = (days.midnight(question.since), days.midnight(question.until + timedelta(1)))
    only = question.wanted.only()
    return Leads((*when(ends), *asked(only)), whole(only), question.root)


def by_measure(name: str) -> Said | None:
    """Return how calls are listed of which a share holds; None where nothing says it."""
    kind, _, rest = name.partition(":")
    match kind:
        case "rule":
            return {"rule": rest, "verdict": "fail"}
        case "intent":
            return {"intent": rest}
        case "said":
            return {"q": f'"{rest}"'}
        case _:
            return _MEASURES.get(name)


def by_field(name: str, value: str) -> Said | None:
    """Return how calls with a value of a field are listed; None where nothing says it."""
    wanted = Filter({name: (value,)})
    said = dict(asked(wanted))
    return said or None


def by_trait(trait: Trait) -> Said | None:
    """Return how calls with a circumstance are listed; None where nothing says it."""
    if trait.value != YES:
        return by_field(trait.field, trait.value)
    for pattern, name, more in _PATTERNS:
        found = pattern.fullmatch(trait.field)
        if found:
            return {name: found[1], **more}
    return None
