"""Calls as they are counted, without what is private in what they say.

For numbers over many calls: each call is made harmless before it is counted, so whatever a
report quotes of it is harmless too.
"""

from dataclasses import dataclass, field, replace

from huiting.core.dialogue import Dialogue, Line
from huiting.core.judgement import Evidence, Finding, Judgement
from huiting.core.meaning import Meaning, Quote
from huiting.core.ports import MeaningStage
from huiting.core.types import Call, Recording, Segment
from huiting.insights.case import Case
from huiting.service.recent import Recent
from huiting.text.redaction.cover import Covers, covers_of
from huiting.text.redaction.policy import Action, Policy
from huiting.text.redaction.redact import SHOWN, redacted_recording

_VALUES = 50_000
"""Entries of metadata whose harmless form is remembered."""


@dataclass(frozen=True, slots=True)
class Hiding:
    """Makes cases harmless. May be used from several threads."""

    policy: Policy
    find: MeaningStage
    _values: Recent[tuple[str, str], str] = field(
        default_factory=lambda: Recent(_VALUES), init=False, repr=False
    )

    def hidden(self, case: Case) -> Case:
        """Return the call without personal data in its texts, its name and its metadata."""
        dialogue = case.dialogue
        call = _call(dialogue)
        known = dialogue.meaning
        entities = known.entities or self.find(call, known).entities
        covers = covers_of(call, entities, self.policy)
        return Case(
            replace(
                dialogue,
                name=dialogue.call[:SHOWN],
                lines=tuple(_line(line, at, covers) for at, line in enumerate(dialogue.lines)),
                meaning=_meaning(known, covers),
                metadata={n: self._value(n, v, covers) for n, v in dialogue.metadata.items()},
            ),
            None if case.judgement is None else _judgement(case.judgement, covers),
        )

    def _value(self, name: str, value: str, covers: Covers) -> str:
        def make() -> str:
            recording = Recording("", "", 0, 0.0, 0, "", (), metadata={name: value})
            return redacted_recording(recording, self.policy).metadata[name]

        return covers.scrubbed(self._values.get((name, value), make))


def _call(dialogue: Dialogue) -> Call:
    """Return as much of the call as finders read."""
    recording = Recording(
        dialogue.call, "", 0, dialogue.duration, 0, "", (), dialogue.started_at, dialogue.metadata
    )
    return Call(
        recording,
        segments=tuple(
            Segment(
                n.channel, n.speaker, n.role, n.span, n.text, n.text, language=n.language
            )
            for n in dialogue.lines
        ),
    )  # fmt: skip


def _line(line: Line, place: int, covers: Covers) -> Line:
    text = covers.shown(place, line.text)
    if text == line.text and line.spoken == line.text:
        return line
    emotion = line.emotion
    if emotion is not None:
        emotion = replace(emotion, words=tuple(map(covers.unsaid, emotion.words)))
    return replace(line, text=text, spoken=text, sound=(), starts=(), ends=(), emotion=emotion)


def _meaning(meaning: Meaning, covers: Covers) -> Meaning:
    def quote(found: Quote) -> Quote:
        return replace(found, text=covers.unsaid(found.text))

    def quotes(found: tuple[Quote, ...]) -> tuple[Quote, ...]:
        return tuple(map(quote, found))

    kept = tuple(e for e in meaning.entities if covers.policy.action(e.kind) is Action.KEEP)
    outcome = meaning.outcome
    return Meaning(
        entities=kept,
        intents=tuple(replace(i, quotes=quotes(i.quotes)) for i in meaning.intents),
        needs=quotes(meaning.needs),
        outcome=outcome and replace(outcome, quotes=quotes(outcome.quotes)),
        churn=meaning.churn and replace(meaning.churn, quotes=quotes(meaning.churn.quotes)),
        urgency=meaning.urgency and replace(meaning.urgency, quotes=quotes(meaning.urgency.quotes)),
        documents=meaning.documents,
        advice=meaning.advice,
    )


def _judgement(judgement: Judgement, covers: Covers) -> Judgement:
    def proof(evidence: Evidence) -> Evidence:
        quote, note = evidence.quote, evidence.note
        return replace(
            evidence, quote=quote and covers.unsaid(quote), note=note and covers.unsaid(note)
        )

    def finding(found: Finding) -> Finding:
        return replace(found, evidence=tuple(map(proof, found.evidence)))

    return replace(judgement, findings=tuple(map(finding, judgement.findings)))
