"""The table of calls, as a person uses it."""

import re
from dataclasses import replace
from io import BytesIO

import pytest
from playwright.sync_api import Page, expect

from browser.driving import DESKTOP, PHONE, Driver, Look, axe, eventually, shot
from browser.seeded import Site
from huiting.access.permissions import UserRole
from huiting.service.recordings import Asked, Given
from huiting.store import Store
from served import PEOPLE
from unit.store.stored import NOON, heard

LOOKS = [
    pytest.param(Look(language="zh", size=DESKTOP), id="Chinese, desktop, light"),
    pytest.param(Look(language="en", size=PHONE, theme="dark"), id="English, phone, dark"),
]


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.usefixtures("accessible")
def test_the_table_keeps_nobody_out(drive: Driver, look: Look) -> None:
    page = drive.visit("/calls?q=退货&agent=8000", look)
    expect(page.locator("mark").first).to_have_text("退货")
    shot(page, "calls-found", look)

    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("#more > summary").click()
    shot(page, "calls-filters", look)
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_calls_are_looked_for_by_the_keyboard_alone(drive: Driver) -> None:
    page = drive.visit("/calls")
    page.get_by_label("Words that are said").focus()
    page.keyboard.type("退货")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/calls\?q=%E9%80%80%E8%B4%A7$"))
    expect(page.locator("mark").first).to_be_visible()
    expect(page.get_by_label("Words that are said")).to_be_focused()

    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('a.line')"):
            break
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/calls/[0-9a-f]{64}\?t=[\d.]+&in=q%3D"))
    page.go_back()
    expect(page.locator("mark").first).to_be_visible()


def test_a_filter_is_a_chip_that_can_be_taken_away(drive: Driver) -> None:
    page = drive.visit("/calls")
    page.locator("#more > summary").click()
    page.get_by_role("combobox", name="Outcome").select_option("solved")
    page.get_by_role("combobox", name="Verdict").select_option("fail")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.locator(".chip")).to_have_count(2)
    expect(page.get_by_role("combobox", name="Outcome")).to_be_visible()  # still open
    expect(page).to_have_url(re.compile(r"verdict=fail&outcome=solved$"))
    page.get_by_label("Take away Outcome: solved").click()
    expect(page.locator(".chip")).to_have_count(1)

    expect(page).to_have_url(re.compile(r"/calls\?verdict=fail$"))
    page.go_back()
    expect(page.locator(".chip")).to_have_count(2)
    page.wait_for_load_state("load")
    page.go_back()
    expect(page.locator(".chip")).to_have_count(0)


def test_many_calls_go_into_the_bin_and_come_back(drive: Driver, own_site: Site) -> None:
    page = drive.visit("/calls")
    expect(page.get_by_role("button", name="Into the bin")).to_be_disabled()
    count = page.locator('input[name="call"]').count()
    page.get_by_label("Choose all calls of this page").check()
    expect(page.locator("#chosen-count")).to_have_text(f"{count} calls are chosen.")
    page.get_by_role("button", name="Into the bin").click()
    expect(page.get_by_text(f"{count} calls are in the bin.")).to_be_visible()
    expect(page.get_by_text("There are no calls yet")).to_be_visible()
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.get_by_text(f"{count} calls are back.")).to_be_visible()
    expect(page.locator('input[name="call"]')).to_have_count(count)


def more(site: Site) -> None:
    """Keep more calls than a page shows."""
    with Store.open(str(site.served.folder / "calls.db")) as store:
        store.save_all([heard(f"n{n}", "退货") for n in range(110)], at=NOON)


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.usefixtures("accessible")
def test_all_that_is_found_goes_into_the_bin_once_asked_and_comes_back(
    drive: Driver, own_site: Site, look: Look
) -> None:
    more(own_site)
    mine = replace(look, role=UserRole.SUPERVISOR)
    page = drive.visit("/calls?q=退货&unredacted=true", mine)
    ask_once(page)
    shot(page, "calls-asking", mine)
    assert axe(page) == []
    page.reload()  # axe leaves empty styles behind, which nothing may copy
    ask_once(page)
    page.locator("#sure-yes").click()
    undo = page.locator("form[hx-post$='/undo'] button")
    expect(undo).to_be_visible()
    expect(page.locator(".empty")).to_be_visible()  # the table was read again
    shot(page, "calls-removed", mine)
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    page.goto(f"{own_site.url}/history/bin")
    shot(page, "bin-together", mine)
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("form[hx-post$='/undo'] button").click()
    expect(page.locator("[data-notice].alert-success")).to_be_visible()
    page.goto(f"{own_site.url}/calls?q=退货&unredacted=true")
    expect(page.locator('input[name="call"]')).to_have_count(50)


def ask_once(page: Page) -> None:
    """Choose all calls that are found for the bin, up to the question that tells how many."""
    page.locator("input[name=call]").first.check()
    page.locator("[data-all]").check()
    expect(page.locator("#chosen-count input[name=newest]")).to_have_count(1)
    told = page.locator("#chosen-count").inner_text().strip()
    assert "131" in told
    page.locator("[hx-post$='/found/remove']").click()
    expect(page.get_by_role("dialog")).to_contain_text(told)


def test_work_on_all_calls_goes_on_when_the_page_is_left_and_is_cancelled(
    drive: Driver, own_site: Site
) -> None:
    more(own_site)
    parts = own_site.served.parts
    page = drive.visit("/calls", role=UserRole.SUPERVISOR)
    busy = [wait_for_it(page, own_site) for _ in range(2)]
    page.get_by_label("Choose all calls of this page").check()
    page.get_by_label("Choose all that are found").check()
    expect(page.locator("#chosen-count")).to_contain_text("142")
    page.get_by_role("button", name="Recognise again").click()
    dialog = page.get_by_role("dialog", name="Recognise again")
    expect(dialog).to_contain_text("All 142 calls that are found are chosen.")
    dialog.get_by_role("button", name="Recognise again").click()
    expect(page.get_by_text("0 of 142 calls")).to_be_visible()
    page.goto(f"{own_site.url}/today")
    page.goto(f"{own_site.url}/calls")
    notice = page.locator("[data-notice]")
    expect(notice).to_contain_text("0 of 142 calls")
    notice.get_by_role("button", name="Cancel").click()
    expect(notice).to_contain_text("cancelled")
    own_site.ears.silence.set()

    assert len(busy) == 2
    assert parts.many.under_way(PEOPLE["root"]) == []


def wait_for_it(page: Page, site: Site) -> str:
    """Keep one of the workers busy until the ears hear again; return the recording."""
    site.ears.silence.clear()
    number = len(site.ears.asked)
    given = site.served.parts.recordings.accept(
        BytesIO(f"sound {number}".encode()), "8001_x.wav", Given(),
        Asked(PEOPLE["root"]),
    )  # fmt: skip
    eventually(page, lambda: len(site.ears.asked) > number, "a worker is busy")
    return given.recording


def test_a_search_is_saved_opened_and_removed(drive: Driver, own_site: Site) -> None:
    page = drive.visit("/calls?agent=8000&columns=")
    page.get_by_text("Saved searches").click()
    page.get_by_label("Save this search as").fill("Ann's calls")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page).to_have_url(re.compile("search=1"))
    page.goto(f"{drive.site.url}/calls")
    page.get_by_text("Saved searches").click()
    page.get_by_role("link", name="Ann's calls").click()
    expect(page.locator(".chip")).to_have_text(["Agent: 8000"])

    page.get_by_text("Saved searches").click()
    page.get_by_label("Remove Ann's calls").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("“Ann's calls” is saved again.")).to_be_visible()


def test_a_line_is_played(drive: Driver) -> None:
    page = drive.visit("/calls?q=您好&team=T1")
    with page.expect_response(lambda answer: "/clip?" in answer.url) as heard_clip:
        page.locator(".play").first.click()

    assert heard_clip.value.status in (200, 206, 404)  # most calls have no audio


def test_calls_are_written_to_a_file(drive: Driver, own_site: Site) -> None:
    page = drive.visit("/calls?agent=8000")
    page.get_by_role("button", name="Export").click()
    page.get_by_label("As", exact=True).select_option("zip")
    expect(page.get_by_label("Subtitles (SRT)")).to_be_checked()
    page.get_by_role("button", name="Make the file").click()
    link = page.get_by_role("link", name="Download")
    expect(link).to_be_visible()
    with page.expect_download() as download:
        link.click()

    assert download.value.suggested_filename.endswith(".zip")


def test_columns_are_chosen(drive: Driver) -> None:
    page = drive.visit("/calls")
    page.get_by_text("Columns", exact=True).click()
    page.get_by_label("site", exact=True).check()
    page.get_by_role("checkbox", name="Reason").uncheck()
    page.get_by_role("button", name="Show", exact=True).click()

    expect(page.get_by_role("columnheader", name="site")).to_be_visible()
    expect(page.get_by_role("columnheader", name="Reason")).to_have_count(0)


def test_deep_pages_and_back(drive: Driver, own_site: Site) -> None:
    with Store.open(str(own_site.served.folder / "calls.db")) as store:
        store.save_all([heard(f"n{n}", "退货") for n in range(110)], at=NOON)
    page = drive.visit("/calls?q=退货&language=zh")
    seen = [first_call(page)]
    for _ in range(2):
        page.get_by_role("link", name="Next page").click()
        expect(page.locator('input[name="call"]').first).not_to_have_value(seen[-1])
        seen.append(first_call(page))
        expect(page.locator("#found")).to_be_focused()

    assert len(set(seen)) == 3
    for before in reversed(seen[:-1]):
        page.wait_for_load_state("load")
        page.go_back()
        expect(page.locator('input[name="call"]').first).to_have_value(before)


def first_call(page: Page) -> str:
    return page.locator('input[name="call"]').first.input_value()


@pytest.mark.parametrize("role", [UserRole.AGENT, UserRole.TEAM_LEAD], ids=["agent", "team lead"])
def test_who_may_do_less_is_offered_less(drive: Driver, role: UserRole) -> None:
    page = drive.visit("/calls", role=role)

    expect(page.get_by_role("button", name="Into the bin")).to_have_count(0)
    expect(page.get_by_role("button", name="Export")).to_have_count(
        1 if role is UserRole.TEAM_LEAD else 0
    )
