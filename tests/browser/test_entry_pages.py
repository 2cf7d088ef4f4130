"""Coming in, as a person does it."""

import pytest
from playwright.sync_api import expect

from browser.driving import DESKTOP, PHONE, Driver, Look, axe, shot
from browser.seeded import name_of
from huiting.access.permissions import UserRole
from unit.service.people.house import GOOD

LOOKS = [
    pytest.param(Look(None, "zh", DESKTOP, "light"), id="Chinese, desktop, light"),
    pytest.param(Look(None, "en", PHONE, "dark"), id="English, phone, dark"),
]


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.usefixtures("accessible")
def test_the_sign_in_page_keeps_nobody_out(drive: Driver, look: Look) -> None:
    page = drive.visit("/sign-in", look)
    shot(page, "sign-in", look)

    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_who_signs_in_comes_to_the_page_that_was_wanted(drive: Driver) -> None:
    page = drive.visit("/me", role=None)
    page.get_by_label("Name").fill(name_of(UserRole.SUPERVISOR, "en"))
    page.get_by_label("Password").fill(GOOD)
    page.get_by_role("button", name="Sign in", exact=True).click()

    expect(page).to_have_url(f"{drive.site.url}/me")
