"""The service as a process: a call is handed in, followed, read, heard and exported; it is killed."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

SAMPLES = Path(__file__).parents[2] / "samples"
FIRST = SAMPLES / "8030_20250413090909_16055550130_in.amr"
SECOND = SAMPLES / "8029_20250412152233_15455550129_in.mp3"
PATIENCE = 240.0
TUS = {"Tus-Resumable": "1.0.0"}

pytestmark = pytest.mark.model


@contextmanager
def service(folder: Path) -> Iterator[tuple[subprocess.Popen[str], httpx.Client]]:
    """Run the service of a folder; give the process and somebody who asks it."""
    environment = {**os.environ, "HUITING_LANG": "en", "HUITING_SPEAKERS": "1"}
    command = [
        sys.executable, "-c", "from huiting.app.cli import main; main()",
        "serve", "--port", "0", "--no-sign-in", "--store", f"sqlite:///{folder / 'calls.db'}",
    ]  # fmt: skip
    with (
        (folder / "log").open("a") as log,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=log, text=True, cwd=folder, env=environment
        ) as process,
    ):
        assert process.stdout is not None
        address = process.stdout.readline().rpartition(" ")[2].strip()
        try:
            with httpx.Client(base_url=address, timeout=30, trust_env=False) as client:
                wait_until_ready(client)
                yield process, client
        finally:
            process.terminate()
            process.wait(60)


def wait_until_ready(client: httpx.Client) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            if client.get("/readyz").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    pytest.fail("the service does not answer")


def follow(client: httpx.Client, job: int) -> dict[str, object]:
    """Listen to a job until it is over; return what was last said of it."""
    with client.stream("GET", f"/api/v1/jobs/{job}/events", timeout=PATIENCE) as answer:
        told = [line.removeprefix("data: ") for line in answer.iter_lines() if "data: " in line]
    found: dict[str, object] = json.loads(told[-1])
    return found


def test_a_call_is_handed_in_heard_and_exported_and_a_kill_loses_nothing(tmp_path: Path) -> None:
    content = SECOND.read_bytes()
    half = len(content) // 2
    piece = {**TUS, "Content-Type": "application/offset+octet-stream"}
    with service(tmp_path) as (process, client):
        recording = whole_way(client)
        made = client.post("/api/v1/uploads", headers={**TUS, "Upload-Length": str(len(content))})
        upload = made.headers["location"]
        sent = client.patch(upload, headers={**piece, "Upload-Offset": "0"}, content=content[:half])
        process.kill()
        process.wait(60)

    with service(tmp_path) as (process, client):
        known = client.head(upload, headers=TUS).headers["upload-offset"]
        rest = client.patch(
            upload, headers={**piece, "Upload-Offset": known}, content=content[half:]
        )
        ended = follow(client, int(rest.headers["huiting-job"]))
        calls = client.get("/api/v1/calls", params={"fields": "id"}).json()["items"]
        process.send_signal(signal.SIGTERM)
        status = process.wait(60)

    assert sent.headers["upload-offset"] == known == str(half)
    assert rest.status_code == 204
    assert ended["state"] == "done", ended
    assert {call["id"] for call in calls} == {recording, rest.headers["huiting-recording"]}
    assert status == 0


def whole_way(client: httpx.Client) -> str:
    """Take a call from its audio to a table; return its id."""
    file = FIRST.read_bytes()
    given = {"metadata": '{"agent": "8030"}', "language": "zh"}
    sent = client.post("/api/v1/recordings", files={"files": (FIRST.name, file)}, data=given)
    [accepted] = sent.json()["accepted"]
    ended = follow(client, accepted["job"])
    assert (sent.status_code, ended["state"]) == (202, "done"), ended

    one = f"/api/v1/calls/{accepted['recording']}"
    call = client.get(one).json()
    assert call["call"]["metadata"]["agent"] == "8030"
    assert call["analysis"]["call"]["segments"]

    heard = client.get(f"{one}/audio", headers={"Range": "bytes=0-99"})
    assert (heard.status_code, heard.content[:4], len(heard.content)) == (206, b"RIFF", 100)
    assert " --> " in client.get(f"{one}/export", params={"format": "srt"}).text

    twice = client.post("/api/v1/recordings", files={"files": ("b.amr", file)}, data=given).json()
    assert twice["accepted"][0]["known"]

    export = client.post("/api/v1/exports", json={"form": "csv"}).json()
    follow(client, export["id"])
    assert accepted["recording"] in client.get(f"/api/v1/exports/{export['id']}/file").text
    return str(accepted["recording"])
