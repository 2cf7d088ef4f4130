"""Verdicts in the order in which they are looked at: what failed first, with its evidence."""

from collections.abc import Sequence
from dataclasses import dataclass

from huiting.core.evidence_words import told
from huiting.core.judgement import Evidence, EvidenceKind, Finding, Judgement, Severity, Verdict
from huiting.core.types import Span

ORDER = (Verdict.FAIL, Verdict.UNCERTAIN, Verdict.PASS, Verdict.NOT_APPLICABLE)
_WEIGHT = {Severity.CRITICAL: 0, Severity.MAJOR: 1, Severity.MINOR: 2}


@dataclass(frozen=True, slots=True)
class Proof:
    """A piece of evidence."""

    number: int
    """Place in the finding's evidence: its clip is asked for by it."""
    kind: EvidenceKind
    says: str
    span: Span | None
    segment: int | None


@dataclass(frozen=True, slots=True)
class Ruled:
    """What a rule says."""

    finding: Finding
    proofs: tuple[Proof, ...]
    """Each once, though several stretches may say the same."""


@dataclass(frozen=True, slots=True)
class Group:
    """Rules with the same verdict."""

    verdict: Verdict
    ruled: Sequence[Ruled]


def groups(judgement: Judgement, language: str) -> list[Group]:
    """Return the verdicts on a call, those of each kind by what they cost; no empty group."""
    found: list[Group] = []
    for verdict in ORDER:
        those = [f for f in judgement.findings if f.verdict is verdict]
        those.sort(key=lambda f: (_WEIGHT[f.severity], f.effect))
        if those:
            found.append(Group(verdict, [ruled(f, language) for f in those]))
    return found


def ruled(finding: Finding, language: str) -> Ruled:
    """Return what a rule says, with its evidence in words."""
    return Ruled(finding, _proofs(finding, language))


def _proofs(finding: Finding, language: str) -> tuple[Proof, ...]:
    found: dict[tuple[EvidenceKind, str], Proof] = {}
    for number, evidence in enumerate(finding.evidence):
        says = told(evidence, language)
        key = (evidence.kind, says)
        if says and key not in found:
            found[key] = _proof(number, evidence, says)
    return tuple(found.values())


def _proof(number: int, evidence: Evidence, says: str) -> Proof:
    return Proof(number, evidence.kind, says, evidence.span, evidence.segment)
