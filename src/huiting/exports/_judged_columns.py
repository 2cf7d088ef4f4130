"""Columns of what a team's rules and scorecards say, one for each rule and each scorecard."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from huiting.core.error_words import mandarin
from huiting.core.evidence_words import noted
from huiting.core.judgement import (
    Evidence,
    EvidenceKind,
    Finding,
    Judgement,
    Match,
    Score,
    ScoredItem,
    Severity,
    Verdict,
)
from huiting.core.types import Role
from huiting.exports._cells import Cell
from huiting.exports._columns import Column, Kind, Outcome, called


@dataclass(frozen=True, slots=True)
class Names:
    """What gets a column of its own: metadata fields, rules, scorecards; in order."""

    metadata: tuple[str, ...] = ()
    rules: Mapping[str, str] = field(default_factory=dict)
    """Name by id."""
    scorecards: tuple[str, ...] = ()
    judged: bool = False
    """Some call was judged, even if no rule could say anything."""

    @classmethod
    def of(cls, outcomes: Iterable[Outcome]) -> "Names":
        """Collect them from a batch, reading it once."""
        metadata: dict[str, None] = {}
        rules: dict[str, str] = {}
        scorecards: dict[str, None] = {}
        judged = False
        for outcome in outcomes:
            if outcome.analysis is not None:
                metadata |= dict.fromkeys(outcome.analysis.call.recording.metadata)
            if outcome.judgement is not None:
                judged = True
                rules |= {rule: rule for rule in outcome.judgement.problems if rule not in rules}
                rules |= {f.rule: f.name for f in outcome.judgement.findings}
                scorecards |= dict.fromkeys(s.scorecard for s in outcome.judgement.scores)
        return cls(tuple(metadata), rules, tuple(scorecards), judged)


def judged_columns(names: Names) -> tuple[Column[Outcome], ...]:
    """Return the columns of a batch that was judged; none for one that was not."""
    if not (names.rules or names.judged):
        return ()
    return (
        *_summary(names.rules),
        *(c for scorecard in names.scorecards for c in _score_columns(scorecard)),
        *(_rule_column(rule, name) for rule, name in names.rules.items()),
    )


def _judged(value: Callable[[Judgement], Cell]) -> Callable[[Outcome], Cell]:
    return lambda outcome: None if outcome.judgement is None else value(outcome.judgement)


def _those(judgement: Judgement, verdict: Verdict) -> str | None:
    return ", ".join(f.rule for f in judgement.findings if f.verdict is verdict) or None


def _summary(rules: Mapping[str, str]) -> tuple[Column[Outcome], ...]:
    def by_name(ids: str) -> str:
        return "、".join(rules.get(rule) or rule for rule in ids.split(", "))

    return (
        Column(
            "rules_failed",
            Kind.TEXT,
            "未通过的规则",
            "Rules that were broken",
            _judged(lambda j: _those(j, Verdict.FAIL)),
            say=by_name,
        ),
        Column(
            "rules_uncertain",
            Kind.TEXT,
            "需要人工复听的规则",
            "Rules that somebody should listen for",
            _judged(lambda j: _those(j, Verdict.UNCERTAIN)),
            say=by_name,
        ),
        Column(
            "rules_effect",
            Kind.NUMBER,
            "规则加减分合计",
            "What all rules add to the score",
            _judged(lambda j: sum(f.effect for f in j.findings)),
        ),
        Column(
            "rules_problems",
            Kind.TEXT,
            "未能判定的规则及原因",
            "Rules that could not be judged, and why",
            _judged(lambda j: "; ".join(f"{k}: {v}" for k, v in j.problems.items()) or None),
            say=mandarin,
        ),
    )


def _rule_column(rule: str, name: str) -> Column[Outcome]:
    def verdict(judgement: Judgement) -> Cell:
        return next((f.verdict.value for f in judgement.findings if f.rule == rule), None)

    meanings = "pass 通过、fail 未通过、n/a 不适用、uncertain 需复听"
    return Column(
        f"rule_{rule}",
        Kind.TEXT,
        f"规则“{name}”：{meanings}",
        f"Rule {name!r}: pass, fail, n/a, uncertain",
        _judged(verdict),
        title=name,
        say=called(Verdict),
    )


def _score_columns(scorecard: str) -> tuple[Column[Outcome], ...]:
    def of(value: Callable[[Score], Cell]) -> Callable[[Outcome], Cell]:
        def found(judgement: Judgement) -> Cell:
            return next((value(s) for s in judgement.scores if s.scorecard == scorecard), None)

        return _judged(found)

    return (
        Column(
            f"score_{scorecard}",
            Kind.POINTS,
            f"评分表 {scorecard} 得分",
            f"Points on scorecard {scorecard}",
            of(lambda s: s.points),
        ),
        Column(
            f"grade_{scorecard}",
            Kind.TEXT,
            f"评分表 {scorecard} 等级",
            f"Grade on scorecard {scorecard}",
            of(lambda s: s.grade or None),
        ),
        Column(
            f"fatal_{scorecard}",
            Kind.TEXT,
            f"评分表 {scorecard} 的致命项",
            f"Fatal items of scorecard {scorecard} that failed",
            of(lambda s: ", ".join(s.fatal) or None),
        ),
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """One piece of evidence of one finding; a finding without any is one row, too."""

    file: str
    call: str
    finding: Finding
    evidence: Evidence | None


def shown_in(outcome: Outcome) -> Iterable[Shown]:
    """Yield the findings of a call with their evidence; rules that did not apply are left out."""
    judgement = outcome.judgement
    for finding in judgement.findings if judgement is not None else ():
        if finding.verdict is not Verdict.NOT_APPLICABLE:
            assert judgement is not None
            for evidence in finding.evidence or (None,):
                yield Shown(outcome.file, judgement.call, finding, evidence)


def _of_evidence(value: Callable[[Evidence], Cell]) -> Callable[[Shown], Cell]:
    return lambda row: None if row.evidence is None else value(row.evidence)


FINDING_COLUMNS: tuple[Column[Shown], ...] = (
    Column(
        "call_id",
        Kind.TEXT,
        "录音内容的 SHA-256",
        "SHA-256 of the file",
        lambda r: r.call,
        title="通话编号",
    ),
    Column("file", Kind.TEXT, "录音文件", "Recording", lambda r: r.file),
    Column("rule", Kind.TEXT, "规则编号", "Id of the rule", lambda r: r.finding.rule),
    Column("name", Kind.TEXT, "规则名称", "Its name", lambda r: r.finding.name),
    Column("version", Kind.INTEGER, "规则版本", "Its version", lambda r: r.finding.version),
    Column(
        "severity",
        Kind.TEXT,
        "严重程度",
        "Severity",
        lambda r: r.finding.severity.value,
        say=called(Severity),
    ),
    Column(
        "verdict",
        Kind.TEXT,
        "结论：pass、fail、uncertain（需复听）",
        "Verdict",
        lambda r: r.finding.verdict.value,
        say=called(Verdict),
    ),
    Column("effect", Kind.NUMBER, "加减分", "Added to the score", lambda r: r.finding.effect),
    Column(
        "evidence",
        Kind.TEXT,
        "证据类型",
        "Kind of evidence",
        _of_evidence(lambda e: e.kind.value),
        say=called(EvidenceKind),
    ),
    Column(
        "start_s",
        Kind.SECONDS,
        "开始时间（秒）",
        "Start in seconds",
        _of_evidence(lambda e: None if e.span is None else e.span.start),
    ),
    Column(
        "end_s",
        Kind.SECONDS,
        "结束时间（秒）",
        "End in seconds",
        _of_evidence(lambda e: None if e.span is None else e.span.end),
    ),
    Column("channel", Kind.INTEGER, "声道，从 0 起", "Channel", _of_evidence(lambda e: e.channel)),
    Column(
        "role",
        Kind.TEXT,
        "角色",
        "Role",
        _of_evidence(lambda e: None if e.role is None else e.role.value),
        say=called(Role),
    ),
    Column("quote", Kind.TEXT, "原话", "What was said", _of_evidence(lambda e: e.quote)),
    Column(
        "match",
        Kind.TEXT,
        "匹配方式：exact 完全一致、sounds-like 音近、similar 意近",
        "Exact, sounds-like, or similar in meaning",
        _of_evidence(lambda e: None if e.match is None else e.match.value),
        say=called(Match),
    ),
    Column("match_score", Kind.SHARE, "匹配得分", "Of the match", _of_evidence(lambda e: e.score)),
    Column("value", Kind.NUMBER, "测得的数值", "Measured", _of_evidence(lambda e: e.value)),
    Column("limit", Kind.NUMBER, "比较的界限", "Compared with", _of_evidence(lambda e: e.limit)),
    Column(
        "note",
        Kind.TEXT,
        "说明",
        "What it is",
        _of_evidence(lambda e: e.note),
        say=lambda note: noted(note, "zh"),
    ),
    Column("advice", Kind.TEXT, "改进建议", "Advice", lambda r: r.finding.advice or None),
)


@dataclass(frozen=True, slots=True)
class Scored:
    """One item of a scorecard that was filled in."""

    file: str
    call: str
    score: Score
    item: ScoredItem


def scored_in(outcome: Outcome) -> Iterable[Scored]:
    """Yield the items of all scorecards of a call."""
    judgement = outcome.judgement
    if judgement is not None:
        for score in judgement.scores:
            for item in score.items:
                yield Scored(outcome.file, judgement.call, score, item)


SCORE_COLUMNS: tuple[Column[Scored], ...] = (
    Column(
        "call_id",
        Kind.TEXT,
        "录音内容的 SHA-256",
        "SHA-256 of the file",
        lambda r: r.call,
        title="通话编号",
    ),
    Column("file", Kind.TEXT, "录音文件", "Recording", lambda r: r.file),
    Column("scorecard", Kind.TEXT, "评分表", "Scorecard", lambda r: r.score.scorecard),
    Column("section", Kind.TEXT, "部分", "Section", lambda r: r.item.section),
    Column("item", Kind.TEXT, "评分项编号", "Id of the item", lambda r: r.item.id),
    Column("name", Kind.TEXT, "评分项", "Item", lambda r: r.item.name),
    Column("points", Kind.POINTS, "得分", "Points given", lambda r: r.item.points),
    Column("most", Kind.POINTS, "满分", "Most that can be given", lambda r: r.item.most),
    Column(
        "verdict",
        Kind.TEXT,
        "结论",
        "Verdict",
        lambda r: r.item.verdict.value,
        say=called(Verdict),
    ),
    Column(
        "fatal",
        Kind.TEXT,
        "致命",
        "Fatal",
        lambda r: "fatal" if r.item.fatal else None,
        say=lambda _: "致命",
    ),
    Column("why", Kind.TEXT, "原因", "Why", lambda r: r.item.why or None),
    Column("advice", Kind.TEXT, "改进建议", "Advice", lambda r: r.item.advice or None),
    Column(
        "moment_s",
        Kind.SECONDS,
        "从这里听（秒）",
        "Where to listen",
        lambda r: None if r.item.moment is None else r.item.moment.start,
    ),
)
