"""Sound over HTTP: what is played, in which part, and what is covered."""

import io
import wave
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from huiting.core.errors import InputError
from huiting.core.judgement import Evidence, EvidenceKind, Finding, Judgement, Verdict
from huiting.core.types import Span
from huiting.service.hearing import Wanted
from huiting.vault.folder import Folder
from huiting.vault.sealed import KeyRing
from served import NOON, Served, refund

RATE, SECONDS = 8000, 14


def tone() -> bytes:
    """Return a WAV file of two channels: a tone of 300 Hz on each, the second half as loud."""
    at = np.arange(RATE * SECONDS) / RATE
    left = 0.5 * np.sin(2 * np.pi * 300 * at)
    both = np.stack([left, left / 2], axis=1)
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setparams((2, 2, RATE, 0, "NONE", ""))
        out.writeframes((both * 32767).astype("<i2").tobytes())
    return file.getvalue()


@pytest.fixture
def heard(served: Served) -> str:
    """A call whose sound is kept; from 7.5 to 10 s a number is said on channel 1."""
    content = tone()
    [accepted] = served.web.post("/api/v1/recordings", files={"files": ("a.wav", content)}).json()[
        "accepted"
    ]
    made = refund("sound")
    recording = replace(made.call.recording, id=accepted["recording"], size=len(content))
    return served.save(replace(made, call=replace(made.call, recording=recording)))


def samples(content: bytes) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    with wave.open(io.BytesIO(content)) as file:
        assert (file.getframerate(), file.getsampwidth()) == (RATE, 2)
        found = np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768
        return found.reshape(-1, file.getnchannels())


def loudest(part: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> float:
    """Return the frequency that is heard most, in Hz."""
    spectrum = np.abs(np.fft.rfft(part[:, 0]))
    return float(np.argmax(spectrum) * RATE / len(part))


def test_what_is_private_is_a_beep(served: Served, heard: str) -> None:
    url = f"/api/v1/calls/{heard}/audio"
    covered = samples(served.web.get(url).content)
    whole = samples(served.web.get(f"{url}?unredacted=true").content)
    said = slice(RATE * 8, RATE * 9)

    assert len(covered) == len(whole) == RATE * SECONDS
    assert loudest(covered[said, 1:]) == pytest.approx(1000, abs=2)
    assert loudest(covered[said, :1]) == pytest.approx(300, abs=2)
    assert loudest(whole[said, 1:]) == pytest.approx(300, abs=2)
    assert loudest(covered[: RATE * 2, 1:]) == pytest.approx(300, abs=2)


def test_one_channel(served: Served, heard: str) -> None:
    url = f"/api/v1/calls/{heard}/audio?channel=1"
    found = samples(served.web.get(url).content)

    assert found.shape == (RATE * SECONDS, 1)
    assert loudest(found[RATE * 8 : RATE * 9]) == pytest.approx(1000, abs=2)
    assert served.web.get(f"/api/v1/calls/{heard}/audio?channel=2").status_code == 422


@pytest.mark.parametrize(
    ("asked", "status", "part"),
    [
        ("bytes=0-3", 206, slice(0, 4)), ("bytes=10-", 206, slice(10, None)),
        ("bytes=-5", 206, slice(-5, None)), ("bytes=0-99999999", 206, slice(None)),
        ("bytes=5-2", 200, slice(None)), ("bytes=0-1,4-5", 200, slice(None)),
        ("seconds=0-1", 200, slice(None)), ("bytes=-", 200, slice(None)),
    ],
)  # fmt: skip
def test_a_part_is_sent(asked: str, status: int, part: slice, served: Served, heard: str) -> None:
    url = f"/api/v1/calls/{heard}/audio"
    whole = served.web.get(url)
    answer = served.web.get(url, headers={"Range": asked})

    assert answer.status_code == status
    assert answer.content == whole.content[part]
    assert whole.headers["accept-ranges"] == "bytes"
    assert int(answer.headers["content-length"]) == len(answer.content)
    if status == 206:
        assert answer.headers["content-range"].endswith(f"/{len(whole.content)}")


@pytest.mark.parametrize("asked", ["bytes=99999999-", "bytes=-0"])
def test_a_part_beyond_the_end_is_refused(asked: str, served: Served, heard: str) -> None:
    url = f"/api/v1/calls/{heard}/audio"
    size = len(served.web.get(url).content)
    answer = served.web.get(url, headers={"Range": asked})

    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{size}"
    assert answer.json()["code"] == "no-such-part"


def test_a_part_of_what_has_changed_is_the_whole(served: Served, heard: str) -> None:
    url = f"/api/v1/calls/{heard}/audio"
    etag = served.web.get(url).headers["etag"]
    same = served.web.get(url, headers={"Range": "bytes=0-3", "If-Range": etag})
    other = served.web.get(url, headers={"Range": "bytes=0-3", "If-Range": '"old"'})
    held = served.web.get(url, headers={"If-None-Match": etag})

    assert (same.status_code, other.status_code, held.status_code) == (206, 200, 304)


def test_a_clip(served: Served, heard: str) -> None:
    url = f"/api/v1/calls/{heard}/clip"
    found = samples(served.web.get(f"{url}?start=7&end=9&channel=1").content)

    assert found.shape == (RATE * 2, 1)
    assert loudest(found[RATE:]) == pytest.approx(1000, abs=2)
    assert served.web.get(f"{url}?start=9&end=7").status_code == 422
    assert served.web.get(f"{url}?start=0&end=601").status_code == 422
    assert served.web.get(f"{url}?start=99&end=100").status_code == 422
    assert served.web.get(f"{url}?start=999990&end=1000000").status_code == 422


def test_evidence_is_heard(served: Served, heard: str) -> None:
    said = Evidence(EvidenceKind.SAID, Span(2.5, 5.0), 1)
    finding = Finding("rude", 1, Verdict.FAIL, evidence=(said, Evidence(EvidenceKind.KNOWN)))
    served.parts.store.judge([Judgement(heard, (finding,), (), "r")], at=NOON)
    url = f"/api/v1/calls/{heard}/findings"
    found = samples(served.web.get(f"{url}/rude/clip").content)

    assert len(found) == pytest.approx(RATE * (2.5 + 2 * 0.3), abs=1)
    assert served.web.get(f"{url}/rude/clip?number=1").status_code == 404  # nothing to hear
    assert served.web.get(f"{url}/rude/clip?number=2").status_code == 404
    assert served.web.get(f"{url}/kind/clip").status_code == 404


def test_the_outline_of_a_waveform(served: Served, heard: str) -> None:
    found = served.web.get(f"/api/v1/calls/{heard}/peaks?points=7").json()

    assert found["step"] == 2.0
    assert [len(channel) for channel in found["high"]] == [7, 7]
    assert set(found["high"][0]) <= {63, 64}
    assert set(found["low"][1]) <= {-31, -32}


def test_without_its_audio_a_call_cannot_be_heard(served: Served, call: str) -> None:
    answer = served.web.get(f"/api/v1/calls/{call}/audio")

    assert (answer.status_code, answer.json()["code"]) == (404, "unknown")


def test_nothing_is_kept_of_what_was_played(served: Served, heard: str) -> None:
    before = sorted(path for path in served.folder.rglob("*") if path.is_file())
    for query in ("", "?unredacted=true", "?channel=1"):
        assert served.web.get(f"/api/v1/calls/{heard}/audio{query}").status_code == 200

    assert sorted(path for path in served.folder.rglob("*") if path.is_file()) == before


def test_outlines_are_forgotten_with_their_recording(served: Served, heard: str) -> None:
    hearing = served.parts.hearing
    hearing.outline(served.parts.store.analysis(heard))
    assert len(list(hearing.folder.iterdir())) == 1

    hearing.forget(heard)
    assert list(hearing.folder.iterdir()) == []


def test_every_part_is_that_of_the_whole(served: Served, heard: str) -> None:
    analysis = served.parts.store.analysis(heard)
    for wanted in (Wanted(), Wanted(1), Wanted(span=Span(3.0, 9.0), margin=0.3)):
        with closing(served.parts.hearing.sound(analysis, wanted).opened) as played:
            whole = b"".join(played.read())
            assert len(whole) == played.size
            for start, length in ((0, 10), (40, 10), (44, 3), (1001, 70_001), (len(whole) - 5, 99)):
                assert b"".join(played.read(start, length)) == whole[start : start + length]


def test_what_a_recording_lacks_of_its_length_is_silence(served: Served, heard: str) -> None:
    analysis = served.parts.store.analysis(heard)
    longer = replace(analysis.call.recording, duration=SECONDS + 20.0)
    told = replace(analysis, call=replace(analysis.call, recording=longer))
    with closing(served.parts.hearing.sound(told, Wanted(covered=False)).opened) as played:
        found = samples(b"".join(played.read()))

    assert len(found) == RATE * (SECONDS + 20)
    assert not found[RATE * SECONDS :].any()
    assert found[: RATE * SECONDS].any()


def test_a_day_at_a_high_rate_is_too_long_for_a_file(served: Served, heard: str) -> None:
    analysis = served.parts.store.analysis(heard)
    longer = replace(analysis.call.recording, duration=200_000.0)
    told = replace(analysis, call=replace(analysis.call, recording=longer))

    with pytest.raises(InputError, match="4 GiB"):
        served.parts.hearing.sound(told, Wanted())


def test_a_file_outside_the_vault_must_be_what_was_analyzed(
    served: Served, heard: str, tmp_path: Path
) -> None:
    path = tmp_path / "own.wav"
    path.write_bytes(tone())
    analysis = served.parts.store.analysis(heard)
    own = replace(analysis.call.recording, path=str(path))
    told = replace(analysis, call=replace(analysis.call, recording=own))
    served.parts.hearing.vault.remove(heard)

    with closing(served.parts.hearing.sound(told, Wanted()).opened) as played:
        assert len(samples(b"".join(played.read()))) == RATE * SECONDS
    path.write_bytes(tone() + b"\0\0")
    with pytest.raises(InputError, match="not the recording"):
        served.parts.hearing.sound(told, Wanted())


def test_who_may_not_listen(served: Served, heard: str) -> None:
    answer = served.web.get(f"/api/v1/calls/{heard}/audio", headers=served.by("viewer"))

    assert answer.status_code == 403


def test_where_recordings_are_sealed_so_is_what_is_made_of_them(served: Served, heard: str) -> None:
    ring = KeyRing((b"k" * 32,))
    plain = served.parts.hearing
    vault = Folder(served.folder / "recordings", ring=ring)
    vault.reseal(heard)
    sealed = replace(plain, vault=vault, ring=ring, folder=served.folder / "sealed")
    analysis = served.parts.store.analysis(heard)
    for wanted in (Wanted(), Wanted(covered=False), Wanted(1), Wanted(0, covered=False)):
        with closing(sealed.sound(analysis, wanted).opened) as found:
            sound = b"".join(found.read())
            assert sound.startswith(b"RIFF")
            assert b"".join(found.read(100, 50)) == sound[100:150]
    assert sealed.outline(analysis)

    files = [path for path in served.folder.rglob("*") if path.is_file()]
    kept = [path for path in files if "sealed" in str(path)]
    assert len(kept) == 2
    assert all(path.read_bytes().startswith(b"HTSEAL01") for path in kept)
    assert not [path for path in files if path.suffix == ".wav"]
    assert sealed.sweep(before=float("inf")) == 1


def test_the_page_of_a_call_draws_how_loud_each_channel_is(served: Served, heard: str) -> None:
    url = f"/calls/{heard}/outline"
    first = served.web.get(url)
    loud = np.frombuffer(first.content, np.uint8).reshape(2, -1)

    assert loud.shape == (2, 400)
    assert np.median(loud, axis=1) == pytest.approx([0.5 * 127, 0.25 * 127], abs=2)
    assert served.web.get(url).content == first.content
    again = served.web.get(url, headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert served.web.get(url, headers=served.by("viewer")).status_code == 403
    page = served.web.get(f"/calls/{heard}", headers={"Accept": "text/html"}).text
    assert f'src="/api/v1/calls/{heard}/audio"' in page
