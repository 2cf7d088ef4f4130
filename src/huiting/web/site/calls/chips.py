"""What is looked for, in words: each can be taken away."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from huiting.core import wording
from huiting.core.judgement import Verdict
from huiting.core.meaning import OutcomeKind
from huiting.core.types import EmotionLabel, EventLabel, Role
from huiting.store.features import Measure
from huiting.web.site.calls.asking import SHARES, Asked, Period
from huiting.web.site.formats import number, percent
from huiting.web.site.naming import named
from huiting.web.site.words import words


@dataclass(frozen=True, slots=True)
class Chip:
    """One thing that is looked for."""

    text: str
    without: str
    """The address that asks for all the others."""


def _(text: str) -> str:
    """Mark a sentence as one that is translated where it is shown."""
    return text


MEASURES: Mapping[Measure, str] = {
    Measure.SILENCE: _("Silence, per cent of the call"),
    Measure.LONGEST_SILENCE: _("Longest silence, seconds"),
    Measure.DEAD_AIR: _("Dead air, seconds"),
    Measure.HOLD: _("On hold, seconds"),
    Measure.OVERLAP: _("Talking at once, per cent of speech"),
    Measure.INTERRUPTIONS: _("Interruptions by the agent"),
    Measure.AGENT_SHARE: _("Agent's share of talk, per cent"),
    Measure.AGENT_RATE: _("Agent's rate, per minute"),
    Measure.CUSTOMER_RATE: _("Customer's rate, per minute"),
    Measure.RESPONSE: _("Agent answers after, seconds"),
}
PERIODS: Mapping[Period, str] = {
    Period.TODAY: _("Today"),
    Period.YESTERDAY: _("Yesterday"),
    Period.WEEK: _("Last 7 days"),
    Period.MONTH: _("Last 30 days"),
}
_TITLES: Mapping[str, str] = {
    "agent": _("Agent"),
    "team": _("Team"),
    "rule": _("Rule"),
    "verdict": _("Verdict"),
    "intent": _("Reason"),
    "scorecard": _("Scorecard"),
    "outcome": _("Outcome"),
    "sound": _("Sound"),
    "said_by": _("Said by"),
    "language": _("Language"),
    "batch": _("Batch"),
}
_KINDS = {"verdict": Verdict, "outcome": OutcomeKind, "sound": EventLabel, "said_by": Role}


@dataclass(frozen=True, slots=True)
class Speaker:
    """Says what is looked for, in a reader's language."""

    asked: Asked
    language: str
    zone: tzinfo | None
    rules: Mapping[str, str]
    """What rules are called, by their ids."""

    def chips(self) -> Iterator[Chip]:
        """Yield what is looked for, in the order of the address."""
        done: set[str] = set()
        for name, value in self.asked.given:
            pair = name.removesuffix("_min").removesuffix("_max")
            if name == "role" or (pair != name and pair in done):
                continue
            done.add(pair)
            yield Chip(self._text(name, value), self._without(name, value))

    def _without(self, name: str, value: str) -> str:
        pair = name.removesuffix("_min").removesuffix("_max")
        if pair == name:
            return self.asked.without(name, value)
        return self.asked.other(**{f"{pair}_min": None, f"{pair}_max": None})

    def _text(self, name: str, value: str) -> str:
        say = words(self.language).gettext
        if name in _TITLES:
            return f"{say(_TITLES[name])}: {self._value(name, value)}"
        if name == "q":
            return f"“{value}”"
        if name == "sounds_like":
            return say("also what sounds alike")
        if name == "fatal":
            return say("a fatal item failed")
        if name == "period":
            return say(PERIODS[Period(value)])
        if name in ("since", "until"):
            return self._moment(name)
        if name == "emotion":
            role = self.asked.filter.role
            return f"{named(role, self.language)}: {named(EmotionLabel(value), self.language)}"
        if name.startswith(("score_", "duration_")):
            return self._bounds(name.partition("_")[0])
        if name == "measure":
            return self._measure(value)
        field, _colon, entry = value.partition(":") if name == "metadata" else (name, "", value)
        return f"{field}: {entry}"

    def _value(self, name: str, value: str) -> str:
        if name in _KINDS:
            return named(_KINDS[name](value), self.language)
        if name == "language":
            return wording.language(value, self.language)
        return self.rules.get(value, value) if name == "rule" else value

    def _moment(self, name: str) -> str:
        """Say the first or the last day; with the time of day where a day is not whole."""
        say = words(self.language).gettext
        at: datetime = getattr(self.asked.filter, name)
        at = at if at.tzinfo is None else at.astimezone(self.zone)
        whole = at.time() == at.min.time()
        if name == "until" and whole:
            at -= timedelta(days=1)
        text = at.strftime("%Y-%m-%d" if whole else "%Y-%m-%d %H:%M")
        if name == "since":
            return say("from %(day)s") % {"day": text}
        return (say("to %(day)s") if whole else say("before %(day)s")) % {"day": text}

    def _bounds(self, name: str) -> str:
        say = words(self.language).gettext
        least, most = (self.asked.one(f"{name}_{end}") for end in ("min", "max"))
        title = say("Score") if name == "score" else say("Length, seconds")
        return f"{title}: {_range(least, most)}"

    def _measure(self, value: str) -> str:
        code, least, most = value.split(":")
        measure = Measure(code)
        ends = [self._number(measure, end) for end in (least, most)]
        return f"{words(self.language).gettext(MEASURES[measure])}: {_range(*ends)}"

    def _number(self, measure: Measure, text: str) -> str:
        if not text:
            return ""
        if measure in SHARES:
            return percent(float(text), self.language)
        return number(float(text), self.language, 2)


def _range(least: str, most: str) -> str:
    if least and most:
        return f"{least}–{most}"
    return f"≥ {least}" if least else f"≤ {most}"


def chips(speaker: Speaker) -> Sequence[Chip]:
    """Return what is looked for, in words."""
    return list(speaker.chips())
