"""What is old enough goes by itself, by the rule that fits; the rest stays."""

import io
import os
from dataclasses import replace
from datetime import timedelta

import pytest

from huiting.service.keeping.retention import Policy, Retention, Rule, What
from huiting.store import erasing
from huiting.store.audit import Audit, Wanted
from huiting.store.keeping import Group
from huiting.store.transcriptions import Transcriptions, keep
from huiting.vault.folder import Folder
from served import NOON, Served, refund

POLICY = Policy(
    (
        Rule("vip", Group({"team": "VIP"}), audio=10, transcripts=20),
        Rule("default", audio=100, transcripts=200),
    ),
    bin=30,
    transcriptions=5,
)


def hand_in(served: Served, name: str, team: str, *, call: bool = True) -> str:
    """Hand a recording in, and have it be a call; return its id."""
    answer = served.web.post(
        "/api/v1/recordings",
        files={"files": (f"8001_{name}.wav", name.encode())},
        data={"metadata": f'{{"team": "{team}"}}', "started_at": NOON.isoformat()},
    )
    recording: str = answer.json()["accepted"][0]["recording"]
    served.done(answer.json()["accepted"][0]["job"])
    if call:
        made = refund(name, team=team)
        source = replace(made.call.recording, id=recording, started_at=NOON)
        served.save(replace(made, call=replace(made.call, recording=source)))
    return recording


@pytest.fixture
def retention(served: Served) -> Retention:
    return replace(served.parts.keeping.retention, policy=POLICY)


def after(served: Served, days: float) -> None:
    served.clock.at = NOON + timedelta(days=days)


def applied(retention: Retention) -> dict[tuple[str, What], tuple[int, int]]:
    done = retention.apply(lambda _stage, _share: None)
    return {(c.rule, c.what): (c.count, c.held) for c in done if c.count or c.held}


def state(served: Served, recording: str) -> tuple[bool, bool]:
    """Return whether there is a call of a recording, and whether its audio is kept."""
    vault = served.parts.keeping.vault
    return served.parts.store.visible(recording, {}), vault.has(recording)


def test_audio_goes_first_and_then_the_call_by_the_rule_that_fits(
    served: Served, retention: Retention
) -> None:
    vip, other = hand_in(served, "a", "VIP"), hand_in(served, "b", "B")
    seen = []
    for days in (9, 11, 21, 101, 201):
        after(served, days)
        applied(retention)
        seen.append((state(served, vip), state(served, other)))

    whole, silent, gone = (True, True), (True, False), (False, False)
    assert seen == [
        (whole, whole), (silent, whole), (gone, whole), (gone, silent), (gone, gone),
    ]  # fmt: skip


def test_a_preview_counts_what_would_go_and_removes_nothing(
    served: Served, retention: Retention
) -> None:
    hand_in(served, "a", "VIP")
    hand_in(served, "b", "B")
    hand_in(served, "c", "VIP", call=False)
    after(served, 15)
    counts = {(c.rule, c.what): (c.count, c.size, c.held) for c in retention.preview()}

    assert counts["vip", What.AUDIO] == (1, 1, 0)
    assert counts["vip", What.FILES] == (1, 1, 0)
    assert counts["vip", What.CALLS] == (0, 0, 0)
    assert counts["default", What.AUDIO] == (0, 0, 0)
    assert applied(retention) == {("vip", What.AUDIO): (1, 0), ("vip", What.FILES): (1, 0)}
    assert applied(retention) == {}


def test_what_is_held_stays_whatever_the_policy_says(served: Served, retention: Retention) -> None:
    call = hand_in(served, "a", "VIP")
    file = hand_in(served, "c", "VIP", call=False)
    served.web.post("/api/v1/holds", json={"reason": "x", "metadata": {"team": "VIP"}})
    after(served, 1000)

    assert applied(retention) == {
        ("vip", What.CALLS): (0, 1), ("vip", What.AUDIO): (0, 1), ("vip", What.FILES): (0, 1),
    }  # fmt: skip
    assert state(served, call) == (True, True)
    assert state(served, file) == (False, True)


def test_the_bin_is_emptied_after_its_days(served: Served, retention: Retention) -> None:
    call = hand_in(served, "a", "B")
    after(served, 1)
    served.web.delete(f"/api/v1/calls/{call}")
    after(served, 30.5)
    assert applied(retention) == {}
    after(served, 31.5)

    assert applied(retention) == {("", What.BIN): (1, 0)}
    assert state(served, call) == (False, False)


def test_audio_of_no_call_goes_unless_it_was_just_taken_in(
    served: Served, retention: Retention
) -> None:
    vault = served.parts.keeping.vault
    assert isinstance(vault, Folder)
    known = hand_in(served, "a", "B")
    old, fresh, held = (vault.take(io.BytesIO(name)) for name in (b"old", b"fresh", b"held"))
    served.web.post("/api/v1/holds", json={"reason": "x", "call": held.id})
    long_ago = (NOON - timedelta(days=2)).timestamp()
    for path in (old.path, held.path, vault.path(known)):
        os.utime(path, (long_ago, long_ago))

    assert applied(retention) == {("", What.ORPHANS): (1, 0)}
    assert [vault.has(one) for one in (old.id, fresh.id, held.id, known)] == [
        False, True, True, True,
    ]  # fmt: skip


def test_audio_that_waits_to_be_heard_stays(served: Served, retention: Retention) -> None:
    answer = served.web.post("/api/v1/recordings", files={"files": ("8001_a.wav", b"a")}).json()[
        "accepted"
    ][0]
    vault = served.parts.keeping.vault
    assert isinstance(vault, Folder)
    with served.parts.store.database.writing() as connection:
        erasing.forget_audio(connection, answer["recording"])
    os.utime(vault.path(answer["recording"]), (0, 0))

    assert applied(retention) == {}
    assert vault.has(answer["recording"])


def test_text_that_is_no_calls_goes(served: Served, retention: Retention) -> None:
    kept = Transcriptions(served.parts.store.database)
    made = refund()
    for name, days in (("old", 0), ("new", 3)):
        with served.parts.store.database.writing() as connection:
            keep(connection, name, "d", made, NOON + timedelta(days=days))
    after(served, 6)

    assert applied(retention) == {("", What.TRANSCRIPTIONS): (1, 0)}
    assert kept.find("old", "d") is None
    assert kept.find("new", "d") is not None


def test_what_was_done_is_noted(served: Served, retention: Retention) -> None:
    call = hand_in(served, "a", "VIP")
    after(served, 21)
    applied(retention)
    noted = list(
        Audit(served.parts.store.database, served.clock).read(Wanted(who="system:retention"))
    )

    assert [(n.entry.action, n.entry.subject) for n in noted] == [
        ("purged", f"call:{call}"),
        ("retention-applied", "retention:vip"),
    ]
    assert noted[-1].entry.detail == {"kind": "calls", "count": 1, "size": 480_044}


def test_more_than_a_page_goes(served: Served, retention: Retention) -> None:
    for number in range(7):
        served.save(refund(str(number), team="VIP"))
    after(served, 400)

    assert applied(retention)["vip", What.CALLS] == (7, 0)
    assert served.parts.store.count() == 0
