"""Reports in a browser: charts that are drawn, tables that sort, filters that stay."""

import pytest

from browser.driving import DESKTOP, PHONE, Driver, Look, axe, shot
from huiting.access.permissions import UserRole

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
