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

Languages are ISO 639 codes. Knows no staff and no queue. A ticket is due where the customer
speaks such a language and is angry, complains, or was served with a fatal fault; it is
translated by whatever `Translator` is given.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from huiting.core.analysis import Analysis
from huiting.core.errors import HuitingError
from huiting.core.judgement import Judgement
from huiting.core.meaning import Meaning, OutcomeKind, Sign
from huiting.core.ports import MeaningStage
from huiting.core.ticket import Because, Ticket, TicketLine
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
MOST_LINES = 6
"""Of a ticket."""
MOST_ANGRY = 2
"""Of them the angriest, whatever else there is."""

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
class Translator:
    """Somebody who translates."""

    name: str
    """What translations are attributed to."""
    translate: Translate
    hide: Callable[[Call, Meaning], Mapping[int, str]] | None
    """Returns what may be shown of each segment, by its place; None for all."""


def ticket_of(
    analysis: Analysis,
    judgement: Judgement | None = None,
    *,
    into: str = HOME[0],
    translator: Translator | None = None,
) -> Ticket | None:
    """Return the ticket of a call that is due one, else None.

    Args:
        analysis: of the call, with its advice.
        judgement: of the call, where it was judged.
        into: language of those who read the ticket.
        translator: None where no server for translations is set.
    """
    call, meaning = analysis.call, analysis.meaning
    routes = [code.removeprefix("route:") for code in meaning.advice if code.startswith("route:")]
    fatal = _fatal(judgement)
    if not ("priority-ticket" in meaning.advice or (routes and fatal)):
        return None
    lines = _lines(call, meaning)
    by, trouble = None, ""
    if translator is not None and lines:
        try:
            lines, by = _translated(lines, call, meaning, into, translator), translator.name
        except HuitingError as error:
            trouble = str(error)
    return Ticket(
        call=call.recording.id,
        name=PurePath(call.recording.path).name,
        language=routes[0] if routes else call.language,
        because=tuple(_because(call, meaning, fatal)),
        advice=tuple(dict.fromkeys((*meaning.advice, "priority-ticket"))),
        lines=lines,
        into=into,
        intent=meaning.intents[0].name if meaning.intents else None,
        fatal=fatal,
        started_at=call.recording.started_at,
        metadata=call.recording.metadata,
        by=by,
        trouble=trouble,
    )


def _fatal(judgement: Judgement | None) -> tuple[str, ...]:
    """Return the names of the fatal items that failed."""
    scores = judgement.scores if judgement is not None else ()
    names = {item.id: item.name for score in scores for item in score.items}
    return tuple(names.get(item) or item for score in scores for item in score.fatal)


def _because(call: Call, meaning: Meaning, fatal: Sequence[str]) -> Iterator[Because]:
    if any(_angry(s) for s in call.segments if s.role is Role.CUSTOMER):
        yield Because.ANGRY
    if _complains(meaning):
        yield Because.COMPLAINT
    if fatal:
        yield Because.FATAL


def _lines(call: Call, meaning: Meaning) -> tuple[TicketLine, ...]:
    """Return the customer's lines that tell most: the angriest, what is wanted, how it stands."""
    own = {i: s for i, s in enumerate(call.segments) if s.role is not Role.AGENT and s.text}
    angry = sorted((i for i in own if _angry(own[i])), key=lambda i: -_score(own[i]))
    quotes = [*meaning.needs, *(meaning.intents[0].quotes if meaning.intents else ())]
    quotes += meaning.outcome.quotes if meaning.outcome is not None else ()
    told = [*angry[:MOST_ANGRY], *(q.segment for q in quotes if q.segment in own), *angry]
    chosen = list(dict.fromkeys(told))[:MOST_LINES] or list(own)[:MOST_LINES]
    return tuple(_line(i, own[i]) for i in sorted(chosen))


def _line(place: int, segment: Segment) -> TicketLine:
    felt = segment.emotion.label if segment.emotion is not None and _angry(segment) else None
    return TicketLine(place, segment.span, segment.text, emotion=felt)


def _score(segment: Segment) -> float:
    return (segment.emotion.score or 0.0) if segment.emotion is not None else 0.0


def _translated(
    lines: Sequence[TicketLine], call: Call, meaning: Meaning, into: str, by: Translator
) -> tuple[TicketLine, ...]:
    """Return the lines with their translations; only what may be shown leaves."""
    shown = by.hide(call, meaning) if by.hide is not None else {}
    return tuple(
        replace(line, translation=by.translate(shown.get(line.segment, line.text), into))
        for line in lines
    )
