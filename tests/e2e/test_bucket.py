"""A web server and a worker that share a database and a bucket, and no folder."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from huiting.vault.bucket import Bucket
from huiting.vault.key_file import make
from s3_server import KEY, REGION, S3, SECRET, s3_server
from unit.jobs.conftest import two_schemas

SAMPLE = Path(__file__).parents[2] / "samples" / "8030_20250413090909_16055550130_in.amr"
PATIENCE = 240.0

pytestmark = [pytest.mark.model, pytest.mark.postgresql]


def machine(folder: Path, url: str, s3: S3, bucket: Bucket) -> None:
    """Write the settings of a machine whose folders nobody else has."""
    folder.mkdir()
    (folder / "secret").write_text(SECRET)
    (folder / "huiting.toml").write_text(
        f'store = "{url}"\njobs = "cluster"\nspeakers = 1\n'
        f'vault_keys = "{folder.parent}/keys"\n'
        f'[recordings]\nplace = "s3://{bucket.bucket}/calls"\nendpoint = "{s3.url}"\n'
        f'region = "{REGION}"\nkey = "{KEY}"\nsecret_file = "{folder}/secret"\n'
        f'data = "{folder}/data"\ncache = "{folder}/cache"\n'
    )


@contextmanager
def program(folder: Path, *words: str) -> Iterator["subprocess.Popen[str]"]:
    """Run the command line on a machine while inside."""
    environment = {
        **os.environ,
        "HUITING_LANG": "en",
        "HUITING_CONFIG": str(folder / "huiting.toml"),
    }
    for name in ("HUITING_STORE", "HUITING_RECORDINGS", "HUITING_JOBS"):
        environment.pop(name, None)
    command = [sys.executable, "-c", "from huiting.app.cli import main; main()", *words]
    with (
        (folder / "log").open("a") as log,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=log, text=True, cwd=folder, env=environment
        ) as process,
    ):
        try:
            yield process
        finally:
            process.terminate()
            process.wait(60)


def until(true: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.2)


def ready(client: httpx.Client) -> int:
    try:
        return client.get("/readyz").status_code
    except httpx.TransportError:
        return 0


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_what_the_web_takes_in_a_worker_analyzes_that_shares_no_folder(tmp_path: Path) -> None:
    make(tmp_path / "keys")
    web, worker = tmp_path / "web", tmp_path / "worker"
    with ExitStack() as stack:
        url, s3 = stack.enter_context(two_schemas()), stack.enter_context(s3_server())
        bucket = s3.bucket()
        for folder in (web, worker):
            machine(folder, url, s3, bucket)
        server = stack.enter_context(
            program(web, "serve", "--port", "0", "--no-sign-in", "--no-worker")
        )
        assert server.stdout is not None
        address = server.stdout.readline().rpartition(" ")[2].strip()
        client = stack.enter_context(
            httpx.Client(base_url=address, timeout=60, trust_env=False)
        )  # fmt: skip
        until(lambda: ready(client) == 200)
        s3.line.down = True
        away = ready(client)
        refused = client.post("/api/v1/recordings", files={"files": ("a.wav", b"RIFF")})
        s3.whole()

        sent = client.post(
            "/api/v1/recordings",
            files={"files": (SAMPLE.name, SAMPLE.read_bytes())},
            data={"language": "zh"},
        ).json()["accepted"][0]
        stack.enter_context(program(worker, "worker", "--parallel", "1"))
        job = f"/api/v1/jobs/{sent['job']}"
        until(lambda: client.get(job).json()["state"] in {"done", "failed"})
        ended = client.get(job).json()
        for copy in files(web / "cache"):
            copy.unlink()
        one = f"/api/v1/calls/{sent['recording']}"
        heard = client.get(f"{one}/audio", headers={"Range": "bytes=0-99"})
        outline = client.get(f"{one}/peaks")
        call = client.get(one).json()
        kept = [found.name for found in bucket.listed()]
        gone = client.delete(one).status_code, client.delete(f"/api/v1/bin/{sent['recording']}")
        left = [found.name for found in bucket.listed()]

    assert (away, refused.status_code) == (503, 503), refused.text
    assert ended["state"] == "done", ended
    assert call["analysis"]["call"]["segments"]
    assert (heard.status_code, heard.content[:4], len(heard.content)) == (206, b"RIFF", 100)
    assert outline.status_code == 200
    assert [name.endswith(".sealed") for name in kept] == [True]
    assert (gone[1].status_code < 300, left) == (True, [])
    assert files(web / "cache") == []
    assert not (web / "data" / "recordings").exists()
    for path in files(tmp_path):
        content = path.read_bytes()
        assert SECRET.encode() not in content or path.name == "secret", path
