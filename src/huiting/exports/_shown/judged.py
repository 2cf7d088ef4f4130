"""Verdicts and scores as Markdown: what was broken with its proof, what to listen to, points."""

from collections.abc import Iterator, Mapping, Sequence

from huiting.core.error_words import mandarin
from huiting.core.evidence_words import told
from huiting.core.judgement import (
    Evidence,
    EvidenceKind,
    Finding,
    Judgement,
    Score,
    ScoredItem,
    Verdict,
)
from huiting.core.types import clock
from huiting.core.wording import named, pick, points
from huiting.exports._shown.marks import escaped, table

SHOWN = 3
"""Pieces of evidence of a finding."""


def findings(judgement: Judgement, tongue: str) -> Iterator[list[str]]:
    """Yield blocks of lines: broken rules, open ones, kept ones, those not judged."""
    failed = _those(judgement, Verdict.FAIL)
    if failed:
        yield [pick(("**Broken:**", "**未通过：**"), tongue)]
        yield [_finding(finding, tongue) for finding in failed]
    unsure = _those(judgement, Verdict.UNCERTAIN)
    if unsure:
        yield [pick(("**Uncertain, please listen:**", "**需复听：**"), tongue)]
        yield [_finding(finding, tongue) for finding in unsure]
    passed = _those(judgement, Verdict.PASS)
    if passed:
        names = pick((", ", "、"), tongue).join(escaped(f.name or f.rule) for f in passed)
        yield [
            pick(
                (f"**Kept ({len(passed)}):** {names}", f"**通过（{len(passed)}）：**{names}"),
                tongue,
            )
        ]
    if judgement.problems:
        yield [pick(("**Could not be judged:**", "**未能判定：**"), tongue)]
        yield [_problem(rule, why, tongue) for rule, why in judgement.problems.items()]
    if not judgement.problems and not (failed or unsure or passed):
        yield [pick(("No rule applies to this call.", "没有适用于本通话的规则。"), tongue)]


def _those(judgement: Judgement, verdict: Verdict) -> list[Finding]:
    found = [f for f in judgement.findings if f.verdict is verdict]
    return sorted(found, key=lambda f: f.effect)


def _finding(finding: Finding, tongue: str) -> str:
    marks = [named(finding.severity, tongue)]
    if finding.effect:
        effect = f"{finding.effect:+.1f}".removesuffix(".0")
        marks.append(pick((f"{effect} points", f"{effect} 分"), tongue))
    proof = pick(("; ", "；"), tongue).join(map(escaped, _proof(finding, tongue)))
    name = escaped(finding.name or finding.rule)
    if tongue == "zh":
        advice = f"。建议：{escaped(finding.advice)}" if finding.advice else ""
        return f"- **{name}**（{'，'.join(marks)}）{'：' if proof else ''}{proof}{advice}"
    advice = f". Advice: {escaped(finding.advice)}" if finding.advice else ""
    return f"- **{name}** ({', '.join(marks)}){': ' if proof else ''}{proof}{advice}"


def _proof(finding: Finding, tongue: str) -> Sequence[str]:
    """Return the evidence that tells most, in words; of an absence one stretch is enough."""
    shown: list[Evidence] = []
    for evidence in finding.evidence:
        searched = evidence.kind is EvidenceKind.SEARCHED
        if not (searched and any(e.kind is EvidenceKind.SEARCHED for e in shown)):
            shown.append(evidence)
    told_once = dict.fromkeys(told(evidence, tongue) for evidence in shown)
    return [words for words in told_once if words][:SHOWN]


def _problem(rule: str, why: str, tongue: str) -> str:
    return f"- {escaped(rule)}: {escaped(mandarin(why) if tongue == 'zh' else why)}"


def scores(judgement: Judgement, tongue: str) -> Iterator[list[str]]:
    """Yield for each scorecard its sum, and its items one by one."""
    for score in judgement.scores:
        yield [_sum(score, tongue)]
        if score.points is not None:
            yield from _items(score, tongue)


def _sum(score: Score, tongue: str) -> str:
    name = escaped(score.scorecard)
    if score.points is None:
        return pick((f"**{name}**: no item applies.", f"**{name}**：没有适用的评分项。"), tongue)
    total = f"**{points(score.points)} / {points(score.most)}**"
    more = [escaped(score.grade)] if score.grade else []
    if score.fatal:
        names = {item.id: item.name for item in score.items}
        lost = pick((", ", "、"), tongue).join(escaped(names.get(f, f)) for f in score.fatal)
        more.append(pick((f"fatal: {lost}", f"致命项：{lost}"), tongue))
    if score.uncertain:
        reach = ""
        if score.low is not None and score.high is not None:
            reach = f" {points(score.low)}–{points(score.high)}"
        more.append(pick((f"still open{reach}", f"待复听确认{reach}"), tongue))
    comma, colon = pick((", ", "，"), tongue), pick((": ", "："), tongue)
    return f"**{name}**{colon}" + comma.join([total, *more])


def _items(score: Score, tongue: str) -> Iterator[list[str]]:
    counted = [item for item in score.items if item.verdict is not Verdict.NOT_APPLICABLE]
    heads = (
        ("Section", "部分"), ("Item", "评分项"), ("Points", "得分"), ("Verdict", "结论"),
        ("Why", "原因"), ("Advice", "建议"), ("Listen", "从这里听"),
    )  # fmt: skip
    fatal = pick(("fatal", "致命"), tongue)
    yield table(
        [pick(head, tongue) for head in heads],
        [
            [
                item.section,
                item.name,
                f"{points(item.points)} / {points(item.most)}"
                if item.most
                else points(item.points),
                f"{named(item.verdict, tongue)}{f' ({fatal})' if item.fatal else ''}",
                item.why,
                item.advice,
                _moment(item),
            ]
            for item in counted
        ],
    )
    absent = [item.name for item in score.items if item.verdict is Verdict.NOT_APPLICABLE]
    if absent:
        names = pick((", ", "、"), tongue).join(map(escaped, absent))
        yield [pick((f"Not applicable: {names}", f"不适用：{names}"), tongue)]


def _moment(item: ScoredItem) -> str:
    """Return where to listen; nothing where all is well."""
    if item.moment is None or item.verdict is Verdict.PASS:
        return ""
    return clock(item.moment.start)


def broken_at(judgement: Judgement | None) -> Mapping[int, str]:
    """Return the names of the rules that were broken by what is said, by segment."""
    found: dict[int, dict[str, None]] = {}
    for finding in judgement.findings if judgement is not None else ():
        absent = finding.evidence and finding.evidence[0].kind is EvidenceKind.SEARCHED
        if finding.verdict is not Verdict.FAIL or absent:  # what is missing stands on no line
            continue
        for evidence in finding.evidence:
            if evidence.segment is not None and evidence.kind is EvidenceKind.SAID:
                found.setdefault(evidence.segment, {})[finding.name or finding.rule] = None
    return {place: ", ".join(names) for place, names in found.items()}
