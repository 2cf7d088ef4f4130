"""Handing recordings in with a browser, and watching them become calls."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from browser.chromium import PATIENCE
from browser.driving import DESKTOP, PHONE, Driver, Look, axe, shot
from browser.seeded import Site
from huiting.access.permissions import UserRole

LOOKS = [
    Look(UserRole.SUPERVISOR, "zh", DESKTOP, "light"),
    Look(UserRole.SUPERVISOR, "en", PHONE, "dark"),
]


def recordings(folder: Path, count: int) -> list[Path]:
    """Write small files that the service takes for recordings, each another one."""
    made = []
    for number in range(count):
        path = folder / f"8001_20250312101523_{number:03}_in.wav"
        path.write_bytes(b"RIFF" + bytes(40) + str(number).encode())
        made.append(path)
    return made


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
@pytest.mark.parametrize("path", ["/hand-in", "/drop", "/batches"])
@pytest.mark.usefixtures("accessible")
def test_the_pages_keep_nobody_out(drive: Driver, look: Look, path: str) -> None:
    page = drive.visit(path, look)
    shot(page, path.strip("/"), look)

    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.usefixtures("accessible")
def test_fifty_files_become_a_batch_and_are_watched_to_the_end(
    drive: Driver, own_site: Site, tmp_path: Path
) -> None:
    page = drive.visit("/hand-in", role=UserRole.SUPERVISOR)
    page.get_by_label("Name of the batch").fill("March")
    page.locator("input[type=file][accept]").set_input_files(recordings(tmp_path, 50))
    page.get_by_text("50 of 50 handed in").wait_for(timeout=4 * PATIENCE)
    page.get_by_role("link", name="Watch the batch").click()
    page.get_by_text("All is over:").wait_for(timeout=4 * PATIENCE)

    expect(page.get_by_text("50 of 50 recordings")).to_have_count(1)
    shot(page, "batch", Look(UserRole.SUPERVISOR))
    assert axe(page) == []


def test_what_is_a_call_already_is_not_sent_again_unless_wanted(
    drive: Driver, own_site: Site, tmp_path: Path
) -> None:
    files = recordings(tmp_path, 2)
    page = drive.visit("/hand-in", role=UserRole.SUPERVISOR)
    choose = page.locator("input[type=file][accept]")
    choose.set_input_files(files)
    page.get_by_text("2 of 2 handed in").wait_for()
    page.get_by_role("link", name="Watch the batch").click()
    page.get_by_text("All is over:").wait_for(timeout=4 * PATIENCE)

    page.goto(f"{own_site.url}/hand-in")
    page.locator("input[type=file][accept]").set_input_files(files)
    page.get_by_text("is a call already").first.wait_for()
    page.get_by_role("button", name="Recognise again").first.click()

    page.get_by_text("handed in", exact=True).wait_for()


def test_a_file_that_cannot_be_heard_is_told_and_the_others_go_on(
    drive: Driver, own_site: Site, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.wav"
    bad.write_bytes(b"noise" + bytes(100))
    page = drive.visit("/hand-in", role=UserRole.SUPERVISOR)
    page.locator("input[type=file][accept]").set_input_files([bad, *recordings(tmp_path, 1)])
    page.get_by_text("2 of 2 handed in").wait_for()
    page.get_by_role("link", name="Watch the batch").click()
    page.get_by_text("All is over:").wait_for(timeout=4 * PATIENCE)
    page.get_by_role("link", name="Failed or not taken").click()

    row = page.get_by_role("row", name="bad.wav")
    expect(row.get_by_text(re.compile("failed|not taken")).first).to_be_visible()


def test_a_quick_drop_shows_its_verdicts(drive: Driver, own_site: Site, tmp_path: Path) -> None:
    page = drive.visit("/drop", role=UserRole.SUPERVISOR, size=PHONE)
    page.locator("input[type=file]").set_input_files(recordings(tmp_path, 1))

    page.get_by_role("link", name="Open the call").wait_for()


def test_what_was_not_sent_is_told_without_names(
    drive: Driver, own_site: Site, tmp_path: Path
) -> None:
    page = drive.visit("/hand-in", role=UserRole.SUPERVISOR)
    page.evaluate("localStorage.setItem('huiting-left', '3')")
    page.reload()

    page.get_by_text("files were not sent when this page was closed").wait_for()
    page.locator("input[type=file][accept]").set_input_files(recordings(tmp_path, 1))
    page.get_by_text("1 of 1 handed in").wait_for()
    kept = page.evaluate("JSON.stringify(localStorage)")

    assert "8001" not in kept
