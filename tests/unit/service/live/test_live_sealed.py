"""Where recordings are sealed, so is what comes of a call while it runs."""

from pathlib import Path

import pytest

from huiting.core.errors import Unknown
from huiting.live.updates import Final
from huiting.service.live.happening import Why
from huiting.service.live.limits import Limits
from huiting.store.live import LiveCalls
from huiting.vault.reading import Opened
from huiting.vault.sealed import KeyRing
from live_service import (
    ROOT,
    With,
    live_in,
    opened,
    pcm,
    send,
    texts,
    to_the_end,
    until,
    wait_for,
    wav,
)
from tones import SENTENCES, speak

RING = KeyRing((bytes(range(32)),))
NEXT = KeyRing((bytes(32), *RING.keys))
GREETS, WANTS, WILL, THANKS = (SENTENCES[f] for f in (400, 500, 600, 700))
CALL = pcm(
    speak(9.0, (0.5, 2.0, 400), (5.0, 6.0, 600)), speak(9.0, (3.0, 4.2, 500), (7.0, 8.0, 700))
)
HALF = 320_001
NOTE = "the customer's name"


def bytes_of(folder: Path, recording: str | None, ring: KeyRing = RING) -> bytes:
    """Return the bytes of a recording that is sealed."""
    [path] = (folder / "recordings").rglob(f"{recording}*")
    with Opened.unsealed(path, "recording", ring) as file:
        return b"".join(file.read())


def first_half(folder: Path, ring: KeyRing | None = RING) -> tuple[str, str]:
    """Let a server hear half a call and end; return the id, and the key."""
    with live_in(folder, With(ring=ring)) as place:
        line = opened(place.live, metadata={"note": NOTE})
        events = line.events()
        send(line, CALL[:HALF])
        until(
            events,
            lambda e: isinstance(e.what, Final) and any(s.text == WANTS for s in e.what.segments),
        )
        return line.id, line.key


def second_half(folder: Path, key: str, ring: KeyRing | None) -> str | None:
    """Go on with it; return the recording."""
    with live_in(folder, With(ring=ring)) as place:
        place.live.tick()
        line = place.live.resume(key, ROOT)
        events = line.events()
        send(line, CALL[line.received :])
        line.finish()
        told, ended = to_the_end(events)

        assert texts(told) == [GREETS, WANTS, WILL, THANKS]
        assert ended.why is Why.FINISHED
        return ended.recording


def test_while_it_runs_nothing_of_a_call_lies_in_the_clear(tmp_path: Path) -> None:
    with live_in(tmp_path, With(ring=RING)) as place:
        line = opened(place.live, metadata={"note": NOTE})
        events = line.events()
        send(line, CALL[:HALF])
        begun = until(events, lambda event: isinstance(event.what, Final))
        lie = [path.read_bytes() for path in (tmp_path / "live").rglob("*") if path.is_file()]
        send(line, CALL[HALF:])
        line.finish()
        told, ended = to_the_end(events)

        assert len(lie) == 3
        for data in lie:
            assert GREETS.encode() not in data
            assert NOTE.encode() not in data
            assert CALL[60_000:60_016] not in data
        assert texts([*begun, *told]) == [GREETS, WANTS, WILL, THANKS]
        assert bytes_of(tmp_path, ended.recording) == wav(CALL)


def test_another_server_with_newer_keys_goes_on_with_it(tmp_path: Path) -> None:
    _, key = first_half(tmp_path)
    recording = second_half(tmp_path, key, NEXT)

    assert bytes_of(tmp_path, recording, NEXT) == wav(CALL)


def test_what_a_crash_cut_is_heard_to_the_last_whole_piece(tmp_path: Path) -> None:
    call, _ = first_half(tmp_path)
    audio = tmp_path / "live" / call / "audio"
    audio.write_bytes(audio.read_bytes()[:-10])
    with (tmp_path / "live" / call / "told.jsonl").open("ab") as told:
        told.write(b"\0\0\1")
    with live_in(tmp_path, With(Limits(gap=-1.0), ring=RING)) as place:
        place.live.tick()
        place.live.tick()
        wait_for(lambda: place.folders == [])
        row = LiveCalls(place.store.database).find(call)

        assert row is not None
        kept = bytes_of(tmp_path, row.recording)
        assert kept == wav(CALL[: HALF // 6_400 * 6_400])


def test_without_its_key_a_call_waits_for_it(tmp_path: Path) -> None:
    call, key = first_half(tmp_path)
    for ring in (None, KeyRing((bytes(32),))):
        with live_in(tmp_path, With(ring=ring)) as place:
            place.live.tick()
            with pytest.raises(Unknown):
                place.live.resume(key, ROOT)
            assert place.folders == [call]

    assert bytes_of(tmp_path, second_half(tmp_path, key, RING)) == wav(CALL)


def test_a_call_that_began_in_the_clear_ends_so(tmp_path: Path) -> None:
    call, key = first_half(tmp_path, None)
    assert (tmp_path / "live" / call / "audio").read_bytes() == CALL[:HALF]

    assert bytes_of(tmp_path, second_half(tmp_path, key, RING)) == wav(CALL)


def test_sound_that_looks_sealed_is_sound(tmp_path: Path) -> None:
    """What somebody sends never decides how it is read."""
    with live_in(tmp_path) as place:
        line = opened(place.live)
        line.feed(b"HTGROW01" * 100)
    with live_in(tmp_path) as place:
        place.live.tick()

        assert place.live.resume(line.key, ROOT).received == 800
