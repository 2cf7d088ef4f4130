"""The page of speech detection: who may see it, what it says before anything is measured."""

import html
import io
import json
from dataclasses import replace
from hashlib import sha256

import pytest

from huiting.access.permissions import UserRole
from huiting.service.speech.desk import Listening
from huiting.store.speech import keep
from served import NOON, refund
from speeches import speech
from unit.web.site.conftest import Site

SOUND = b"RIFF of a recording"
ID = sha256(SOUND).hexdigest()
HOSTILE = "<img src=x onerror=alert(1)>.wav"
MAY = {UserRole.ADMINISTRATOR, UserRole.SUPERVISOR, UserRole.INTEGRATOR}


def keep_call(site: Site, *, kept: bool = True) -> str:
    """Save a call whose bytes are in the vault, or are not; return its id."""
    made = refund()
    recording = replace(made.call.recording, id=ID, path="/calls/8001_x.wav")
    site.parts.store.save(replace(made, call=replace(made.call, recording=recording)), at=NOON)
    if kept:
        site.parts.listening.vault.take(io.BytesIO(SOUND))
    return ID


def hand_in(site: Site, name: str = "a.wav") -> None:
    answer = site.web.post("/api/v1/speech", files={"file": (name, SOUND)})
    assert answer.status_code == 202


@pytest.mark.parametrize("role", UserRole, ids=lambda role: role.value)
def test_it_is_for_who_may_look_after_the_system(site: Site, role: UserRole) -> None:
    site.enter(role)

    site.read("/vad", 200 if role in MAY else 403)


def test_the_menu_leads_to_it(site: Site) -> None:
    site.enter(UserRole.SUPERVISOR, "zh")

    assert "语音检测" in site.read("/calls")


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "There are no calls yet."), ("zh", "还没有通话。")],
    ids=["English", "Chinese"],
)
def test_without_anything_it_says_what_to_do(site: Site, language: str, sentence: str) -> None:
    site.enter(language=language)
    page = site.read("/vad")

    assert sentence in page
    assert "data-recording" not in page


def test_the_latest_calls_are_offered(site: Site) -> None:
    site.enter()
    call = keep_call(site)

    assert f"/vad?call={call}" in site.read("/vad")


def test_a_call_is_measured_and_heard_on_it(site: Site) -> None:
    site.enter()
    page = site.read(f"/vad?call={keep_call(site)[:12]}")

    assert f'data-recording="{ID}"' in page
    assert f'data-audio="/api/v1/calls/{ID}/audio"' in page


def test_of_a_call_without_its_recording_it_says_so(site: Site) -> None:
    site.enter()
    page = site.read(f"/vad?call={keep_call(site, kept=False)}")

    assert "The recording of this call is not kept" in page
    assert "data-recording" not in page


def test_options_in_force_stand_on_it(site: Site) -> None:
    listening: Listening = site.parts.listening
    options = replace(listening.detector.options, threshold=0.55)
    detector = replace(listening.detector, options=options, others={"fold": 0.05})
    object.__setattr__(listening, "detector", detector)
    site.enter()
    page = html.unescape(site.read("/vad"))

    force = json.loads(page.partition("data-force='")[2].partition("'")[0])
    assert force["threshold"] == 0.55
    assert "data-others='{\"fold\": 0.05}'" in page
    assert "In force: 0.55." in page


def test_a_file_is_found_again_by_its_address(site: Site) -> None:
    site.enter()
    hand_in(site, HOSTILE)
    page = site.read(f"/vad?recording={ID}&threshold=0.5")

    assert f'data-recording="{ID}"' in page
    assert "data-audio" not in page
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


@pytest.mark.parametrize(
    ("query", "status"),
    [
        pytest.param(f"recording={'0' * 64}", 404, id="a file that nobody handed in"),
        pytest.param(f"call={'0' * 64}", 404, id="a call that is not there"),
        pytest.param("recording=nonsense", 422, id="no id"),
    ],
)
def test_what_is_not_there_is_said(site: Site, query: str, status: int) -> None:
    site.enter()

    site.read(f"/vad?{query}", status)


def test_it_is_told_whether_a_file_must_be_sent(site: Site) -> None:
    site.enter()
    listening = site.parts.listening
    hand_in(site)
    before = site.web.post("/vad/known", json={"recording": ID}).json()
    with site.parts.store.database.writing() as connection:
        keep(connection, ID, listening.detector.digest, speech(), NOON)
    after = site.web.post("/vad/known", json={"recording": ID}).json()
    other = site.web.post("/vad/known", json={"recording": "0" * 64}).json()

    assert (before, after, other) == ({"known": False}, {"known": True}, {"known": False})
