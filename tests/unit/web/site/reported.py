"""Calls that reports are about."""

from dataclasses import replace
from datetime import timedelta

from huiting.core.judgement import Finding, Judgement, Score, Severity, Verdict
from huiting.core.meaning import Outcome, OutcomeKind
from huiting.store import Store
from served import NOON, refund


def keep(store: Store, name: str, agent: str, points: float, *, fails: bool, days: int = 0) -> str:
    """Keep a judged call of an agent; return its id."""
    made = refund(name, agent=agent, team="Team A" if agent < "9" else "B")
    recording = replace(made.call.recording, started_at=NOON - timedelta(days=days, hours=1))
    outcome = Outcome(OutcomeKind.UNSOLVED if fails else OutcomeKind.SOLVED, 0.9, ())
    meaning = replace(made.meaning, outcome=outcome)
    made = replace(made, call=replace(made.call, recording=recording), meaning=meaning)
    verdict = Verdict.FAIL if fails else Verdict.PASS
    finding = Finding("greeting", 1, verdict, name="<b>开头语</b>", severity=Severity.MAJOR)
    score = Score("service", 1, points, 100.0, fatal=("greeting",) if fails else ())
    store.save(made, at=NOON)
    judgement = Judgement(recording.id, (finding,), (score,), "rules")
    store.judge([judgement], at=NOON)
    return recording.id
