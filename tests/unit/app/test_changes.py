from collections.abc import Mapping

from huiting.app.changes import Changed, Sample, Tally, Unjudged, now_of
from huiting.core.judgement import Evidence, EvidenceKind, Finding, Judgement, Verdict
from huiting.core.types import Span

PASS, FAIL, LISTEN = Verdict.PASS, Verdict.FAIL, Verdict.UNCERTAIN


def judgement(
    call: str, problems: Mapping[str, str] | None = None, **verdicts: Verdict
) -> Judgement:
    findings = tuple(Finding(rule, 1, verdict) for rule, verdict in verdicts.items())
    return Judgement(call, findings, problems=problems or {})


def count(tally: Tally, before: Mapping[str, Verdict] | None, now: Judgement, name: str) -> None:
    tally.count(before, now_of(now, name))


def test_verdicts_that_change_are_counted_and_shown() -> None:
    tally = Tally(samples=2)
    for n in range(3):
        count(
            tally,
            {"greeting": PASS, "hold": PASS},
            judgement(f"c{n}", greeting=FAIL, hold=PASS),
            f"{n}.wav",
        )
    changes = tally.changes(["greeting", "hold"])

    assert (changes.calls, changes.changed, changes.new) == (3, 3, 0)
    assert changes.verdicts == (
        Changed("greeting", PASS, FAIL, 3, (Sample("c0", "0.wav"), Sample("c1", "1.wav"))),
    )
    assert changes.totals == {"greeting": {FAIL: 3}, "hold": {PASS: 3}}


def test_a_call_that_was_never_judged_is_new_and_does_not_change() -> None:
    tally = Tally(samples=1)
    count(tally, None, judgement("c", greeting=FAIL), "c.wav")
    changes = tally.changes(["greeting"])

    assert (changes.new, changes.changed) == (1, 0)
    assert [(c.before, c.after, c.calls) for c in changes.verdicts] == [(None, FAIL, 1)]


def test_rules_that_came_and_went_change_a_call() -> None:
    tally = Tally(samples=1)
    count(tally, {"old": FAIL}, judgement("c", new=PASS), "c.wav")
    changes = tally.changes(["new"])

    assert changes.changed == 1
    assert [(c.rule, c.before, c.after) for c in changes.verdicts] == [
        ("new", None, PASS), ("old", FAIL, None),
    ]  # fmt: skip


def test_the_same_verdicts_change_nothing() -> None:
    tally = Tally(samples=1)
    count(tally, {"greeting": PASS}, judgement("c", greeting=PASS), "c.wav")

    assert tally.changes(["greeting"]).verdicts == ()
    assert tally.changes(["greeting"]).changed == 0


def test_tallies_add_up_in_order() -> None:
    first, second = Tally(samples=2), Tally(samples=2)
    count(first, {"a": PASS}, judgement("1", {"ask": "no model"}, a=FAIL), "1.wav")
    for n in (2, 3):
        count(second, {"a": PASS}, judgement(str(n), {"ask": "busy"}, a=FAIL), f"{n}.wav")
    count(second, None, judgement("4", a=LISTEN), "4.wav")
    second.saved = 3
    first.add(second)
    changes = first.changes(["a"])

    assert (changes.calls, changes.changed, changes.new, changes.saved) == (4, 3, 1, 3)
    assert [s.call for s in changes.verdicts[0].samples] == ["1", "2"]
    assert changes.verdicts[0].calls == 3
    assert changes.totals == {"a": {FAIL: 3, LISTEN: 1}}
    assert changes.problems == (Unjudged("ask", 3, "no model"),)


def test_a_sample_shows_what_there_is_to_hear() -> None:
    evidence = (
        Evidence(EvidenceKind.SEARCHED, Span(0, 15), note="您好"),
        Evidence(EvidenceKind.NEAREST, Span(2, 3), quote="你好"),
    )
    tally = Tally(samples=3)
    said = Finding("greeting", 1, FAIL, evidence=evidence)
    known = Finding("hours", 1, FAIL, evidence=(Evidence(EvidenceKind.KNOWN, note="wed 23:30"),))
    count(tally, {}, Judgement("c", (said, known)), "c.wav")
    samples = [c.samples for c in tally.changes(["greeting", "hours"]).verdicts]

    assert samples == [
        (Sample("c", "c.wav", 2, "你好"),), (Sample("c", "c.wav", None, "", "wed 23:30"),),
    ]  # fmt: skip


def test_without_samples_changes_are_only_counted() -> None:
    tally = Tally(samples=0)
    count(tally, {"a": PASS}, judgement("c", a=FAIL), "c.wav")

    assert [(c.calls, c.samples) for c in tally.changes([]).verdicts] == [(1, ())]
