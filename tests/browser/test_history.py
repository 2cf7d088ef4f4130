"""The history and the bin, as a person uses them."""

import re

import pytest
from playwright.sync_api import expect

from browser.driving import DESKTOP, PHONE, Driver, Look, axe, shot
from browser.seeded import Site

LOOKS = [
    pytest.param(Look(language="zh", size=DESKTOP), id="Chinese, desktop, light"),
    pytest.param(Look(language="en", size=PHONE, theme="dark"), id="English, phone, dark"),
]


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.usefixtures("accessible")
def test_no_page_of_the_history_keeps_anybody_out(
    drive: Driver, own_site: Site, look: Look
) -> None:
    page = drive.visit("/calls", look)
    page.locator('input[name="call"]').first.check()
    page.locator("[hx-post$='/found/remove']").click()
    expect(page.locator("[data-notice] form button")).to_be_focused()
    for name in ("", "/bin", "/retention", "/holds"):
        page.goto(f"{drive.site.url}/history{name}")
        shot(page, f"history{name.replace('/', '-')}", look)
        assert axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_call_comes_back_from_the_bin_or_goes_for_good(drive: Driver, own_site: Site) -> None:
    page = drive.visit("/calls")
    for box in page.locator('input[name="call"]').all()[:2]:
        box.check()
    page.get_by_role("button", name="Into the bin").click()
    expect(page.get_by_text("2 calls are in the bin.")).to_be_visible()
    page.goto(f"{drive.site.url}/history/bin")
    page.get_by_role("button", name="Restore").first.click()
    expect(page.get_by_text("1 call is back.")).to_be_visible()
    expect(page.get_by_role("button", name="Restore")).to_have_count(1)
    page.get_by_label(re.compile("^Remove .* for good$")).click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("button", name="Restore")).to_have_count(1)
    page.get_by_label(re.compile("^Remove .* for good$")).click()
    page.get_by_role("button", name="Remove for good", exact=True).click()

    expect(page.get_by_text("The bin is empty")).to_be_visible()


def test_calls_are_held_and_released(drive: Driver, own_site: Site) -> None:
    page = drive.visit("/history/holds")
    page.get_by_role("button", name="Hold calls").click()
    page.get_by_label("Why it must be kept").fill("A case at court")
    page.get_by_label("Entry").select_option("team")
    page.get_by_label("is", exact=True).fill("T1")
    page.get_by_role("button", name="Hold", exact=True).click()
    expect(page.get_by_text("A case at court")).to_be_visible()
    page.get_by_role("button", name="Release").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Release").click()

    expect(page.get_by_text("Nothing is on legal hold")).to_be_visible()


def test_the_rules_are_counted_and_applied(drive: Driver, own_site: Site) -> None:
    page = drive.visit("/history/retention")
    page.get_by_role("button", name="Count").click()
    expect(page.get_by_role("columnheader", name="Would go")).to_be_visible()
    page.get_by_role("button", name="Apply the rules now").click()
    page.get_by_role("button", name="Apply", exact=True).click()

    expect(page.get_by_text("The rules are being applied.")).to_be_visible()
