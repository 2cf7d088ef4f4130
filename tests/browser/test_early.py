"""What a person does before the scripts of a page have come is not lost."""

from playwright.sync_api import Page, Route

from browser.driving import Driver


def late(page: Page) -> list[Route]:
    """Hold back the scripts of every page; the test lets them go."""
    held: list[Route] = []
    page.route("**/static/app-*.js", lambda route: held.append(route))  # noqa: PLW0108  (a builtin cannot be marked by Playwright)
    return held


def test_a_form_sent_before_its_script_is_there_is_sent_by_it(drive: Driver) -> None:
    page = drive.visit("/me/tokens")
    held = late(page)
    page.goto(f"{drive.site.url}/me/tokens", wait_until="commit")

    page.get_by_label("What it is for").fill("early bird")
    page.locator("[name=scopes]").first.check()
    page.get_by_role("button", name="Make a token").click(no_wait_after=True)
    assert "early" not in page.url
    while not held:
        page.wait_for_timeout(20)
    held[0].continue_()

    page.get_by_text("early bird").wait_for()
    assert "early" not in page.url
