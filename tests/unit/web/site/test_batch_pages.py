"""Handing in, and watching batches: what the pages show and do."""

from dataclasses import replace
from datetime import timedelta

import pytest

from huiting.access.permissions import UserRole
from huiting.core.analysis import Analysis
from huiting.jobs.job import Trouble
from huiting.jobs.running import Running
from huiting.jobs.work.claims import Claims
from huiting.service.batches import Speed
from served import Clock, person, refund
from unit.web.site.conftest import HTML, Site

WAV = b"RIFF" + bytes(40)


def begin(site: Site, name: str = "March <12>") -> str:
    """Make a batch of the person who is signed in; return its id."""
    answer = site.web.post("/api/v1/batches", json={"name": name})
    made: str = answer.json()["id"]
    return made


def hand_in(site: Site, batch: str, name: str) -> str:
    """Hand a recording in with a batch; return its id."""
    answer = site.web.post(
        "/api/v1/recordings",
        data={"batch": batch},
        files={"files": (name, name.encode() + WAV, "audio/wav")},
    )
    assert answer.status_code == 202, answer.text
    found: str = answer.json()["accepted"][0]["recording"]
    return found


def work(site: Site, *, fails: str = "") -> None:
    """Do what waits; recordings end well, or all fail for this reason."""
    claims = Claims(site.parts.queue.ledger)
    for lease in claims.claim("tester", ["analyze"], 100):
        if fails:
            claims.fail(lease, Trouble("input", fails, "look at it"), retryable=False)
            continue
        with site.parts.store.database.writing() as connection:
            Running(lease, claims).finish(connection)


@pytest.mark.parametrize(("language", "word"), [("zh", "识别"), ("en", "Recognise")])
def test_the_page_that_takes_recordings(site: Site, language: str, word: str) -> None:
    site.enter(UserRole.REVIEWER, language)

    page = site.read("/hand-in")

    assert f"<title>{word}" in page
    assert 'data-word="waiting"' in page
    assert "data-single" in site.read("/drop")


@pytest.mark.parametrize("role", [UserRole.AGENT, UserRole.VIEWER, UserRole.TEAM_LEAD])
@pytest.mark.parametrize("path", ["/hand-in", "/drop"])
def test_who_may_hand_nothing_in_sees_no_page_for_it(site: Site, role: UserRole, path: str) -> None:
    site.enter(role)

    assert site.web.get(path, headers=HTML).status_code == 403


def test_recordings_that_are_calls_already_are_named_before_they_are_sent(site: Site) -> None:
    site.enter(UserRole.REVIEWER)
    here = refund()
    site.parts.store.save(here, at=site.parts.now())
    asked = [here.call.recording.id, "0" * 64]

    answer = site.web.post("/hand-in/known", json={"recordings": asked})

    assert answer.json() == {"known": [here.call.recording.id]}
    assert site.web.post("/hand-in/known", json={"recordings": ["x"]}).status_code == 422


def test_a_batch_is_listed_and_watched_until_it_is_over(site: Site) -> None:
    site.enter()
    empty = site.read("/batches")
    batch = begin(site)
    recording = hand_in(site, batch, "a.wav")

    waiting = site.read(f"/batches/{batch}")
    work(site)
    site.parts.store.save(_of(recording), at=site.parts.now())
    over = site.read(f"/batches/{batch}")

    assert "No batches yet" in empty
    assert "March &lt;12&gt;" in site.read("/batches")
    assert 'hx-trigger="every 3s"' in waiting
    assert "waiting" in waiting
    assert "every 3s" not in over
    assert f'href="/calls/{recording}"' in over
    assert "1 of 1 recordings" in over


def _of(recording: str) -> Analysis:
    made = refund()
    return replace(
        made, call=replace(made.call, recording=replace(made.call.recording, id=recording))
    )


def test_what_failed_is_told_with_its_remedy_and_tried_again(site: Site) -> None:
    site.enter()
    batch = begin(site)
    hand_in(site, batch, "a.wav")
    work(site, fails="no speech in it")

    shown = site.read(f"/batches/{batch}?only=trouble")
    again = site.send(f"/batches/{batch}/retry")

    assert "no speech in it" in shown
    assert "look at it" in shown
    assert "Nothing here" in site.read(f"/batches/{batch}?only=done")
    assert "waiting" in again


def test_a_batch_is_paused_goes_on_and_is_ended(site: Site) -> None:
    site.enter()
    batch = begin(site)
    hand_in(site, batch, "a.wav")

    paused = site.send(f"/batches/{batch}/pause")
    on = site.send(f"/batches/{batch}/resume")
    ended = site.send(f"/batches/{batch}/cancel")

    assert "Paused:" in paused
    assert "every 3s" not in paused
    assert "every 3s" in on
    assert "All is over:" in ended


def test_a_reviewer_watches_and_directs_nothing(site: Site) -> None:
    site.enter()
    batch = begin(site)
    hand_in(site, batch, "a.wav")
    site.enter(UserRole.REVIEWER)

    page = site.read(f"/batches/{batch}")
    refused = site.web.post(f"/batches/{batch}/cancel", headers={"HX-Request": "true"})

    assert "Pause" not in page
    assert refused.status_code == 403


def test_the_calls_of_a_batch_are_found_and_taken_along(site: Site) -> None:
    site.enter()
    batch = begin(site)
    recording = hand_in(site, batch, "a.wav")
    work(site)
    site.parts.store.save(_of(recording), at=site.parts.now())
    site.parts.store.save(refund("other"), at=site.parts.now())

    found = site.web.get(f"/api/v1/calls?batch={batch}").json()["items"]
    part = site.send(f"/batches/{batch}/files/xlsx")

    assert [item["id"] for item in found] == [recording]
    assert "Export" in part
    assert site.send(f"/batches/{batch}/files/exe", status=422)


def test_what_was_dropped_is_watched_until_its_verdicts_are_there(site: Site) -> None:
    site.enter()
    recording = hand_in(site, "", "a.wav")

    waiting = site.read(f"/drop/{recording}")
    work(site)
    site.parts.store.save(_of(recording), at=site.parts.now())
    done = site.read(f"/drop/{recording}")
    curve = site.web.get(f"/drop/{recording}/curve.svg")

    assert "every 1s" in waiting
    assert "Open the call" in done
    assert "No rules are in force." in done
    assert curve.headers["content-type"].startswith("image/svg+xml")
    assert "Nothing is known" in site.read(f"/drop/{'0' * 64}")


def test_the_speed_of_a_batch_is_told_when_it_is_known(site: Site) -> None:
    site.enter()
    batch = begin(site)
    for name in ("a.wav", "b.wav"):
        hand_in(site, batch, name)
    before = site.parts.batches.speed(site.parts.batches.find(batch, person("root")))
    claims = Claims(site.parts.queue.ledger)
    first = claims.claim("tester", ["analyze"], 1)[0]
    with site.parts.store.database.writing() as connection:
        Running(first, claims).finish(connection)
    assert isinstance(site.parts.batches.now, Clock)
    site.parts.batches.now.at += timedelta(days=10_000)
    during = site.parts.batches.speed(site.parts.batches.find(batch, person("root")))

    assert before == Speed(None, 0.0, None)
    assert during.left is not None
    assert during.left > 0


def test_file_names_of_others_are_shown_without_personal_data(site: Site) -> None:
    site.enter(UserRole.REVIEWER)
    batch = begin(site)
    hand_in(site, batch, "8001_13800138000.wav")
    own = site.read(f"/batches/{batch}")
    site.enter(UserRole.SUPERVISOR)
    items = site.web.get(f"/api/v1/batches/{batch}/recordings").text

    assert "13800138000" in own
    assert "13800138000" not in site.read(f"/batches/{batch}") + items
    assert ".wav" in items
