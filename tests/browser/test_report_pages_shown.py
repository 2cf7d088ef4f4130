"""Reports in a browser: charts that are drawn, tables that sort, filters that stay."""

from dataclasses import replace

import pytest

from browser.driving import DESKTOP, PHONE, Driver, Look, axe, shot
from browser.seeded import Site
from huiting.access.permissions import UserRole
from unit.web.site.reported import keep

LOOKS = [
    Look(UserRole.SUPERVISOR, "zh", DESKTOP, "light"),
    Look(UserRole.TEAM_LEAD, "en", PHONE, "dark"),
]
DAYS = "since=2025-03-03&until=2025-04-01"
KINDS = ("agents", "causes", "words", "trends", "day")


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.usefixtures("accessible")
def test_a_report_keeps_nobody_out(drive: Driver, look: Look, kind: str) -> None:
    page = drive.visit(f"/reports?kind={kind}&{DAYS}", look)
    shot(page, f"reports-{kind}", look)

    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
@pytest.mark.usefixtures("accessible")
def test_the_page_of_an_agent_keeps_nobody_out(drive: Driver, look: Look) -> None:
    page = drive.visit(f"/reports?{DAYS}", look)
    page.locator("tbody th a").first.click()
    page.wait_for_url("**/reports/agents/**")
    page.locator(".chart svg").first.wait_for()
    shot(page, "reports-agent", look)

    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_filter_stays_from_report_to_report(drive: Driver) -> None:
    page = drive.visit(f"/reports?{DAYS}", role=UserRole.SUPERVISOR)
    page.get_by_label("Team", exact=True).fill("T1")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**team=T1**")
    page.get_by_role("link", name="Trends").click()
    page.wait_for_url("**kind=trends**team=T1**")
    page.get_by_label("Measure", exact=True).select_option("angry")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**measure=angry**")

    assert page.get_by_label("Team", exact=True).input_value() == "T1"


def test_paper_has_no_menu(drive: Driver) -> None:
    page = drive.visit(f"/reports?{DAYS}", role=UserRole.SUPERVISOR)
    page.emulate_media(media="print")

    assert not page.locator("[data-menu]").is_visible()
    assert page.get_by_text("2025-03-03 – 2025-04-01").last.is_visible()


def fill(site: Site) -> None:
    """Keep 72 calls of six agents, one of whom fails more often than chance would have it."""
    for agent in range(6):
        for number in range(6 + 2 * agent):
            fails = number % 2 == 0 if agent == 5 else number == 3
            points = 60.0 + 3 * agent + 7 * (number % 4)
            keep(
                site.served.parts.store, f"{agent}.{number}", f"80{agent:02}", points,
                fails=fails, days=number % 9,
            )  # fmt: skip
    site.served.parts.reporting.days.catch_up(lambda: True)


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_agents_stand_in_a_funnel_and_lead_to_their_pages(
    drive: Driver, own_site: Site, look: Look
) -> None:
    fill(own_site)
    days = "since=2025-03-01&until=2025-03-12"
    page = drive.visit(f"/reports?beside=fatal&{days}", replace(look, role=UserRole.SUPERVISOR))
    page.locator(".chart svg").first.wait_for()
    shot(page, "reports-funnel", look)
    page.goto(page.url.replace("beside=fatal", "kind=trends&measure=score&by=agent&step=day"))
    page.locator(".chart svg").first.wait_for()
    shot(page, "reports-trend-by-agent", look)
    page.goto(page.url.replace("kind=trends", "kind=causes&target=rule:greeting"))
    page.locator(".chart svg").first.wait_for()
    shot(page, "reports-causes-held", look)
    page.get_by_role("link", name="8005").first.wait_for()
