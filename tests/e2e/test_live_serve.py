"""A live call through the service as a process: it is killed amid the call, and the call goes on."""

import json
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from websockets.sync.client import ClientConnection, connect

from e2e.test_serve import SAMPLES, service
from huiting.audio.decode import decode
from huiting.core.types import Span
from live_service import wav

CALL = SAMPLES / "8029_20250412152233_15455550129_in.mp3"
RATE = 16_000
STEP = 3_200
FASTER = 4
"""Times the pace of speech."""
PATIENCE = 240.0

pytestmark = pytest.mark.model


def sound() -> tuple[bytes, int]:
    """Return the call as 16-bit PCM, and how many channels it has."""
    with decode(CALL, rate=RATE) as decoded:
        tracks = [track.cut(Span(0, decoded.duration)).samples for track in decoded.tracks]
    samples = np.stack(tracks, axis=1)
    return (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes(), len(tracks)


@contextmanager
def joined(
    client: httpx.Client, opening: dict[str, Any]
) -> Iterator[tuple[ClientConnection, dict[str, Any]]]:
    """Connect, and say how to begin; give the connection and the answer."""
    address = str(client.base_url.copy_with(scheme="ws", path="/api/v1/live"))
    with connect(
        address, max_size=None, proxy=None, open_timeout=PATIENCE, ping_interval=None
    ) as socket:
        socket.send(json.dumps(opening))
        answer = json.loads(socket.recv(PATIENCE))
        assert answer["type"] == "opened", answer
        yield socket, answer


def speak(socket: ClientConnection, data: bytes) -> None:
    """Send audio, faster than it was spoken."""
    for at in range(0, len(data), STEP):
        socket.send(data[at : at + STEP])
        time.sleep(STEP / 2 / RATE / FASTER)


def rest_of(socket: ClientConnection) -> list[dict[str, Any]]:
    """Return what is told until the call is over."""
    told: list[dict[str, Any]] = []
    until = time.monotonic() + PATIENCE
    while not told or told[-1]["type"] != "ended":
        assert time.monotonic() < until
        message = json.loads(socket.recv(PATIENCE))
        assert message["type"] in ("event", "received", "pong"), message
        if message["type"] == "event":
            told.append(message["event"])
    return told


def analyzed(client: httpx.Client, recording: str) -> list[dict[str, Any]]:
    """Return the segments of a call once it is analyzed."""
    until = time.monotonic() + PATIENCE
    while client.get(f"/api/v1/calls/{recording}").status_code != 200:
        assert time.monotonic() < until, "it was not analyzed"
        time.sleep(0.5)
    found: list[dict[str, Any]] = client.get(f"/api/v1/calls/{recording}/segments").json()["items"]
    return found


def test_a_call_goes_on_after_the_server_was_killed_and_is_analyzed_as_the_file_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUITING_LIVE_GAP", str(PATIENCE))
    data, channels = sound()
    half = len(data) // 2
    roles = ["unknown"] * channels
    opening = {"type": "open", "rate": RATE, "roles": roles}
    with (
        service(tmp_path) as (process, client),
        joined(client, opening) as (socket, opened),
    ):
        speak(socket, data[:half])
        until = time.monotonic() + PATIENCE
        while (now := client.get(f"/api/v1/live/{opened['id']}").json())["last"] is None or (
            now["seconds"] * RATE * 2 * channels < half - 1
        ):
            assert time.monotonic() < until
            time.sleep(0.2)
        process.send_signal(signal.SIGKILL)
    with service(tmp_path) as (_, client):
        resume = {"type": "resume", "key": opened["key"], "after": 0}
        with joined(client, resume) as (socket, back):
            assert back["id"] == opened["id"]
            assert half - RATE * 2 * channels < back["received"] <= half
            speak(socket, data[back["received"] :])
            socket.send('{"type": "finish"}')
            told = rest_of(socket)
        live = "".join(s["text"] for e in told if e["type"] == "final" for s in e["segments"])
        recording = told[-1]["recording"]
        segments = analyzed(client, recording)
        files = {"files": ("same.wav", wav(data, channels))}
        again = client.post("/api/v1/recordings", files=files)

    assert told[-1]["why"] == "finished"
    assert len(live) > 20
    assert "".join(segment["text"] for segment in segments)
    [accepted] = again.json()["accepted"]
    assert accepted["recording"] == recording
    assert accepted["known"]
