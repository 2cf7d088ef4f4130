"""Pages of reviewing: the queue, plans, appeals, how rules do, and an agent's own results."""


import pytest

from huiting.access.permissions import UserRole
from huiting.core.judgement import (
    Evidence,
    EvidenceKind,
    Finding,
    Judgement,
    Score,
    ScoredItem,
    Severity,
    Verdict,
)
from huiting.core.types import Span
from served import NOON, refund
from unit.web.site.conftest import HTML, Site

HOSTILE = "<script>alert(1)</script>"


def judged(
    site: Site, name: str = "a", *, agent: str = "8001", verdict: Verdict = Verdict.FAIL
) -> str:
    """Keep a call that two rules have judged."""
    made = refund(name, agent=agent)
    call = made.call.recording.id
    site.parts.store.save(made, at=NOON)
    proof = Evidence(EvidenceKind.SAID, Span(2.5, 5.0), 1, segment=1, quote="我要退货")
    findings = (
        Finding("greeting", 3, verdict, -5.0, (proof,), f"问候{HOSTILE}", Severity.MAJOR, HOSTILE),
        Finding("promise", 1, Verdict.PASS, 0.0, (proof,), "承诺"),
    )
    item = ScoredItem("i", "红线", "s", 0, 5, verdict, fatal=True, rules=("greeting",))
    score = Score("card", 1, 60.0, 100.0, (item,), ("i",), grade="D")
    site.parts.store.judge([Judgement(call, findings, (score,), rules="r1")], at=NOON)
    return call


def picked(site: Site, *names: str) -> list[str]:
    """Have calls looked at by whoever comes, chosen in the table of calls."""
    calls = [judged(site, name) for name in names]
    site.web.post("/review/assign", data={"call": calls}, headers={"HX-Request": "true"})
    return calls


@pytest.mark.parametrize(("language", "word"), [("zh", "没有待复核"), ("en", "Nothing is left")])
def test_an_empty_queue_says_so(site: Site, language: str, word: str) -> None:
    site.enter(UserRole.REVIEWER, language)

    assert word in site.read("/review")


def test_an_item_is_shown_with_its_evidence_and_hostile_text_is_text(site: Site) -> None:
    site.enter(UserRole.REVIEWER)
    picked(site, "a")

    page = site.read("/review")

    assert HOSTILE not in page
    assert "我要退货" in page
    assert 'data-decide="wrong"' in page
    assert "Missed here" in page
    assert "13800138000" not in page


def test_a_decision_is_kept_and_the_next_item_is_another(site: Site) -> None:
    site.enter(UserRole.REVIEWER)
    picked(site, "a", "b")
    first = site.read("/review")
    key = first.split('data-item="')[1].split('"')[0]

    ahead = site.read(f"/review/next?without={key}")
    state = site.send(
        f"/review/items/{key}/decide", mark="wrong greeting", comment="没有", seconds="3.5"
    )

    assert f'data-item="{key}"' not in ahead
    assert "3.5" in state
    [review] = site.parts.reviewing.reviews.page()
    assert (review.rule, review.comment, review.decision.value) == ("greeting", "没有", "wrong")
    assert f'data-item="{key}"' in site.send("/review/undo")
    assert site.parts.reviewing.reviews.page() == []
    assert "review-state" in site.read("/review/state")


def test_what_is_missing_is_told_as_a_notice(site: Site) -> None:
    site.enter(UserRole.REVIEWER, "zh")
    picked(site, "a")
    key = site.read("/review").split('data-item="')[1].split('"')[0]

    undecided = site.send(f"/review/items/{key}/decide", 422)
    odd = site.send(f"/review/items/{key}/decide", 422, mark="what is this")

    assert 'role="alert"' in undecided
    assert "尚未下结论" in undecided
    assert 'role="alert"' in odd


def test_an_item_is_put_behind_the_others(site: Site) -> None:
    site.enter(UserRole.REVIEWER)
    picked(site, "a", "b")
    key = site.read("/review").split('data-item="')[1].split('"')[0]

    site.send(f"/review/items/{key}/skip")

    assert f'data-item="{key}"' not in site.read("/review")


def test_calls_are_assigned_from_the_table_of_calls(site: Site) -> None:
    site.enter(UserRole.SUPERVISOR)
    calls = [judged(site, name) for name in "ab"]

    assert "/review/assign" in site.read("/calls")
    told = site.web.post(
        "/review/assign", data={"call": calls}, headers={"HX-Request": "true"}
    ).text
    again = site.send("/review/assign", call=calls[0])

    assert "2 calls are in the queue" in told
    assert "1 was there before" in again


@pytest.mark.parametrize("path", ["/review", "/review/next", "/review/state"])
@pytest.mark.parametrize("role", [UserRole.AGENT, UserRole.VIEWER])
def test_who_may_not_review_is_told_so(site: Site, path: str, role: UserRole) -> None:
    site.enter(role)

    assert site.web.get(path, headers=HTML).status_code == 403
