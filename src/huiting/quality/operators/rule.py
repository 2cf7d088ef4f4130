"""What an earlier rule says of the same call."""

from collections.abc import Sequence
from dataclasses import dataclass

from huiting.core.dialogue import Dialogue
from huiting.core.errors import InputError
from huiting.core.judgement import EvidenceKind, Finding, Verdict
from huiting.core.types import Span
from huiting.quality.operators._measured import whole
from huiting.quality.operators._options import some_of, text
from huiting.quality.rules.asked import Context, Found, Hit, Scope


def build(id: str, *, verdict: str | Sequence[str] = Verdict.FAIL) -> "Rule":  # noqa: A002  (the key)
    """Ask whether the rule `id` came to one of the verdicts `verdict`.

    Raises:
        ConfigError: there is no such verdict.
    """
    return Rule(text("rule", "id", id), some_of("rule", "verdict", verdict, Verdict))


@dataclass(frozen=True, slots=True)
class Rule:
    """An `Operator`."""

    id: str
    verdicts: frozenset[Verdict]
    hears: bool = False

    def find(self, dialogue: Dialogue, _scope: Scope, context: Context) -> Found:
        """Look up the finding; an uncertain one is a doubt unless that is what is asked.

        Raises:
            InputError: the rule was not judged in this call.
        """
        finding = context.findings.get(self.id)
        if finding is None:
            raise InputError(
                f"rule {self.id}", "not judged in this call", "see why it could not be"
            )
        hit = Hit(
            _moment(finding) or whole(dialogue),
            EvidenceKind.KNOWN,
            note=f"{self.id}: {finding.verdict}",
        )
        if finding.verdict in self.verdicts:
            return Found((hit,))
        doubts = (hit,) if finding.verdict is Verdict.UNCERTAIN else ()
        return Found(nearest=hit, doubts=doubts)

    def phrases(self) -> Sequence[str]:
        """Look for no words."""
        return ()


def _moment(finding: Finding) -> Span | None:
    """Return where its first evidence is, so that anchors may point at it."""
    return next((e.span for e in finding.evidence if e.span is not None), None)
