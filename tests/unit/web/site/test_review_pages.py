"""Pages of reviewing: the queue, plans, appeals, how rules do, and an agent's own results."""

from datetime import timedelta

import pytest

from huiting.access.permissions import UserRole
from huiting.access.secret import proof
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
from huiting.web.doors import COOKIE, PROOF
from served import NOON, Clock, refund
from unit.service.people.house import GOOD
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
    noted = [one.entry for one in site.house.audit.entries()]
    assert ("saw", "review:undo") in [(str(one.action), one.subject) for one in noted]
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


def own_agent(site: Site, language: str = "en") -> None:
    """Sign in as the agent of the calls."""
    name = f"agent.{language}"
    site.house.add(name, UserRole.AGENT, language=language, agent="8001")
    signed = site.house.sign_in(name, GOOD)
    site.web.cookies.set(COOKIE, signed.secret)
    site.web.headers[PROOF] = proof(signed.secret)


def back(site: Site, name: str) -> None:
    """Sign in again as somebody who is there."""
    signed = site.house.sign_in(name, GOOD)
    site.web.cookies.set(COOKIE, signed.secret)
    site.web.headers[PROOF] = proof(signed.secret)


def test_an_agent_sees_own_results_and_nobody_elses(site: Site) -> None:
    mine, other = judged(site), judged(site, "b", agent="8002")
    own_agent(site)

    page = site.read("/results")

    assert mine in page
    assert other not in page
    assert "fatal item" in page
    assert "/results" in site.read("/me")  # in the menu
    assert "Appeal" in site.read(f"/results/{mine}")
    assert site.web.get(f"/results/{other}", headers=HTML).status_code == 404


def test_others_choose_an_agent(site: Site) -> None:
    call = judged(site)
    site.enter(UserRole.SUPERVISOR)

    assert call not in site.read("/results")
    assert call in site.read("/results?agent=8001")
    assert "No calls yet" in site.read("/results?agent=9")
    assert 'href="/results"' not in site.read("/calls")
    assert "Send the appeal" not in site.read(f"/results/{call}")


def test_results_have_pages(site: Site) -> None:
    for n in range(21):
        judged(site, f"call {n}")
    own_agent(site)

    first = site.read("/results")
    following = first.split("/results?after=")[1].split('"')[0]

    assert "First page" in site.read(f"/results?after={following}")


def test_an_appeal_is_made_and_a_second_person_decides_it(site: Site) -> None:
    site.enter(UserRole.REVIEWER)
    [call] = picked(site, "a")
    key = site.read("/review").split('data-item="')[1].split('"')[0]
    site.send(f"/review/items/{key}/decide", mark="confirmed greeting")
    own_agent(site)
    made = site.web.post(
        f"/results/{call}/appeal",
        data={"rule": "greeting", "reason": f"我说了您好 13800138000 {HOSTILE}"},
        headers={"HX-Request": "true"},
    )
    assert made.headers["hx-redirect"] == f"/results/{call}"
    site.send(f"/results/{call}/appeal", 409, rule="greeting", reason="again")
    site.send(f"/results/{call}/appeal", 422, rule="promise", reason="")
    shown = site.read(f"/results/{call}")
    assert "reviewed:" in shown
    assert "open" in shown

    back(site, "reviewer.en")
    assert "somebody else must decide" in site.read("/review/appeals/1")
    site.send("/review/appeals/1/decide", 403, outcome="upheld", answer="yes")
    site.enter(UserRole.SUPERVISOR)
    listed = site.read("/review/appeals")
    assert "13800138000" not in listed
    assert HOSTILE not in listed
    assert "The verdict stands" in site.read("/review/appeals/1")
    site.send("/review/appeals/1/decide", outcome="upheld", answer="听到了")
    assert "Decided by" in site.read("/review/appeals/1")
    assert "No appeals here" in site.read("/review/appeals")
    assert "upheld" in site.read("/review/appeals?state=all")
    rules = site.read("/review/rules")
    assert "0%" in rules
    assert call in site.read("/review/rules/greeting")

    back(site, "agent.en")
    told = site.read(f"/results/{call}")
    assert "听到了" in told
    assert "upheld" in site.read("/results")


def test_an_appeal_that_is_too_late_is_refused_clearly(site: Site) -> None:
    call = judged(site)
    own_agent(site, "zh")
    clock = site.parts.now
    assert isinstance(clock, Clock)
    clock.at = NOON + timedelta(days=8)

    assert "申诉已于" in site.read(f"/results/{call}")
    part = site.send(f"/results/{call}/appeal", 403, rule="greeting", reason="晚了")
    assert "7 天内" in part


def test_a_plan_is_made_drawn_paused_and_released(site: Site) -> None:
    judged(site)
    number = site.enter(UserRole.SUPERVISOR)

    page = site.read("/review/plans")
    made = site.send(
        "/review/plans", name=f"周检{HOSTILE}", fatal="true", each="2", reviewer=f"user:{number}"
    )
    paused = site.send("/review/plans/1/pause")
    resumed = site.send("/review/plans/1/resume")
    again = site.send("/review/plans/1/draw")
    released = site.send("/review/plans/1/release")

    assert "Make a plan" in page
    assert "1 item was added" in made
    assert HOSTILE not in made
    assert "paused" in paused
    assert "paused" not in resumed
    assert "0 items were added" in again
    assert "0 of 1 done" in released


def test_how_rules_do_is_told_with_what_it_rests_on(site: Site) -> None:
    site.enter(UserRole.REVIEWER)
    assert "Nothing is measured yet" in site.read("/review/rules")
    assert "Nothing is measured yet" in site.read("/review/rules/greeting")
    names = [f"call {n}" for n in range(3)]
    picked(site, *names)
    for _ in names:
        key = site.read("/review").split('data-item="')[1].split('"')[0]
        site.send(f"/review/items/{key}/decide", mark="wrong greeting", seconds="4")

    page = site.read("/review/rules")

    assert "n = 3" in page
    assert "no random sample" in page
    assert "No verdict was decided by two people yet" in page
    assert "Where it was wrong" in site.read("/review/rules/greeting")


PAGES = ["/review", "/review/appeals", "/review/rules", "/review/plans", "/results"]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_pages_are_in_each_language(site: Site, path: str, language: str) -> None:
    site.enter(UserRole.SUPERVISOR, language)

    assert f'lang="{"zh-CN" if language == "zh" else "en"}"' in site.read(path)


@pytest.mark.parametrize("path", PAGES[:4])
@pytest.mark.parametrize("role", [UserRole.AGENT, UserRole.VIEWER])
def test_pages_of_reviewers_are_for_reviewers(site: Site, path: str, role: UserRole) -> None:
    site.enter(role)

    assert site.web.get(path, headers=HTML).status_code == 403


def test_a_reviewer_makes_no_plans(site: Site) -> None:
    site.enter(UserRole.REVIEWER)

    assert site.web.get("/review/plans", headers=HTML).status_code == 403
    assert "/review/plans" not in site.read("/review")
