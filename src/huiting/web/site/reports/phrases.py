"""What measures, fields and circumstances are called on these pages."""

import re
from collections.abc import Callable, Mapping

from huiting.core import wording
from huiting.core.meaning import OutcomeKind
from huiting.insights.traits import YES, Trait
from huiting.reports.wording import trait as told
from huiting.web.site.reports.asking import below
from huiting.web.site.words import words

Names = Mapping[str, str]
"""Of rules, by id."""
SHARES = ("angry", "sad", "happy", "fatal", "unsolved", "churn", "urgent")
NUMBERS = (
    "score", "duration", "silence-ratio", "longest-silence", "dead-air", "hold", "overlap-ratio",
    "turns", "talk-ratio", "rate", "response", "interruptions",
)  # fmt: skip
BY = ("team", "agent", "site", "topic", "intent", "language", "weekday", "part-of-day")
PER_CENT = frozenset({"silence-ratio", "overlap-ratio", "talk-ratio"})
"""Numbers that are shares of time."""


def measures(language: str) -> dict[str, str]:
    """Return what each measure is called."""
    say = words(language).gettext
    return {
        "score": say("Score"),
        "angry": say("Calls with an angry customer"),
        "sad": say("Calls with a sad customer"),
        "happy": say("Calls with a happy customer"),
        "fatal": say("Calls with a fatal item failed"),
        "unsolved": say("Calls not solved"),
        "churn": say("Customers who may leave"),
        "urgent": say("Urgent calls"),
        "duration": say("Length of the call, seconds"),
        "silence-ratio": say("Share of silence"),
        "longest-silence": say("Longest silence, seconds"),
        "dead-air": say("Dead air, seconds"),
        "hold": say("On hold, seconds"),
        "overlap-ratio": say("Share of talking at once"),
        "turns": say("Turns"),
        "talk-ratio": say("Agent's share of talk"),
        "rate": say("Agent's rate, a minute"),
        "response": say("Agent's answer after, seconds"),
        "interruptions": say("Interruptions by the agent"),
    }


def measure(name: str, rules: Names, language: str) -> str:
    """Return what a measure is called; its code where that says it best."""
    say = words(language).gettext
    kind, _, rest = name.partition(":")
    if kind == "rule":
        return say("Rule failed: %(rule)s") % {"rule": rules.get(rest, rest)}
    limit = below(name)
    if limit is not None:
        return say("Score below %(limit)s") % {"limit": f"{limit:g}"}
    return measures(language).get(name, name)


def fields(language: str) -> dict[str, str]:
    """Return what each field is called that calls can be told apart by."""
    say = words(language).gettext
    return {
        "team": say("Team"),
        "agent": say("Agent"),
        "site": say("Site"),
        "topic": say("Topic"),
        "intent": say("Intent"),
        "language": say("Language"),
        "outcome": say("Outcome"),
        "weekday": say("Day of the week"),
        "part-of-day": say("Part of the day"),
        "product": say("Product"),
        "direction": say("Direction"),
        "hour": say("Hour"),
    }


def value(name: str, code: str, language: str) -> str:
    """Return what a value of a field is called."""
    say = words(language).gettext
    if name == "language":
        return wording.language(code, language)
    if name == "outcome" and code in set(OutcomeKind):
        return wording.named(OutcomeKind(code), language)
    known = {
        "weekday": {
            "Mon": say("Monday"), "Tue": say("Tuesday"), "Wed": say("Wednesday"),
            "Thu": say("Thursday"), "Fri": say("Friday"), "Sat": say("Saturday"),
            "Sun": say("Sunday"),
        },
        "part-of-day": {
            "night": say("night"), "morning": say("morning"), "noon": say("noon"),
            "afternoon": say("afternoon"), "evening": say("evening"),
        },
    }  # fmt: skip
    return known.get(name, {}).get(code, code)


def trait(found: Trait, rules: Names, language: str) -> str:
    """Return a circumstance as people read it."""
    rule = re.fullmatch(r"rule (.*) fails", found.field)
    if rule:
        return measure(f"rule:{rule[1]}", rules, language)
    if found.value == YES:
        return told(found, _pick(language))
    named = fields(language).get(found.field, found.field)
    return f"{named}{': ' if language == 'en' else '：'}{value(found.field, found.value, language)}"


def _pick(language: str) -> Callable[[str, str], str]:
    return lambda english, mandarin: mandarin if language == "zh" else english
