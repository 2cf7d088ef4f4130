"""Reports: what is counted, told honestly, sorted, and leading to its calls."""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path
from shutil import copy

import pytest
from starlette.testclient import TestClient

from huiting.access.permissions import UserRole
from huiting.insights.agents import AgentReport
from huiting.service.digests import DUE, Plan
from huiting.service.reporting import Stretch
from huiting.service.views import View
from huiting.store import Store
from huiting.web.doors import COOKIE
from huiting.web.server import build
from served import NOON, PEOPLE, Clock, parts_in
from unit.web.site.conftest import HTML, Site
from unit.web.site.reported import keep

DAYS = "since=2025-03-01&until=2025-03-12"
EARLIER = "since=2025-01-01&until=2025-01-31"
"""Days on which there was no call."""
KINDS = ("agents", "causes", "words", "trends", "day")


@pytest.fixture(scope="module")
def empty(empty: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database with 28 calls of two agents, one of whom fails often."""
    folder = tmp_path_factory.mktemp("reported")
    path = folder / "calls.db"
    copy(empty, path)
    with Store.open(str(path)) as store:
        for number in range(14):
            keep(store, f"a{number}", "8001", 90 + number % 3, fails=number < 1, days=number % 8)
            keep(store, f"b{number}", "9001", 50 + number % 3, fails=number < 12, days=number % 8)
        parts_in(folder, store, Clock()).reporting.days.catch_up(lambda: True)
    return path


@pytest.mark.parametrize("role", list(UserRole))
def test_who_reads_reports_sees_them(site: Site, role: UserRole) -> None:
    site.enter(role)
    agent = role is UserRole.AGENT

    status = [
        site.web.get(f"{path}?{DAYS}", headers=HTML).status_code
        for path in ("/reports", "/reports/agents/8001")
    ]

    hidden = 404 if role is UserRole.TEAM_LEAD else 200
    assert status == ([403, 403] if agent else [200, hidden])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_report_is_told_in_both_languages(site: Site, language: str) -> None:
    site.enter(language=language)

    pages = [site.read(f"/reports?kind={kind}&{DAYS}") for kind in KINDS]

    assert all(("报表" if language == "zh" else "Reports") in page for page in pages)
    assert all("<table" in page for page in pages)
    assert all("<b>开头语</b>" not in page for page in pages)


def test_without_calls_it_says_what_to_do(site: Site) -> None:
    site.enter()

    pages = [site.read(f"/reports?kind={kind}&{EARLIER}") for kind in KINDS]

    assert all("No calls to report on" in page for page in pages)


def calls_of(page: str) -> list[str]:
    return [unescape(place) for place in re.findall(r'href="(/calls\?[^"]*)"', page)]


def test_each_number_leads_to_as_many_calls(site: Site) -> None:
    site.enter()

    page = site.read(f"/reports?{DAYS}&team=Team+A")
    row = page.partition("<tbody>")[2].partition("</tr>")[0]
    [number] = re.findall(r'<td class="report-number"><a href="([^"]*)">14</a>', row)
    listed = site.web.get("/api/v1" + unescape(number)).json()["items"]

    assert "metadata" not in unescape(number)
    assert len(listed) == 14
    assert "9001" not in page


def test_calls_with_a_broken_rule_are_a_press_away(site: Site) -> None:
    site.enter()

    page = site.read(f"/reports?kind=day&{DAYS}")
    [failed] = {p for p in calls_of(page) if "verdict=fail" in p}
    listed = site.web.get("/api/v1" + failed).json()["items"]

    assert "13/28" in page
    assert len(listed) == 13


def test_a_team_with_a_space_in_its_name_is_counted(site: Site) -> None:
    site.enter()

    page = unescape(site.read(f"/reports?kind=day&{DAYS}&team=Team+A"))
    [file] = re.findall(r'href="(/api/v1/reports/day\?[^"]*format=xlsx)"', page)

    assert "14 calls" in page
    assert site.web.get(file).content.startswith(b"PK")


def test_columns_sort_both_ways(site: Site) -> None:
    site.enter()

    up = site.read(f"/reports?{DAYS}&sort=score&order=asc")
    down = site.read(f"/reports?{DAYS}&sort=score&order=desc")

    assert up.index(">9001</a>") < up.index(">8001</a>")
    assert down.index(">8001</a>") < down.index(">9001</a>")
    assert 'aria-sort="ascending"' in up
    assert "sort=score&amp;order=asc" in down


def test_what_comes_together_is_told_in_words(site: Site) -> None:
    site.enter()

    page = site.read(f"/reports?kind=causes&target=rule:greeting&{DAYS}")

    assert "Together is not because" in page
    assert "Agent: 9001" in page
    assert "holds after correction" in page
    assert "verdict=fail" in page


def test_an_agent_stands_beside_the_team(site: Site) -> None:
    site.enter()

    page = site.read(f"/reports/agents/9001?{DAYS}")

    assert "clearly higher" in page
    assert "12/14" in page
    assert "1/14" in page
    assert 'href="/reports?kind=agents&amp;since=2025-03-01' in page


def test_few_calls_are_told_as_too_few(site: Site) -> None:
    keep(site.parts.store, "old", "8001", 90, fails=True, days=60)
    site.parts.reporting.days.catch_up(lambda: True)
    site.enter()

    page = site.read(f"/reports?{EARLIER}")

    assert "too few" in page
    assert "(" not in page.partition("<tbody>")[2].partition("1/1")[0].rpartition("<td")[2]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("since=2025-03-12&until=2025-03-01", "ends before it begins"),
        ("where=nonsense", "not NAME=VALUE"),
        ("kind=trends&measure=wrong", "not known"),
    ],
    ids=["days in the wrong order", "no filter", "no measure"],
)
def test_what_cannot_be_asked_is_said_with_the_form_as_it_was(
    site: Site, asked: str, told: str
) -> None:
    site.enter()

    page = site.read(f"/reports?team=Team+A&{asked}")

    assert told in page
    assert 'value="Team A"' in page


def test_calls_that_are_not_counted_yet_are_told(site: Site) -> None:
    for number in range(12):
        keep(site.parts.store, f"old{number}", "8001", 90, fails=False, days=60)
    site.parts.reporting.days.catch_up(lambda: True)
    for number in range(12, 25):
        keep(site.parts.store, f"old{number}", "8001", 90, fails=False, days=60)
    site.enter()

    assert "changed a moment ago" in site.read(f"/reports?{EARLIER}")


def test_somebody_limited_sees_their_own_agents_only(site: Site) -> None:
    site.house.add("lead", UserRole.TEAM_LEAD, teams=frozenset({"B"}))
    site.web.cookies.set(COOKIE, site.house.sign_in("lead").secret)

    pages = [site.read(f"/reports?kind={kind}&{DAYS}") for kind in KINDS]

    assert "9001" in pages[0]
    assert all("8001" not in page for page in pages)
    site.read(f"/reports/agents/8001?{DAYS}", status=404)


def test_a_trend_by_day_week_and_month(site: Site) -> None:
    site.enter()

    asked = f"/reports?kind=trends&measure=angry&by=agent&{DAYS}"
    pages = {step: site.read(f"{asked}&step={step}") for step in ("day", "week", "month")}

    assert ">2025-03-05</td>" in pages["day"]
    assert ">2025-03-03</td>" in pages["week"]
    assert ">2025-03-01</td>" in pages["month"]
    assert all("emotion=ANGRY" in page for page in pages.values())


def test_words_of_some_calls_against_the_others(site: Site) -> None:
    site.enter()
    focuses = ("angry", "recent", "all", "outcome=unsolved")

    pages = [site.read(f"/reports?kind=words&focus={focus}&{DAYS}") for focus in focuses]

    assert all("asked about" in page for page in pages)


def test_an_administrator_sends_the_digest(site: Site) -> None:
    site.enter()
    parts = replace(site.parts, mailed=Plan("30 8 * * *", 3, ("boss",)))
    with TestClient(build(parts), "http://testserver", cookies=site.web.cookies) as web:
        page = web.get("/reports", headers=HTML).text
    site.send("/reports/digest")
    waiting = [load.waiting for load in site.parts.queue.loads() if load.kind == DUE]

    assert "3 recipients" in page
    assert "boss" in page
    assert waiting == [1]


def test_who_may_not_administer_sees_no_channel_and_sends_nothing(site: Site) -> None:
    site.enter(UserRole.VIEWER)
    parts = replace(site.parts, mailed=Plan("30 8 * * *", 3, ("boss",)))
    with TestClient(build(parts), "http://testserver", cookies=site.web.cookies) as web:
        page = web.get("/reports", headers=HTML).text

    assert "3 recipients" in page
    assert "boss" not in page
    site.send("/reports/digest", status=403)


def test_an_answer_is_given_again_until_a_call_changes(site: Site) -> None:
    reporting = site.parts.reporting
    days = (NOON.date() - timedelta(11), NOON.date())
    stretch, view = Stretch(*days, soon=True), View(PEOPLE["root"])

    def asked() -> tuple[AgentReport, ...]:
        return reporting.again(stretch, view, "agents", lambda: reporting.agents(stretch, view))

    first, second = asked(), asked()
    keep(site.parts.store, "new", "8001", 90, fails=False)
    third = asked()

    assert first is second
    assert [agent.calls for agent in first] == [14, 14]
    assert [agent.calls for agent in third] == [15, 14]


def test_nobody_is_given_an_answer_of_others(site: Site) -> None:
    reporting = site.parts.reporting
    stretch = Stretch(NOON.date() - timedelta(11), NOON.date(), soon=True)

    def agents(name: str) -> list[str]:
        view = View(PEOPLE[name])
        found = reporting.again(stretch, view, "agents", lambda: reporting.agents(stretch, view))
        return [agent.agent for agent in found]

    assert agents("root") == ["8001", "9001"]
    assert agents("team-b") == ["9001"]


def test_an_agent_without_enough_calls_is_not_compared(site: Site) -> None:
    keep(site.parts.store, "old", "8001", 90, fails=True, days=60)
    site.parts.reporting.days.catch_up(lambda: True)
    site.enter()

    page = site.read(f"/reports/agents/8001?{EARLIER}")

    assert "too few" in page
    assert "clearly" not in page


def test_chance_is_called_chance(site: Site) -> None:
    site.enter()

    page = site.read(f"/reports?kind=causes&target=angry&{DAYS}")

    assert "Nothing that was tested holds after correction" in page
    assert "may be chance" in page
