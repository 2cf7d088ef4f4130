"""The examples of docs/reference/api.md, done as they stand there."""

import re
import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from served import Served, refund

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "reference" / "api.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
EXAMPLES = [line for block in BLOCKS for line in block.replace("\\\n", " ").splitlines()]


@pytest.fixture
def names(served: Served) -> dict[str, str]:
    """What stands for the variables of the page."""
    sample = ROOT / "samples" / "8004_20250318160233_12025550104_in.wav"
    files = {"files": ("a.wav", sample.read_bytes())}
    [sent] = served.web.post("/api/v1/recordings", files=files).json()["accepted"]
    served.parts.queue.cancel(sent["job"])
    made = refund()
    recording = replace(made.call.recording, id=sent["recording"])
    served.save(replace(made, call=replace(made.call, recording=recording)))
    export = served.web.post("/api/v1/exports", json={"form": "csv"}).json()["id"]
    served.work()
    served.web.put("/api/v1/library/hotwords/products", json={"body": "耳机"})
    upload = served.web.post(
        "/api/v1/uploads", headers={"Tus-Resumable": "1.0.0", "Upload-Length": "5"}
    ).headers["location"]
    batch = served.web.post("/api/v1/batches", json={}).json()["id"]
    return {
        "URL": "/api/v1", "TOKEN": "root", "CALL": sent["recording"], "JOB": str(sent["job"]),
        "BATCH": batch, "EXPORT": str(export), "UPLOAD": upload.rpartition("/")[2],
    }  # fmt: skip


def sent(served: Served, line: str, names: dict[str, str]) -> int:
    """Send what a line of curl would; return the status of the answer."""
    for name, value in names.items():
        line = line.replace(f"${name}", value)
    words = shlex.split(line)[1:]
    method, url, content = "", "", b""
    headers: dict[str, str] = {}
    form: list[tuple[str, tuple[str | None, str | bytes]]] = []
    query: list[tuple[str, str | int | float | bool | None]] = []
    while words:
        match words.pop(0):
            case "-H":
                name, _, value = words.pop(0).partition(": ")
                headers[name] = value
            case "-X":
                method = words.pop(0)
            case "-F":
                name, _, value = words.pop(0).partition("=")
                file = (ROOT / value[1:]).read_bytes() if value.startswith("@") else None
                form.append((name, (value[1:], file) if file else (None, value)))
            case "-d" | "--data-urlencode":
                content = words.pop(0).encode()
                name, _, value = content.decode().partition("=")
                query.append((name, value))
            case "-o":
                words.pop(0)
            case "-G":
                method = "GET"
            case "-N":
                pass
            case word:
                url = word
    if form:
        return served.web.post(url, files=form, headers=headers).status_code
    if method == "GET":
        return served.web.get(url, params=query, headers=headers).status_code
    method = method or ("POST" if content else "GET")
    return served.web.request(method, url, content=content, headers=headers).status_code


@pytest.mark.parametrize("line", EXAMPLES, ids=lambda line: line.rpartition("$URL")[2][-40:])
def test_an_example_works(line: str, served: Served, names: dict[str, str]) -> None:
    assert line.startswith("curl ")
    assert sent(served, line, names) < 300
