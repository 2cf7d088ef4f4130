"""The sentences by which a scored item explains itself, in Chinese or English."""

from collections.abc import Sequence

from huiting.core.evidence_words import told
from huiting.core.judgement import Evidence, EvidenceKind, Finding, Verdict
from huiting.core.types import Span
from huiting.quality._scorecard_types import Absent, Item, Open

_VERDICTS = {
    Verdict.PASS: ("passed", "通过"),
    Verdict.FAIL: ("failed", "未通过"),
    Verdict.NOT_APPLICABLE: ("not applicable", "不适用"),
    Verdict.UNCERTAIN: ("uncertain, please listen", "待听录音确认"),
}
_DROPPED = {
    Absent.DROP: ("its points go to the other items", "分值由其他项分担"),
    Absent.FULL: ("full points", "按满分计"),
    Absent.ZERO: ("no points", "按零分计"),
}
_HELD = {
    Open.HOLD: ("not counted until somebody listened", "确认前不计分"),
    Open.PASS: ("counted as passed until then", "确认前按通过计"),
    Open.FAIL: ("counted as failed until then", "确认前按未通过计"),
}
_LISTEN = {
    Verdict.PASS: (EvidenceKind.SAID, EvidenceKind.SOUND, EvidenceKind.MEASURED),
    Verdict.FAIL: (
        EvidenceKind.SAID,
        EvidenceKind.SOUND,
        EvidenceKind.MEASURED,
        EvidenceKind.ANSWERED,
        EvidenceKind.NEAREST,
        EvidenceKind.SEARCHED,
    ),
    Verdict.UNCERTAIN: (EvidenceKind.UNCLEAR, EvidenceKind.NEAREST, EvidenceKind.SAID),
}
_SHOWN = 3
"""Rules told in one item; the rest is counted."""


def moment(findings: Sequence[Finding], verdict: Verdict) -> Span | None:
    """Return where to listen: the first piece of evidence of the kind that tells most."""
    pieces = [e for f in findings if f.verdict is verdict for e in f.evidence if e.span]
    for kind in _LISTEN.get(verdict, ()):
        for piece in pieces:
            if piece.kind is kind:
                return piece.span
    return next((piece.span for piece in pieces), None)


def advice(item: Item, findings: Sequence[Finding], verdict: Verdict) -> str:
    """Return what to do better; empty unless the item failed."""
    if verdict is not Verdict.FAIL:
        return ""
    said = [f.advice for f in findings if f.verdict is Verdict.FAIL and f.advice]
    return item.advice or " ".join(dict.fromkeys(said))


def why(
    item: Item,
    found: Sequence[tuple[str, Finding | None]],
    verdict: Verdict,
    held: Open,
    tongue: str,
) -> str:
    """Return how the verdict of an item came about.

    Args:
        item: of the scorecard.
        found: its rules, each with its finding.
        verdict: of the item.
        held: what the card does with an uncertain one.
        tongue: `zh` or `en`.
    """
    mandarin = int(tongue == "zh")  # the place in a pair of texts
    telling = [pair for pair in found if _tells(pair[1], verdict)]
    said = [_rule(rule, finding, mandarin) for rule, finding in telling[:_SHOWN]]
    if len(telling) > _SHOWN:
        more = len(telling) - _SHOWN
        said.append(f"另有{more}条" if mandarin else f"and {more} more")
    if verdict is Verdict.NOT_APPLICABLE:
        said = [_VERDICTS[verdict][mandarin], _DROPPED[item.absent][mandarin]]
    elif verdict is Verdict.UNCERTAIN:
        said.append(_HELD[held][mandarin])
    reason = ("；" if mandarin else "; ").join(said)
    if item.why and verdict is Verdict.FAIL:
        reason += f"。{item.why}" if mandarin else f". {item.why}"
    return reason


def _tells(finding: Finding | None, verdict: Verdict) -> bool:
    """Tell whether a finding is among those the item's verdict rests on."""
    return (finding.verdict if finding else Verdict.UNCERTAIN) is verdict


def _rule(rule: str, finding: Finding | None, mandarin: int) -> str:
    if finding is None:
        return f"{rule}：未能判定" if mandarin else f"{rule}: not judged"
    proof = _proof(finding.evidence, mandarin)
    colon, opening, closing = ("：", "（", "）") if mandarin else (": ", " (", ")")
    tail = f"{opening}{proof}{closing}" if proof else ""
    return f"{finding.name or rule}{colon}{_VERDICTS[finding.verdict][mandarin]}{tail}"


def _proof(evidence: Sequence[Evidence], mandarin: int) -> str:
    """Return the first piece of evidence in words; an absence by what came closest to it."""
    tongue = "zh" if mandarin else "en"
    telling = [e for e in evidence if e.quote or e.value is not None or e.span]
    if not telling:
        return ""
    if telling[0].kind is not EvidenceKind.SEARCHED:
        return told(telling[0], tongue)
    near = next((e for e in telling if e.kind is EvidenceKind.NEAREST), None)
    if near is not None:
        return told(near, tongue)
    bare = telling[0]  # without its note: the rule's name says what
    absent = Evidence(bare.kind, bare.span, role=bare.role)
    beside = next((e for e in telling if e.quote), None)  # what made it necessary
    pieces = [absent, *([beside] if beside else [])]
    return ("，" if mandarin else ", ").join(told(piece, tongue) for piece in pieces)
