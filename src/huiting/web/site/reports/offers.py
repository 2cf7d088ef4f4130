"""What the forms of reports offer to choose from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from huiting.core.meaning import OutcomeKind
from huiting.insights.trends import Step
from huiting.service.reporting import ANGRY
from huiting.web.site.reports import phrases
from huiting.web.site.reports.asking import BELOW, RECENT, Kind
from huiting.web.site.words import words

Choice = tuple[str, str]
"""What the address says, and what it is called."""


@dataclass(frozen=True, slots=True)
class Offers:
    """Choices, for a reader."""

    topics: Sequence[str]
    kinds: Sequence[tuple[Kind, str]]
    targets: Sequence[Choice]
    focuses: Sequence[Choice]
    measures: Sequence[Choice]
    steps: Sequence[Choice]
    groups: Sequence[Choice]
    beside: Sequence[Choice]


def offers(
    language: str, rules: Mapping[str, str], topics: Sequence[str], fields: Sequence[str]
) -> Offers:
    """Return what can be chosen.

    Args:
        language: of the reader.
        rules: their names, by id.
        topics: what calls are about.
        fields: names of metadata entries that calls have.
    """
    say = words(language).gettext
    known = phrases.measures(language)
    failed = [(f"rule:{rule}", phrases.measure(f"rule:{rule}", rules, language)) for rule in rules]
    low = (BELOW, say("Score below a limit"))
    named = phrases.fields(language)
    own = [name for name in fields if name not in named]
    return Offers(
        topics=topics,
        kinds=[
            ("agents", say("Agents")), ("causes", say("Together")), ("words", say("Words")),
            ("trends", say("Trends")), ("day", say("Days at a glance")),
        ],
        targets=[*((name, known[name]) for name in phrases.SHARES), low, *failed],
        focuses=[
            (ANGRY, known["angry"]),
            (f"outcome={OutcomeKind.UNSOLVED}", known["unsolved"]),
            (RECENT, say("The second half of these days, against the first")),
            *((f'topic="{topic}"', f"{named['topic']}: {topic}") for topic in topics),
            ("all", say("All calls: what is said most")),
        ],
        measures=[
            *((name, known[name]) for name in ("score", *phrases.SHARES)), low,
            *((name, known[name]) for name in phrases.NUMBERS[1:]), *failed,
        ],
        steps=[
            (Step.DAY, say("by day")), (Step.WEEK, say("by week")), (Step.MONTH, say("by month")),
        ],
        groups=[
            ("", say("all together")), *((name, named[name]) for name in phrases.BY),
            *((name, name) for name in own),
        ],
        beside=[(name, known[name]) for name in ("score", "angry", "fatal")],
    )  # fmt: skip
