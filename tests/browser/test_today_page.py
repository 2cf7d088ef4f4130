"""Today in a browser: charts that are drawn, tiles that lead on."""

import pytest

from browser.driving import DESKTOP, PHONE, Driver, Look, axe, shot
from huiting.access.permissions import UserRole

LOOKS = [
    Look(UserRole.SUPERVISOR, "zh", DESKTOP, "light"),
    Look(UserRole.TEAM_LEAD, "en", PHONE, "dark"),
]
DAYS = "/today?since=2025-03-03&until=2025-04-01"


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
@pytest.mark.usefixtures("accessible")
def test_the_page_keeps_nobody_out(drive: Driver, look: Look) -> None:
    page = drive.visit(DAYS, look)
    page.locator(".chart svg").first.wait_for()
    shot(page, "today", look)

    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_tile_leads_to_its_calls_and_back(drive: Driver) -> None:
    page = drive.visit(DAYS, role=UserRole.SUPERVISOR)
    page.get_by_role("link", name="Calls with an angry customer").click()
    page.wait_for_url("**/calls?**")
    page.go_back()

    page.get_by_role("heading", name="At a glance").wait_for()


def test_other_days_are_a_click_away(drive: Driver) -> None:
    page = drive.visit(DAYS, role=UserRole.SUPERVISOR)
    page.get_by_role("link", name="7 days").click()

    page.wait_for_url("**since=2025-03-26**")
