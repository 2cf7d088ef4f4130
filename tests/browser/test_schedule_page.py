"""Reports by mail in a browser: a schedule is made, tried, paused and removed; nobody is kept out."""

import pytest
from playwright.sync_api import expect

from browser.driving import DESKTOP, PHONE, Driver, Look, axe, shot
from browser.seeded import Site
from huiting.access.permissions import UserRole
from huiting.jobs.queue import Wanted
from huiting.service.mailing.sending import SEND

LOOKS = [
    Look(UserRole.SUPERVISOR, "zh", DESKTOP, "light"),
    Look(UserRole.TEAM_LEAD, "en", PHONE, "dark"),
]


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
@pytest.mark.usefixtures("accessible", "own_site")
def test_schedules_keep_nobody_out(drive: Driver, look: Look) -> None:
    page = drive.visit("/reports/schedules", look)
    bare = axe(page)
    shot(page, "schedules-none", look)
    page.locator("#s-to").fill("lead@example.com boss@example.com")
    page.locator("form[hx-target='#schedules'] button[type=submit]").click()
    page.locator("#schedule-1").wait_for()
    shot(page, "schedules", look)

    assert bare == []
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_schedule_is_made_tried_paused_and_removed(drive: Driver, own_site: Site) -> None:
    page = drive.visit("/reports", role=UserRole.SUPERVISOR)
    page.get_by_role("link", name="Have reports mailed").click()
    page.get_by_label("Tells of").select_option("week")
    page.get_by_label("Is sent").select_option("week")
    page.get_by_label("Recipients").fill("lead@example.com")
    page.get_by_role("button", name="Add", exact=True).click()
    card = page.get_by_role("region", name="The week before")
    expect(card).to_contain_text("every Monday, 08:00 (Asia/Shanghai)")

    card.get_by_role("button", name="Send it now to try").click()
    expect(card).to_contain_text("It is sent now")
    assert len(own_site.served.parts.queue.page(Wanted(kind=SEND)).items) == 1
    card.get_by_role("button", name="Pause").click()
    expect(card).to_contain_text("paused")
    page.once("dialog", lambda dialog: dialog.accept())
    card.get_by_role("button", name="Remove").click()
    expect(page.locator("#schedules")).to_contain_text("No schedules yet")
