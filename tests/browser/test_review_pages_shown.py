"""Reviewing in a browser: ten verdicts by keyboard only, and pages that keep nobody out."""

import pytest
from playwright.sync_api import Page

from browser.driving import DESKTOP, PHONE, Driver, Look, axe, eventually, shot, until
from browser.seeded import DAILY, SEGMENTS, Site, heard
from huiting.access.permissions import PERMITTED, UserRole
from huiting.access.principal import Principal
from huiting.service.reading import Reading
from huiting.service.views import View
from huiting.store import Which
from huiting.store.browse import NEWEST_FIRST, Sought
from huiting.store.reviewing.plans import Terms
from stock import Stock

BOSS = Principal("user:boss", "boss", UserRole.SUPERVISOR, PERMITTED[UserRole.SUPERVISOR])
LOOKS = [
    Look(UserRole.SUPERVISOR, "zh", DESKTOP, "light"),
    Look(UserRole.SUPERVISOR, "en", PHONE, "dark"),
]
PAGES = ["/review", "/review/plans", "/review/rules", "/review/appeals"]


def fill(site: Site) -> None:
    """Draw calls of the weeks before."""
    parts, by = site.served.parts, BOSS.at("")
    plan = parts.planning.make(Terms("每周抽检", fatal=True, each=3), BOSS, by)
    parts.planning.draw(plan.key, [], BOSS, by)


def done(site: Site) -> int:
    """Return how many items are decided."""
    [made] = site.served.parts.planning.page(BOSS, None, 10)
    return made.progress.done


def settled(page: Page, site: Site, count: int) -> None:
    """Wait until so many items are decided: the next one is shown before that is known."""
    eventually(page, lambda: done(site) == count, f"{count} items are decided")


def ready(page: Page, but: str = "") -> str:
    """Wait for an item that is another one than `but`; return its key."""
    root = "document.querySelector('[data-review]').dataset.ready"
    until(page, f"{root} && {root} !== '{but}'")
    return str(page.evaluate(root))


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
@pytest.mark.usefixtures("accessible")
def test_the_pages_of_review_keep_nobody_out(drive: Driver, own_site: Site, look: Look) -> None:
    fill(own_site)
    for path in PAGES:
        page = drive.visit(path, look)
        page.wait_for_load_state("networkidle")
        shot(page, path.strip("/").replace("/", "-"), look)

        assert axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.close()


def test_ten_items_are_reviewed_by_keyboard_only(drive: Driver, own_site: Site) -> None:
    fill(own_site)
    page = drive.visit("/review", role=UserRole.REVIEWER)
    key = ready(page)
    page.keyboard.press("?")
    page.get_by_role("dialog").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="hidden")
    page.keyboard.press("c")
    page.keyboard.type("1 2 3 is no key here")
    page.keyboard.press("Escape")

    decided = 0
    for number in range(10):
        open_ = page.locator("[data-asked] [data-row]").count()
        for _ in range(open_):
            page.keyboard.press("2" if number % 3 == 0 else "1")
        decided += open_
        page.keyboard.press("Enter")
        key = ready(page, key)

    assert decided >= 10
    settled(page, own_site, 10)
    page.keyboard.press("n")
    skipped = ready(page, key)
    assert skipped != key
    page.keyboard.press("u")
    ready(page, skipped)
    settled(page, own_site, 9)


def test_the_space_bar_plays_the_evidence(drive: Driver, own_site: Site) -> None:
    calls = [analysis.call.recording.id for analysis, _ in heard()]
    own_site.served.parts.planning.pick(calls, BOSS, BOSS.at(""))
    page = drive.visit("/review", role=UserRole.REVIEWER)
    ready(page)

    page.keyboard.press(" ")
    until(page, "!document.querySelector('[data-sound]').paused")
    page.keyboard.press(" ")
    until(page, "document.querySelector('[data-sound]').paused")


def test_nothing_is_done_before_each_verdict_is_decided(drive: Driver, own_site: Site) -> None:
    fill(own_site)
    page = drive.visit("/review", role=UserRole.REVIEWER)
    ready(page)

    page.keyboard.press("Enter")

    page.get_by_text("Decide about each verdict first").wait_for()
    assert done(own_site) == 0


def test_what_was_missed_is_added_where_it_is_heard(drive: Driver, own_site: Site) -> None:
    fill(own_site)
    page = drive.visit("/review", role=UserRole.REVIEWER)
    key = ready(page)
    for _ in range(page.locator("[data-asked] [data-row]").count()):
        page.keyboard.press("1")
    page.keyboard.press("3")
    row = page.locator("[data-other]").first
    row.get_by_label("at second").fill("2.5")
    row.get_by_role("button", name="Missed here").click()
    page.get_by_role("button", name="Done, next").click()
    ready(page, key)
    settled(page, own_site, 1)

    found = own_site.served.parts.reviewing.reviews.page()
    assert [one.moment for one in found if one.decision.value == "missed"] == [2.5]


@pytest.mark.usefixtures("accessible")
def test_an_agent_appeals_and_is_answered(drive: Driver, own_site: Site) -> None:
    stock = Stock(SEGMENTS, DAILY)
    stock.keep(own_site.served.parts.store, stock.analysis(43))  # of agent 8001
    look = Look(UserRole.AGENT, "zh", PHONE, "light")
    page = drive.visit("/results", look)
    shot(page, "results", look)
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    own = Sought(Which(metadata={"agent": "8001"}))
    reading: Reading = own_site.served.parts.reading
    [first, *_] = reading.page(own, NEWEST_FIRST, 5, None, View(BOSS)).entries
    page.goto(f"{own_site.url}/results/{first.call.id}")
    page.get_by_text("申诉", exact=True).first.click()
    page.get_by_label("为什么认为该判定有误？").first.fill("我在开头说过您好")
    page.get_by_role("button", name="提交申诉").first.click()
    page.get_by_text("待处理").wait_for()
    shot(page, "results-call", look)
    assert axe(page) == []

    boss = drive.visit("/review/appeals", role=UserRole.SUPERVISOR)
    boss.locator("tbody a").first.click()
    boss.get_by_label("Why; the agent reads it").fill("确实说了")
    boss.get_by_role("button", name="The agent is right").click()
    boss.get_by_text("upheld").wait_for()
    shot(boss, "review-appeal", Look(UserRole.SUPERVISOR))
    page.reload()
    page.get_by_text("申诉成立").wait_for()
