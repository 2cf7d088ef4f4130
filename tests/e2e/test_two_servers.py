"""Two servers with one database and one folder of recordings are one service."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy import create_engine, make_url
from sqlalchemy.schema import CreateSchema, DropSchema

SAMPLE = Path(__file__).parents[2] / "samples" / "8002_20250313143005_16055550102_in.wav"
SERVER = os.environ.get("HUITING_TEST_POSTGRESQL", "")
PASSWORD = "correct horse battery staple"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'calls.db'}"
        return
    if not SERVER:
        pytest.skip("no PostgreSQL server: HUITING_TEST_POSTGRESQL is not set")
    url = make_url(SERVER).set(drivername="postgresql+psycopg")
    engine, name = create_engine(url), f"huiting_two_{os.getpid()}"
    with engine.begin() as connection:
        connection.execute(CreateSchema(name))
    yield url.update_query_dict({"options": f"-csearch_path={name}"}).render_as_string(
        hide_password=False
    )
    with engine.begin() as connection:
        connection.execute(DropSchema(name, cascade=True))
    engine.dispose()


@contextmanager
def serving(store: str, folder: Path) -> Iterator[tuple[str, str]]:
    """Run a server; give its address, and what it said before."""
    command = [
        sys.executable, "-c", "from huiting.app.cli import main; main()", "serve", "--port", "0",
        "--no-worker", "--store", store, "--recordings", str(folder / "recordings"),
    ]  # fmt: skip
    environment = {**os.environ, "HUITING_LANG": "en"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=folder,
        env=environment,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        said = ""
        for line in process.stdout:
            said += line
            if line.startswith("Listening"):
                break
        try:
            yield said.split()[-1], said
        finally:
            process.terminate()
            process.wait(60)


@pytest.mark.timeout(240)
def test_whoever_signs_in_at_one_is_known_at_the_other(store: str, tmp_path: Path) -> None:
    with ExitStack() as ends:
        first, said = ends.enter_context(serving(store, tmp_path))
        second, nothing = ends.enter_context(serving(store, tmp_path))
        here, there = (
            ends.enter_context(httpx.Client(base_url=f"{url}/api/v1", timeout=60, trust_env=False))
            for url in (first, second)
        )
        given = said.split("one-time password ")[1].split()[0]
        signed = {"name": "admin", "password": given}
        proof = here.post("/auth/sign-in", json=signed).json()["csrf"]
        there.cookies = here.cookies
        changed = there.post(
            "/auth/password", json={"old": given, "new": PASSWORD},
            headers={"X-CSRF-Token": proof},
        )  # fmt: skip
        here.cookies = there.cookies
        own = {"X-CSRF-Token": changed.json()["csrf"]}
        accepted = [
            client.post(
                "/recordings", files={"files": ("a.wav", SAMPLE.read_bytes())}, headers=own
            ).json()["accepted"][0]
            for client in (here, there)
        ]
        heard = there.get(f"/jobs/{accepted[0]['job']}")
        left = there.post("/auth/sign-out", headers=own)
        after = here.get("/auth/me")

    assert "one-time password" not in nothing
    assert changed.status_code == 200, changed.text
    assert accepted[0]["job"] == accepted[1]["job"]
    assert heard.json()["state"] == "waiting"
    assert (left.status_code, after.status_code) == (200, 401)
