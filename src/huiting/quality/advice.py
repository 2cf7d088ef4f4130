"""What should happen next with a call, as codes that a queue or a page can act on.

| code | when |
|---|---|
| `route:<lang>` | the customer speaks a language that the team does not serve itself |
| `also:<lang>` | a good part of what the customer says is in another language than the rest |
| `priority-ticket` | such a language, and the customer is angry |
| `escalate` | left unsolved, and the customer is angry, complains, or may leave |
| `call-back` | something was promised |
| `retain` | the customer may leave |
| `urgent` | urgent, and not solved |

Languages are ISO 639 codes. Knows no staff and no queue. A ticket for an agent who does
not speak the customer's language is translated by whatever `Translate` is given.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from huiting.core.errors import HuitingError
from huiting.core.meaning import Meaning, OutcomeKind, Quote, Sign
from huiting.core.ports import MeaningStage
from huiting.core.types import Call, EmotionLabel, Role, Segment

HOME = ("zh", "yue")
ANGRY = 0.5
"""Score from which an angry segment makes an angry customer."""
LIKELY = 0.5
"""Score from which a customer is taken to be leaving, or complaining."""
URGENT = 0.6
ALSO = 0.2
"""Share of the customer's speech in another language from which it is worth saying..."""
ALSO_SEGMENTS = 2
"""...and in how many segments at least: a single one may be misheard."""
COMPLAINT = "投诉"
MOST_QUOTES = 6

Translate = Callable[[str, str], str]
"""A text and the ISO 639 code of the language it is wanted in; raises `EngineError`."""


def advice_stage(home: Sequence[str] = HOME) -> MeaningStage:
    """Return the stage that fills `Meaning.advice`; after intents, outcome, churn and urgency.

    Args:
        home: languages that the team serves itself.
    """
    own = frozenset(home)

    def tell(call: Call, meaning: Meaning) -> Meaning:
        return replace(meaning, advice=tuple(_advice(call, meaning, own)))

    return tell


def _advice(call: Call, meaning: Meaning, home: frozenset[str]) -> Iterator[str]:
    customer = [s for s in call.segments if s.role is Role.CUSTOMER and s.text.strip()]
    angry = any(_angry(segment) for segment in customer)
    spoken = _languages(customer)
    main, others = (spoken[0] if spoken else call.language), spoken[1:]
    foreign = main is not None and main not in home
    if foreign:
        yield f"route:{main}"
    yield from (f"also:{language}" for language in others)
    if foreign and (angry or _complains(meaning)):
        yield "priority-ticket"
    outcome = meaning.outcome.kind if meaning.outcome is not None else OutcomeKind.UNKNOWN
    leaving = _at_least(meaning.churn, LIKELY)
    if outcome is OutcomeKind.UNSOLVED and (angry or leaving or _complains(meaning)):
        yield "escalate"
    if outcome is OutcomeKind.PROMISED:
        yield "call-back"
    if leaving:
        yield "retain"
    if _at_least(meaning.urgency, URGENT) and outcome is not OutcomeKind.SOLVED:
        yield "urgent"


def _languages(segments: Sequence[Segment]) -> list[str]:
    """Return what the customer speaks, most first; of the further ones those worth saying.

    Cantonese beside Mandarin is no second language here: what tells them apart is thin.
    """
    seconds: dict[str, float] = {}
    count: Counter[str] = Counter()
    for segment in segments:
        if segment.language is not None:
            before = seconds.get(segment.language, 0.0)
            seconds[segment.language] = before + segment.span.duration
            count[segment.language] += 1
    if not seconds:
        return []
    total = sum(seconds.values())
    main, *rest = sorted(seconds, key=lambda language: -seconds[language])
    worth = [
        language
        for language in rest
        if seconds[language] >= ALSO * total
        and count[language] >= ALSO_SEGMENTS
        and {main, language} != {"zh", "yue"}
    ]
    return [main, *worth]


def _angry(segment: Segment) -> bool:
    felt = segment.emotion
    return felt is not None and felt.label is EmotionLabel.ANGRY and (felt.score or 0) >= ANGRY


def _complains(meaning: Meaning) -> bool:
    main = meaning.intents[0] if meaning.intents else None
    return main is not None and main.name.split("/")[0] == COMPLAINT and main.score >= LIKELY


def _at_least(sign: Sign | None, least: float) -> bool:
    return sign is not None and sign.score >= least


@dataclass(frozen=True, slots=True)
class Ticket:
    """What an agent of another language has to know of a call."""

    call: str
    """Id of the recording."""
    language: str | None
    """Of the customer."""
    advice: tuple[str, ...]
    quotes: tuple[Quote, ...]
    """What the customer asks for, then what shows how it stands."""
    translations: tuple[str, ...] | None
    """One a quote; None when there is no translation."""
    note: str = ""
    """Why there is none."""


def ticket_of(
    call: Call, meaning: Meaning, *, into: str = HOME[0], translate: Translate | None = None
) -> Ticket | None:
    """Return the ticket of a call whose advice asks for one, else None.

    Args:
        call: whose customer speaks another language.
        meaning: with its advice.
        into: language of those who read the ticket.
        translate: None where no server for translations is set.
    """
    if "priority-ticket" not in meaning.advice:
        return None
    shown = [*meaning.needs, *(meaning.intents[0].quotes if meaning.intents else ())]
    shown += meaning.outcome.quotes if meaning.outcome is not None else ()
    quotes = tuple(q for q in dict.fromkeys(shown) if q.role is not Role.AGENT)[:MOST_QUOTES]
    routes = (code.removeprefix("route:") for code in meaning.advice if code.startswith("route:"))
    language = next(routes, call.language)
    translations, note = _translated(quotes, into, translate)
    return Ticket(call.recording.id, language, meaning.advice, quotes, translations, note)


def _translated(
    quotes: Sequence[Quote], into: str, translate: Translate | None
) -> tuple[tuple[str, ...] | None, str]:
    if translate is None:
        return None, "no translation: no language model is set"
    try:
        return tuple(translate(quote.text, into) for quote in quotes), ""
    except HuitingError as error:
        return None, f"no translation: {error}"
