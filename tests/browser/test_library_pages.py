"""Writing rules in a browser."""

import pytest

from browser.driving import DESKTOP, PHONE, Driver, Look, axe, shot
from browser.seeded import Site
from huiting.access.permissions import UserRole

LOOKS = [
    Look(UserRole.SUPERVISOR, "zh", DESKTOP, "light"),
    Look(UserRole.SUPERVISOR, "en", PHONE, "dark"),
]


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
@pytest.mark.parametrize("path", ["/library", "/library/hotwords", "/library/rules/new?view=text"])
@pytest.mark.usefixtures("accessible")
def test_the_pages_keep_nobody_out(drive: Driver, look: Look, path: str) -> None:
    page = drive.visit(path, look)
    page.wait_for_load_state("networkidle")
    shot(page, path.strip("/").replace("/", "-").partition("?")[0], look)

    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_rule_is_written_mended_kept_and_put_in_force(drive: Driver, own_site: Site) -> None:
    page = drive.visit("/library/rules/new?view=text", role=UserRole.SUPERVISOR)
    editor = page.get_by_role("textbox", name="Text")
    page.get_by_text("Nothing is wrong with it.").wait_for()

    editor.press("Control+Home")
    page.keyboard.type("nonsense: 1")
    page.keyboard.press("Enter")
    mistake = page.get_by_role("button", name="line 1")
    mistake.wait_for()
    page.locator(".cm-lint-marker-error").wait_for()
    mistake.click()
    page.keyboard.press("Shift+End")
    page.keyboard.press("Delete")
    page.get_by_text("Nothing is wrong with it.").wait_for()
    page.get_by_label("Name of the document").fill("ours")
    page.get_by_role("button", name="Keep as a new version").click()
    page.get_by_text("Version 1 is kept.").wait_for()
    page.get_by_role("button", name="Put in force").click()

    page.get_by_text("Version 1 is in force").wait_for()


def test_rules_are_tried_and_the_changed_calls_are_a_click_away(
    drive: Driver, own_site: Site
) -> None:
    page = drive.visit("/library/rules/new", role=UserRole.SUPERVISOR)
    page.get_by_role("button", name="Try").click()

    page.get_by_text("Judged on").wait_for()
    page.get_by_text("Changed verdicts to hear").click()
    assert page.locator("#trial a").first.get_attribute("href")
