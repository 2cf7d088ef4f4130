"""One call, as its listener uses it: hear, read, follow, correct, remark; two hours long too."""

import random
import re
import wave
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

import sentences
import stock
from browser.chromium import PATIENCE
from browser.driving import DESKTOP, PHONE, Driver, Look, axe, shot, slowly, sought, until
from browser.seeded import SAMPLES, Site
from huiting.access.permissions import UserRole
from huiting.core.meaning import Meaning
from huiting.core.types import Segment
from huiting.text.entities.stage import entities_stage
from huiting.text.pronunciation import sounds_of
from huiting.vault.folder import Folder

FILE = "8002_20250313143005_16055550102_in.wav"
CALL = sha256((SAMPLES / FILE).read_bytes()).hexdigest()
"""A call of 34 seconds that is heard."""
HOSTILE = "<script>document.title='gone'</script><img src=x onerror=alert(1)>"
LINES = 3_000
LOOKS = [
    pytest.param(Look(UserRole.SUPERVISOR, "zh", DESKTOP, "light"), id="Chinese, desktop, light"),
    pytest.param(Look(UserRole.SUPERVISOR, "en", PHONE, "dark"), id="English, phone, dark"),
]


LOOK = Look()
IN_SIGHT = """(() => {
    const box = document.querySelector("[data-transcript]").getBoundingClientRect();
    const found = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    return found?.closest(".line") !== null;
})()"""
"""Whether a line is to be read in the middle of the transcript."""


def opened(drive: Driver, path: str = f"/calls/{CALL}", look: Look = LOOK) -> Page:
    """Open a call, and wait until its parts go together."""
    page = drive.visit(path, look)
    page.locator("[data-tracks][data-ready]").wait_for()
    return page


def now(page: Page) -> float:
    """Return the second that is heard."""
    return float(page.locator("#sound").evaluate("sound => sound.currentTime"))


def seconds(element: Locator, attribute: str) -> float:
    """Return the second that an attribute names."""
    return float(element.get_attribute(attribute) or "nan")


def heard(page: Page, condition: str) -> None:
    """Wait until something is true of the sound."""
    page.wait_for_function(
        f"() => {{ const s = document.querySelector('#sound'); return {condition}; }}"
    )


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.usefixtures("accessible")
def test_everybody_can_read_it(drive: Driver, look: Look) -> None:
    page = opened(drive, look=look)
    shot(page, "call", look)

    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator("h1").count() == 1


def test_a_word_that_is_clicked_is_heard(drive: Driver) -> None:
    page = opened(drive)
    word = page.locator("#line-4 .word").first
    at = float(word.get_attribute("data-t") or "nan")
    slowly(page)
    word.click()

    heard(page, f"!s.paused && s.currentTime > {at}")
    sought(page, at)
    expect(page.locator("#line-4")).to_have_attribute("aria-current", "true")
    page.locator(".heard-now").wait_for()
    page.keyboard.press("Space")
    heard(page, "s.paused")


def test_evidence_plays_and_stops_at_its_end(drive: Driver) -> None:
    page = opened(drive)
    page.get_by_text("pass", exact=True).first.click()
    pieces = page.locator("details[data-verdict=pass] .proofs button")
    button = next(one for one in pieces.all() if seconds(one, "data-to") < 20)
    begin, end = seconds(button, "data-from"), seconds(button, "data-to")
    button.click()
    heard(page, "s.played.length")
    page.locator("#sound").evaluate(
        f"sound => sound.paused || (sound.currentTime = {max(begin, end - 0.2)})"
    )

    heard(page, f"s.paused && s.currentTime > {end - 0.1}")
    assert not page.locator("#sound").evaluate("sound => sound.ended")


def test_silence_is_jumped_over_and_a_line_goes_round(drive: Driver) -> None:
    """From 14.5 to 22.2 s nobody speaks."""
    page = opened(drive, f"/calls/{CALL}?t=16")
    page.get_by_role("button", name="Skip silence").click()
    page.locator("[data-play]").click()

    heard(page, "s.currentTime > 21.5")
    page.locator("[data-skip]").click()
    page.locator("#line-4").hover()
    page.locator("#line-4").get_by_role("button", name="Repeat this line").click()
    heard(page, "!s.paused && s.currentTime < 14")
    page.locator("#sound").evaluate("sound => sound.currentTime = 14.45")
    heard(page, "!s.paused && s.currentTime < 14")


def test_the_page_is_used_by_keys_alone(drive: Driver) -> None:
    page = opened(drive)
    starts = [float(t) for t in page.evaluate(
        "[...document.querySelectorAll('.line-time')].map(b => b.dataset.seek)"
    )]  # fmt: skip
    page.keyboard.press("j")
    page.keyboard.press("j")
    heard(
        page,
        f"Math.abs(s.currentTime - {starts[1]}) < 0.05 || Math.abs(s.currentTime - {starts[2]}) < 0.05",
    )
    before = now(page)
    page.keyboard.press("k")
    heard(page, f"s.currentTime < {before}")
    page.keyboard.press("ArrowRight")
    heard(page, f"s.currentTime > {now(page) + 4}") if now(page) < 5 else None
    page.keyboard.press("]")
    heard(page, "s.playbackRate === 1.25")
    page.keyboard.press("[")
    page.keyboard.press("[")
    heard(page, "s.playbackRate === 0.75")
    page.keyboard.press("l")
    expect(page.locator("[data-loop]")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("l")
    expect(page.locator("[data-loop]")).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()


def test_no_key_is_taken_from_who_types(drive: Driver) -> None:
    page = opened(drive)
    field = page.get_by_label("Your remark")
    field.fill("")
    field.press_sequentially("jk l?n p[")

    expect(field).to_have_value("jk l?n p[")
    assert now(page) == 0
    expect(page).to_have_url(f"{drive.site.url}/calls/{CALL}")


def test_a_link_leads_to_a_second_and_the_address_follows(drive: Driver) -> None:
    page = opened(drive, f"/calls/{CALL}?t=13.5")

    heard(page, "Math.abs(s.currentTime - 13.5) < 0.05")
    expect(page.locator("#line-4")).to_have_attribute("aria-current", "true")
    page.locator("[data-jump='5']").click()
    expect(page).to_have_url(f"{drive.site.url}/calls/{CALL}?t=18.5")
    page.reload()
    page.locator("[data-tracks][data-ready]").wait_for()
    heard(page, "Math.abs(s.currentTime - 18.5) < 0.05")


def test_neighbours_are_a_key_away(drive: Driver) -> None:
    page = opened(drive, f"/calls/{CALL}?in=sort%3Dduration%26order%3Dasc")
    page.keyboard.press("n")

    page.wait_for_url(lambda address: CALL not in address)
    assert "in=sort" in page.url
    page.locator("[data-tracks][data-ready]").wait_for()
    page.keyboard.press("p")
    page.wait_for_url(lambda address: CALL in address)


def test_a_line_is_corrected_and_corrected_back(drive: Driver, own_site: Site) -> None:
    page = opened(drive)
    row = page.locator("#line-4")
    row.hover()
    row.get_by_role("button", name="Correct this line").click()
    row.get_by_role("textbox").fill("好的，我查一下，请稍等。")
    row.get_by_role("button", name="Keep").click()

    expect(row).to_contain_text("corrected")
    expect(row.locator(".said")).to_have_text("好的，我查一下，请稍等。")
    page.get_by_role("heading", name="Corrected text").scroll_into_view_if_needed()
    page.get_by_text("In this call:").wait_for()
    row.hover()
    row.get_by_role("button", name="Correct this line").click()
    row.get_by_role("button", name="Take the correction back").click()
    expect(row).not_to_contain_text("corrected")


def test_a_remark_on_a_moment_leads_there(drive: Driver, own_site: Site) -> None:
    page = opened(drive, f"/calls/{CALL}?t=12.5")
    page.locator("#line-4").hover()
    page.locator("#line-4").get_by_role("button", name="Remark on this line").click()
    page.get_by_label("Your remark").fill(HOSTILE)
    page.get_by_role("button", name="Add", exact=True).click()

    remark = page.locator(".remark")
    expect(remark).to_contain_text("<script>")
    remark.get_by_role("button", name="Play from").click()
    heard(page, "s.played.length && s.currentTime > 12")
    page.on("dialog", lambda dialog: dialog.accept())
    remark.get_by_role("button", name="Remove this remark").click()
    expect(page.locator(".remark")).to_have_count(0)


def test_a_call_is_assigned_and_goes_into_the_bin_and_comes_back(
    drive: Driver, own_site: Site
) -> None:
    page = opened(drive)
    page.get_by_text("Actions", exact=True).click()
    page.get_by_role("button", name="Assign for review").click()
    expect(page.locator("#notices")).to_contain_text("queue")
    page.get_by_text("Actions", exact=True).click()
    page.get_by_role("button", name="Into the bin").click()
    page.get_by_role("button", name="Undo").click()

    page.locator("[data-tracks][data-ready]").wait_for()


def test_without_a_recording_all_else_is_there(drive: Driver) -> None:
    page = opened(drive, f"/calls/{stock.identity(3)}?t=9")

    expect(page.get_by_text("The recording is not kept")).to_be_visible()
    expect(page.locator("[data-play]")).to_have_count(0)
    page.keyboard.press("j")
    expect(page.locator(".line[aria-current=true]")).to_have_count(1)


def long_call(site: Site, folder: Path) -> str:
    """Keep a call of two hours, with a recording in which nothing is heard; return its id."""
    file = folder / "long.wav"
    with wave.open(str(file), "wb") as sound:
        sound.setparams((1, 1, 4_000, 0, "NONE", ""))
        for _ in range(7_200):
            sound.writeframes(b"\x80" * 4_000)
    with file.open("rb") as stream:
        identity = Folder(site.served.folder / "recordings").take(stream).id
    chance = random.Random(1)
    made = sentences.call(7, LINES, chance)
    plain = made.call
    scale = 7_200 / plain.recording.duration
    first = replace(plain.segments[0], text=HOSTILE, spoken=HOSTILE, edits=(), words=())
    segments: list[Segment] = [first, *plain.segments[1:]]
    shorter = tuple(
        replace(s, span=type(s.span)(s.span.start * scale, s.span.end * scale)) for s in segments
    )
    recording = replace(
        plain.recording, id=identity, duration=7_200.0, path="/calls/long.wav",
        channels=plain.recording.channels[:1],
    )  # fmt: skip
    call = replace(plain, recording=recording, segments=shorter)
    whole = replace(made, call=call, meaning=entities_stage((), None, sounds_of)(call, Meaning()))
    site.served.parts.store.save(whole, at=stock.LAST)
    return identity


def size(drive: Driver, call: str) -> int:
    """Return of how many bytes the page of a call is before its scripts ask for more."""
    page = drive.visit("/me")
    return len(page.request.get(f"{drive.site.url}/calls/{call}", timeout=PATIENCE).body())


def test_two_hours_are_shown_at_once_and_held_in_bounds(
    drive: Driver, own_site: Site, tmp_path: Path
) -> None:
    identity = long_call(own_site, tmp_path)
    assert size(drive, identity) < 3 * size(drive, CALL)  # so it is there as soon as a short one
    page = drive.visit("/me")
    # to listen to two hours takes the service a while, also after the test
    page.route("**/outline", lambda route: route.fulfill(body=bytes(36_000)))
    page.goto(f"{own_site.url}/calls/{identity}")
    expect(page.locator("#line-0")).to_contain_text("<script>document.title")
    assert "gone" not in page.title()

    page.locator("[data-tracks][data-ready]").wait_for()
    box = page.locator("[data-transcript]")
    for share in (0.3, 0.9, 0.5):
        box.evaluate(f"box => box.scrollTop = box.scrollHeight * {share}")
        until(page, IN_SIGHT)
        assert page.locator(".line").count() < 400
    page.keyboard.press("/")
    page.keyboard.type("订单号是")
    page.keyboard.press("Enter")
    expect(page.locator(".found")).to_be_in_viewport()
    for _ in range(3):
        page.keyboard.press("Shift+Enter")
    expect(page.locator("[data-found]")).to_have_text(re.compile(r"^(\d+) / \1|^\d+ / \d+$"))
    expect(page.locator(".found")).to_be_in_viewport()
    assert page.locator(".line").count() < 400
    page.locator("h1").click()
    page.locator("[data-follow]").check()
    page.evaluate("document.querySelector('[data-zoom=\"2\"]').click()")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".line[aria-current=true]")).to_be_in_viewport()
    page.goto(f"{drive.site.url}/calls/{identity}?t=6000")
    expect(page.locator(".line[aria-current=true]")).to_be_in_viewport()
