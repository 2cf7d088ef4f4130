"""What became of the recordings of a batch, one by one and together."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from huiting.core.analysis import Analysis
from huiting.core.errors import HuitingError
from huiting.core.judgement import Judgement, Verdict
from huiting.core.ticket import Ticket
from huiting.core.types import EmotionLabel, Role


class Status(StrEnum):
    """How a recording ended."""

    DONE = "done"
    KEPT = "kept"
    """Done by an earlier run with the same settings."""
    SAME = "same"
    """The bytes of another recording of this batch."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file."""

    name: str
    status: Status
    recording: str | None = None
    """Its id, where the file could be read."""
    duration: float = 0.0
    error: HuitingError | None = None
    brief: "Brief | None" = None
    """Of a call that is done."""
    unjudged: bool = False
    """It lost the verdicts it had: it was told anew, and this run has no rules."""
    troubles: tuple[str, ...] = ()
    """What went wrong and did not stop it, such as a language model that did not answer."""


@dataclass(frozen=True, slots=True)
class Brief:
    """The few figures of a call that a batch shows at its end."""

    language: str | None
    talk: Mapping[Role, float]
    """Share of all talk time, by role."""
    silence: float | None
    """Share of the call."""
    interruptions: int
    mood: EmotionLabel | None = None
    """The customer's gravest; None when nothing stands out."""
    intent: str | None = None
    failed: int | None = None
    """Rules broken; None when the call was not judged."""
    uncertain: int = 0
    """Rules that somebody should listen for."""
    passed: int = 0
    unanswered: int = 0
    """Rules that could not be judged."""
    score: float | None = None
    """On the first scorecard."""
    mute: bool = False
    """Nobody is heard to speak."""
    ticket: bool = False
    """It has a priority ticket."""

    @classmethod
    def of(
        cls, analysis: Analysis, judgement: Judgement | None = None, ticket: Ticket | None = None
    ) -> "Brief":
        """Take them from an analysis."""
        metrics = analysis.metrics
        talk: dict[Role, float] = {}
        for party in metrics.parties:
            talk[party.role] = talk.get(party.role, 0.0) + (party.talk_ratio or 0.0)
        intents = analysis.meaning.intents
        verdicts = [finding.verdict for finding in judgement.findings] if judgement else []
        return cls(
            language=analysis.call.language,
            talk=talk,
            silence=metrics.silence_ratio,
            interruptions=sum(party.interruptions for party in metrics.parties),
            mood=_mood(analysis),
            intent=intents[0].name if intents else None,
            failed=verdicts.count(Verdict.FAIL) if judgement else None,
            uncertain=verdicts.count(Verdict.UNCERTAIN),
            passed=verdicts.count(Verdict.PASS),
            unanswered=len(judgement.problems) if judgement else 0,
            score=judgement.scores[0].points if judgement and judgement.scores else None,
            mute=not any(segment.text.strip() for segment in analysis.call.segments),
            ticket=ticket is not None,
        )


_GRAVEST = (
    EmotionLabel.ANGRY,
    EmotionLabel.DISGUSTED,
    EmotionLabel.FEARFUL,
    EmotionLabel.SAD,
    EmotionLabel.HAPPY,
)


def _mood(analysis: Analysis) -> EmotionLabel | None:
    said = (s for s in analysis.call.segments if s.role is Role.CUSTOMER)
    felt = {segment.emotion.label for segment in said if segment.emotion is not None}
    return next((label for label in _GRAVEST if label in felt), None)


@dataclass(frozen=True, slots=True)
class Summary:
    """What became of a batch."""

    outcomes: tuple[Outcome, ...]
    """In the order of the files; those not begun when it was interrupted are left out."""
    seconds: float
    interrupted: bool

    def count(self, status: Status) -> int:
        """Return how many files ended so."""
        return sum(o.status is status for o in self.outcomes)

    @property
    def troubles(self) -> Mapping[str, int]:
        """What went wrong and stopped no call: calls by message, the most frequent first."""
        return dict(Counter(t for o in self.outcomes for t in o.troubles).most_common())

    @property
    def audio(self) -> float:
        """Seconds of audio analyzed in this run."""
        return sum(o.duration for o in self.outcomes if o.status is Status.DONE)
