"""Engines compared, as a person does it: calls ticked, followed, read side by side, heard, taken along."""

import csv
import re

import pytest
from playwright.sync_api import Page, expect

from browser.driving import DESKTOP, PHONE, Driver, Look, axe, shot
from browser.seeded import NOW, Site, heard
from compared import FIRST, SECOND, comparison, end
from huiting.access.permissions import UserRole
from huiting.jobs.running import _OFTEN
from served import PEOPLE

CALLS = [analysis.call.recording.id for analysis, _ in heard()]
LOOKS = [
    pytest.param(Look(UserRole.SUPERVISOR, "zh", DESKTOP, "light"), id="Chinese, desktop, light"),
    pytest.param(Look(UserRole.SUPERVISOR, "en", PHONE, "dark"), id="English, phone, dark"),
]


def ask(site: Site) -> str:
    """Have engines compared on the calls with audio; return the id."""
    root = PEOPLE["root"]
    made = site.served.parts.comparer.ask(CALLS, [FIRST, SECOND], root, root.at(""))
    return made.asked.id


def compared(site: Site, *, lines: int = 3) -> str:
    """Return the id of a comparison that is done."""
    site.ears.silence.clear()  # what is found here is not to be heard by the worker
    one = ask(site)
    found = comparison(CALLS[0], deaf=CALLS[1], lines=lines)
    end(site.served.parts.store, one, found, NOW, len(CALLS))
    return one


def fits(page: Page) -> bool:
    found: bool = page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    return found


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.usefixtures("accessible")
def test_a_comparison_keeps_nobody_out(drive: Driver, own_site: Site, look: Look) -> None:
    one = compared(own_site)
    page = drive.visit("/compare", look)
    shot(page, "compare", look)
    assert axe(page) == []
    assert fits(page)

    page.goto(f"{own_site.url}/compare/{one}")
    expect(page.locator(".differs").first).to_be_visible()
    page.locator(".card-footer summary").click()
    shot(page, "compare-done", look)
    assert axe(page) == []
    assert fits(page)


@pytest.mark.usefixtures("accessible")
def test_calls_that_are_ticked_are_heard_by_both(drive: Driver, own_site: Site) -> None:
    own_site.ears.silence.clear()
    page = drive.visit("/calls", role=UserRole.SUPERVISOR)
    for call in CALLS:
        page.locator(f'input[name="call"][value="{call}"]').check()
    page.get_by_role("button", name="Compare engines").click()
    dialog = page.get_by_role("dialog", name="Compare engines")
    expect(dialog.get_by_label(SECOND)).to_be_checked()
    assert axe(page) == []
    dialog.get_by_role("button", name="Compare").click()
    expect(page).to_have_url(re.compile("/compare/[0-9a-f]{16}$"))
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    assert axe(page) == []

    own_site.ears.silence.set()
    expect(page.get_by_role("heading", name="How far they differ")).to_be_visible()
    expect(page.get_by_role("rowheader", name=SECOND).first).to_be_visible()
    expect(page.get_by_text("No line differs")).to_be_visible()


def test_it_is_stopped_and_removed_after_being_asked_once(drive: Driver, own_site: Site) -> None:
    own_site.ears.silence.clear()
    page = drive.visit(f"/compare/{ask(own_site)}", role=UserRole.SUPERVISOR)
    with page.expect_response(re.compile("/stop$")):
        page.get_by_role("button", name="Stop").click()
    page.wait_for_timeout(_OFTEN * 1000)  # a job looks no more often whether it is to stop
    own_site.ears.silence.set()
    expect(page.get_by_text("It was stopped")).to_be_visible()

    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Remove").click()
    expect(page).to_have_url(re.compile("/compare$"))
    expect(page.get_by_text("Nothing was compared yet")).to_be_visible()


def test_lines_are_played_and_taken_along_and_lead_to_their_call(
    drive: Driver, own_site: Site
) -> None:
    page = drive.visit(f"/compare/{compared(own_site, lines=14)}", role=UserRole.SUPERVISOR)
    page.get_by_role("button", name="5 more lines").click()
    expect(page.locator(".list-group-item [data-clip]")).to_have_count(15)
    with page.expect_response(lambda answer: "/clip?" in answer.url) as clip:
        page.get_by_role("button", name="Play this line").last.click()
    assert clip.value.ok

    page.get_by_text("Take along").click()
    with page.expect_download() as file:
        page.get_by_role("link", name="Engines (CSV)").click()
    with file.value.path().open(encoding="utf-8-sig", newline="") as table:
        assert [row["engine"] for row in csv.DictReader(table)] == [FIRST, SECOND]

    page.locator(".list-group-item a").first.click()
    expect(page).to_have_url(re.compile(rf"/calls/{CALLS[0]}\?t=7\.5"))
