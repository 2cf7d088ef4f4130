"""The page of today: tiles that lead to the calls behind them."""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest

from huiting.access.permissions import UserRole
from huiting.core.meaning import Outcome, OutcomeKind
from served import NOON, refund
from unit.web.site.conftest import HTML, Site


def fill(site: Site) -> list[str]:
    """Keep three calls of the day, one of them by another team; return their ids."""
    ids = []
    for name, agent, team in (("a", "8001", "A"), ("b", "<8002>", "A"), ("c", "9001", "B")):
        made = refund(name, agent=agent, team=team)
        recording = replace(made.call.recording, started_at=NOON - timedelta(hours=1))
        unsolved = replace(made.meaning, outcome=Outcome(OutcomeKind.UNSOLVED, 0.9, ()))
        made = replace(made, call=replace(made.call, recording=recording), meaning=unsolved)
        site.parts.store.save(made, at=NOON)
        ids.append(recording.id)
    site.parts.reporting.days.catch_up(lambda: True)
    return ids


@pytest.mark.parametrize(
    ("language", "word"), [("zh", "这些日期没有通话"), ("en", "No calls on these days")]
)
def test_a_day_without_calls_says_what_to_do(site: Site, language: str, word: str) -> None:
    site.enter(language=language)

    assert word in site.read("/today")


@pytest.mark.parametrize("role", list(UserRole))
def test_who_reads_reports_sees_it(site: Site, role: UserRole) -> None:
    site.enter(role)

    status = site.web.get("/today", headers=HTML).status_code

    assert status == (403 if role is UserRole.AGENT else 200)


def test_every_tile_leads_to_the_calls_it_counts(site: Site) -> None:
    ids = fill(site)
    site.enter()

    page = site.read("/today?since=2025-03-12&until=2025-03-12&team=A")
    places = {unescape(p) for p in re.findall(r'href="(/calls\?[^"]*)"', page)}
    listed = {p: site.web.get("/api/v1" + p).json()["items"] for p in places}

    assert any("emotion=ANGRY" in place and "outcome=unsolved" in place for place in places)
    assert all({item["id"] for item in items} <= set(ids[:2]) for items in listed.values())
    assert max(len(items) for items in listed.values()) == 2
    assert "&lt;8002&gt;" in page
    assert "<8002>" not in page


def test_the_first_calls_that_need_a_person_are_named(site: Site) -> None:
    ids = fill(site)
    site.enter()

    page = site.read("/today?since=2025-03-12&until=2025-03-12")

    assert all(f'href="/calls/{call}?in=' in page for call in ids)


def test_days_and_filters_stay_in_the_address(site: Site) -> None:
    fill(site)
    site.enter()

    page = unescape(site.read("/today?since=2025-03-06&until=2025-03-12&agent=8001"))

    assert 'href="/today?since=2025-03-12&until=2025-03-12&agent=8001"' in page
    assert re.search(
        r'<a class="btn btn-sm btn-primary" href="[^"]*" aria-current="true">7 days', page
    )


def test_days_that_end_before_they_begin_are_told(site: Site) -> None:
    site.enter()

    page = site.read("/today?since=2025-03-12&until=2025-03-01", status=422)

    assert "ends before it begins" in page


def test_somebody_limited_counts_their_calls_only(site: Site) -> None:
    fill(site)
    site.house.add("lead", UserRole.TEAM_LEAD, teams=frozenset({"B"}))
    signed = site.house.sign_in("lead")
    site.web.cookies.set("huiting", signed.secret)

    page = site.read("/today?since=2025-03-12&until=2025-03-12")

    assert "9001" in page
    assert "8001" not in page
