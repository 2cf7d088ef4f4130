"""Behind a real nginx, with HTTPS and a path of its own, by the configuration that we ship."""

import json
import os
import shutil
import subprocess
import time
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import httpx
import pytest

from fakes import AGENT, analysis, call, says
from huiting.store import Store
from networks.serving import Service, started
from networks.spaces import Space, missing, office

NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
pytestmark = [
    pytest.mark.skipif(missing() is not None, reason=missing() or ""),
    pytest.mark.skipif(NGINX is None, reason="no nginx here"),
    pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl here"),
]
ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "samples" / "8002_20250313143005_16055550102_in.wav"
LIE = "6.6.6.6"
API = "/huiting/api/v1"
TUS = {"Tus-Resumable": "1.0.0"}
PASSWORD = "three brown horses 7"
SETTINGS = {
    "HUITING_ROOT_PATH": "/huiting",
    "HUITING_TRUSTED_PROXIES": "127.0.0.1",
}


@dataclass(frozen=True, slots=True)
class Front:
    """The service and who stands before it."""

    here: str
    """The address of this process, as the proxy sees it."""

    service: Service
    store: str
    outside: httpx.Client
    """Comes through the proxy, as a browser does."""
    passing: httpx.Client
    """Comes to the service itself, past the proxy."""


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    folder = tmp_path_factory.mktemp("front")
    with office(["house"]) as found:
        there = f"{found.network}.1"
        settings = {**SETTINGS, "HUITING_HOSTS": f"qa.example.com,{there},127.0.0.1"}
        with (
            started(
                found["house"], folder, settings, "--host", "0.0.0.0", "--no-worker"
            ) as service,
            proxied(found["house"], folder),
            httpx.Client(
                base_url=f"https://{there}", verify=False, headers={"Host": "qa.example.com"},
                timeout=60, trust_env=False,
            ) as outside,
            httpx.Client(base_url=f"http://{there}:8460", timeout=60, trust_env=False) as passing,
        ):  # fmt: skip
            _sign_in(outside, service)
            store = f"sqlite:///{folder / 'calls.db'}"
            yield Front(f"{found.network}.254", service, store, outside, passing)


@contextmanager
def proxied(where: Space, folder: Path) -> Iterator[None]:
    """Run nginx by deploy/nginx.conf; only where the certificate lies is another place."""
    certificate = folder / "huiting.pem"
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-nodes", "-days", "2", "-subj", "/CN=qa.example.com",
            "-keyout", str(folder / "key"), "-out", str(folder / "crt"),
        ],
        check=True, capture_output=True,
    )  # fmt: skip
    certificate.write_bytes((folder / "crt").read_bytes() + (folder / "key").read_bytes())
    shipped = (ROOT / "deploy" / "nginx.conf").read_text()
    (folder / "huiting.conf").write_text(
        shipped.replace("/etc/nginx/huiting.pem", str(certificate))
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; user root; pid {folder}/nginx.pid; events {{}}\n"
        f"http {{ access_log off; client_body_temp_path {folder}/body; "
        f"include {folder}/huiting.conf; }}\n"
    )
    assert NGINX is not None
    words = [NGINX, "-p", str(folder), "-e", f"{folder}/nginx.log", "-c", f"{folder}/nginx.conf"]
    with subprocess.Popen(where.command(*words)) as process:
        until = time.monotonic() + 60
        while not (folder / "nginx.pid").exists() or not (folder / "nginx.pid").read_text():
            assert process.poll() is None, (folder / "nginx.log").read_text()
            assert time.monotonic() < until
            time.sleep(0.05)
        try:
            yield
        finally:
            process.terminate()
            process.wait(60)


def noise(size: int) -> bytes:
    """Return a recording of so many bytes of noise, and its header."""
    with BytesIO() as made:
        with wave.open(made, "wb") as file:
            file.setparams((1, 2, 8000, 0, "NONE", "NONE"))
            file.writeframes(os.urandom(size))
        return made.getvalue()


def _sign_in(client: httpx.Client, service: Service) -> None:
    [line] = [line for line in service.said if "one-time password" in line]
    name, _, password = line.partition("Sign in as ")[2].partition(" with the one-time password ")
    given = {"name": name, "password": password.strip()}
    first = client.post(f"{API}/auth/sign-in", json=given)
    client.headers["X-CSRF-Token"] = first.raise_for_status().json()["csrf"]
    change = {"old": given["password"], "new": PASSWORD}
    second = client.post(f"{API}/auth/password", json=change)
    client.headers["X-CSRF-Token"] = second.raise_for_status().json()["csrf"]


def test_the_session_is_a_cookie_for_https_alone(front: Front) -> None:
    [cookie] = front.outside.cookies.jar
    answer = front.outside.get(f"{API}/auth/me")

    assert (cookie.name, cookie.secure, cookie.path) == ("__Host-huiting", True, "/")
    assert "max-age=" in answer.headers["strict-transport-security"]
    assert front.outside.get("/huiting", follow_redirects=False).status_code == 308


def test_twenty_megabytes_come_through(front: Front) -> None:
    content = noise(20 << 20)
    sent = front.outside.post(f"{API}/recordings", files={"files": ("large.wav", content)})

    assert sent.status_code == 202, sent.text
    assert sent.json()["accepted"][0]["recording"] == sha256(content).hexdigest()


def test_an_upload_in_pieces_is_told_an_address_under_our_path(front: Front) -> None:
    content = SAMPLE.read_bytes()[:100_000]
    made = front.outside.post(f"{API}/uploads", headers={**TUS, "Upload-Length": str(len(content))})
    piece = {**TUS, "Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}
    sent = front.outside.patch(made.headers["location"], headers=piece, content=content)
    batch = front.outside.post(f"{API}/batches", json={"name": "March"})

    assert made.headers["location"].startswith(f"{API}/uploads/")
    assert batch.headers["location"].startswith(f"{API}/batches/")
    assert (sent.status_code, sent.headers["upload-offset"]) == (204, str(len(content)))


def test_progress_is_told_as_it_happens(front: Front) -> None:
    sent = front.outside.post(f"{API}/recordings", files={"files": ("w.wav", noise(9_000))})
    job = sent.json()["accepted"][0]["job"]
    states, arrived = [], []
    with front.outside.stream("GET", f"{API}/jobs/{job}/events", timeout=60) as answer:
        for line in answer.iter_lines():
            if not line.startswith("data: "):
                continue
            states.append(json.loads(line.removeprefix("data: "))["state"])
            arrived.append(time.monotonic())
            if len(states) == 1:  # nobody works on it: the stream stays open
                time.sleep(1.0)
                front.outside.post(f"{API}/jobs/{job}/cancel").raise_for_status()

    assert states == ["waiting", "cancelled"]
    assert arrived[1] - arrived[0] >= 1.0


def test_a_part_of_a_recording_can_be_heard(front: Front) -> None:
    content = SAMPLE.read_bytes()
    sent = front.outside.post(f"{API}/recordings", files={"files": (SAMPLE.name, content)})
    name = sent.json()["accepted"][0]["recording"]
    made = analysis(call(says(AGENT, 0.2, 2.0)))
    recording = replace(made.call.recording, id=name)
    with Store.open(front.store) as store:
        kept = replace(made, call=replace(made.call, recording=recording))
        store.save(kept, at=datetime.now(UTC))
    heard = front.outside.get(f"{API}/calls/{name}/audio", headers={"Range": "bytes=4-103"})

    assert (heard.status_code, len(heard.content)) == (206, 100)
    assert heard.headers["content-range"].startswith("bytes 4-103/")


def test_what_a_client_says_of_its_address_is_not_believed(front: Front) -> None:
    given = {"name": "admin", "password": PASSWORD}
    lie = {"X-Forwarded-For": LIE, "Forwarded": f"for={LIE}", "X-Forwarded-Proto": "https"}
    name = front.outside.get(f"{API}/auth/me").json()["name"]
    come = front.outside.post(f"{API}/auth/sign-in", json={**given, "name": name}, headers=lie)
    front.outside.headers["X-CSRF-Token"] = come.raise_for_status().json()["csrf"]
    past = front.passing.post("/api/v1/auth/sign-in", json={**given, "name": name}, headers=lie)
    seen = front.outside.get(f"{API}/auth/sessions").json()

    assert past.status_code == 200
    assert "__Host" not in past.headers["set-cookie"]  # it came by HTTP, whatever it says
    assert {session["address"] for session in seen} == {front.here}
