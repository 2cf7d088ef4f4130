"""Users, tokens, the audit log and the system in a browser."""

import pytest
from playwright.sync_api import expect

from browser.driving import DESKTOP, PHONE, Driver, Look, axe, shot
from browser.seeded import Site
from huiting.access.permissions import UserRole

LOOKS = [
    Look(UserRole.ADMINISTRATOR, "zh", DESKTOP, "light"),
    Look(UserRole.ADMINISTRATOR, "en", PHONE, "dark"),
]
PATHS = ["/users", "/users/new", "/users/tokens", "/me", "/me/tokens", "/audit", "/system"]


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.usefixtures("accessible")
def test_the_pages_keep_nobody_out(drive: Driver, look: Look, path: str) -> None:
    page = drive.visit(path, look)
    shot(page, path.strip("/").replace("/", "-"), look)

    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_user_is_added_and_comes_in_with_the_password_shown(
    drive: Driver, own_site: Site
) -> None:
    page = drive.visit("/users/new", role=UserRole.ADMINISTRATOR)
    page.get_by_label("Name to sign in with").fill("li.na")
    page.get_by_label("reviewer").check()
    page.get_by_role("button", name="Add").click()
    password = page.locator("#given code").text_content() or ""

    other = drive.visit("/", role=None)
    other.get_by_label("User name").fill("li.na")
    other.get_by_label("Password").fill(password)
    other.get_by_role("button", name="Sign in").click()

    other.get_by_role("heading", name="Change your password").wait_for()


def test_the_menu_opens_on_a_phone_and_changes_the_language(drive: Driver, own_site: Site) -> None:
    page = drive.visit("/system", role=UserRole.ADMINISTRATOR, size=PHONE)
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("button", name="中文").click()

    page.get_by_role("heading", name="系统").wait_for()


def test_a_mistake_is_told_where_one_looks_and_closed(drive: Driver, own_site: Site) -> None:
    page = drive.visit("/users/new", role=UserRole.ADMINISTRATOR, expected="422")
    page.get_by_label("Name to sign in with").fill("with space")
    page.get_by_role("button", name="Add").click()

    notice = page.get_by_role("alert")
    notice.wait_for()
    notice.get_by_role("button", name="Close").click()

    expect(page.get_by_role("alert")).to_have_count(0)
