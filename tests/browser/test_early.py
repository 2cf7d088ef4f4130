"""What a person does before the scripts of a page are ready for it is not lost."""

import pytest
from playwright.sync_api import Page, Route, expect

from browser.driving import Driver, eventually, until
from browser.seeded import Site, heard


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
    let_go(page, held)

    page.get_by_text("early bird").wait_for()
    assert "early" not in page.url


def let_go(page: Page, held: list[Route]) -> None:
    """Let through what is held back, once it is asked for."""
    while not held:
        page.wait_for_timeout(20)
    while held:
        held.pop().continue_()


def test_a_button_pressed_before_its_script_is_there_does_what_it_is_for(
    drive: Driver, own_site: Site
) -> None:
    page = drive.visit("/history/retention")
    held = late(page)
    page.goto(f"{own_site.url}/history/retention", wait_until="commit")

    page.get_by_role("button", name="Count").click(no_wait_after=True)
    let_go(page, held)

    expect(page.get_by_role("columnheader", name="Would go")).to_be_visible()


ASK = "<button hx-get=/once hx-target=#told>Ask</button><p id=told></p>"
PRESSED = """new MutationObserver(() => {
    const added = document.querySelector("#told button, #told form button");
    if (added && !window.pressed) (window.pressed = added).click();
}).observe(document.querySelector("#told"), {childList: true})"""
PARTS = {
    "a button": "<button hx-get=/twice hx-target=#told>Undo</button>",
    "a form": "<form hx-post=/twice hx-target=#told><button>Keep</button></form>",
}


@pytest.mark.parametrize("kind", PARTS)
def test_what_was_put_into_a_page_can_be_used_at_once(drive: Driver, kind: str) -> None:
    page = drive.show(ASK)
    page.route("**/once", lambda route: route.fulfill(body=PARTS[kind], content_type="text/html"))
    page.route("**/twice", lambda route: route.fulfill(body="done", content_type="text/html"))
    page.evaluate(PRESSED)  # before anything else can happen
    page.get_by_role("button", name="Ask").click()

    expect(page.locator("#told")).to_have_text("done")
    assert page.url.endswith("/try")


PLACE = """(() => {
    const { x, y } = document.querySelector("#told a").getBoundingClientRect();
    return [x + 5, y + 5];
})()"""


def test_what_is_read_again_stays_while_it_is_pressed(drive: Driver) -> None:
    page = drive.show(ASK)
    wall = "<div hx-get=/wall hx-trigger='load, every 50ms'></div>"
    link = "<a href='#there' data-answer={}>There</a>"
    answers: list[Route] = []

    def answer(route: Route) -> None:
        answers.append(route)
        route.fulfill(body=link.format(len(answers)), content_type="text/html")

    page.route("**/once", lambda route: route.fulfill(body=wall, content_type="text/html"))
    page.route("**/wall", answer)
    page.get_by_role("button", name="Ask").click()
    until(page, "document.querySelector('#told a')")
    page.mouse.move(*page.evaluate(PLACE))
    page.mouse.down()
    before = len(answers)
    eventually(page, lambda: len(answers) > before + 3, "it was read again")
    page.mouse.up()
    expect(page).to_have_url(f"{drive.site.url}/try#there")

    shown = page.get_by_role("link").get_attribute("data-answer") or ""
    expect(page.get_by_role("link")).not_to_have_attribute("data-answer", shown)


CALL = next(heard())[0].call.recording.id


def without_lines(drive: Driver) -> tuple[Page, list[Route]]:
    """Open a call whose lines are not known until the test lets them come."""
    page = drive.visit("/me")
    held: list[Route] = []
    page.route("**/timeline*", lambda route: held.append(route))  # noqa: PLW0108  (a builtin cannot be marked by Playwright)
    page.goto(f"{drive.site.url}/calls/{CALL}")
    return page, held


def test_what_is_looked_for_before_the_lines_of_a_call_are_known_is_found(drive: Driver) -> None:
    page, held = without_lines(drive)
    field = page.get_by_label("Find in this call")
    field.fill("您好")
    field.press("Enter")
    expect(page.locator("[data-found]")).to_be_empty()
    let_go(page, held)

    expect(page.locator(".found")).to_contain_text("您好")
    assert "q=" not in page.url


def test_keys_pressed_before_the_lines_of_a_call_are_known_are_followed(drive: Driver) -> None:
    page, held = without_lines(drive)
    page.get_by_role("button", name="Skip silence").click()
    page.keyboard.press("j")
    let_go(page, held)

    expect(page.get_by_role("button", name="Skip silence")).to_have_attribute(
        "aria-pressed", "true"
    )
    expect(page.locator(".line[aria-current=true]")).to_have_count(1)


@pytest.mark.parametrize("what", ["timeline", "outline"])
def test_a_part_of_a_call_that_did_not_come_is_asked_for_again(drive: Driver, what: str) -> None:
    page = drive.visit("/me", expected="ERR_CONNECTION_RESET|status of 503")
    failures: list[str] = []

    def failing(route: Route) -> None:
        failures.append(what)
        if len(failures) == 1:
            route.abort("connectionreset")
        elif len(failures) == 2:
            route.fulfill(status=503)
        else:
            route.continue_()

    page.route(f"**/{what}*", failing)
    page.goto(f"{drive.site.url}/calls/{CALL}")

    page.locator("[data-tracks][data-ready=drawn]").wait_for()
    assert len(failures) == 3
