"""The log of a service that is at its most talkative: nothing of what was said, nobody's number."""

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from e2e.test_serve import FIRST, follow, service
from huiting.app.logs import start_logging
from served import Served

NUMBER = "13800138000"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All that is logged, at `debug`."""
    stream = io.StringIO()
    logger = logging.getLogger("huiting")
    before = (logger.handlers, logger.level, logger.propagate)
    start_logging("debug", stream)
    yield stream
    logger.handlers, logger.level, logger.propagate = before


def test_what_is_asked_of_the_service_is_not_in_its_log(
    log: io.StringIO, served: Served, call: str
) -> None:
    web = served.web
    name = f"8001_20250312_{NUMBER}_秘密.wav"
    web.post("/api/v1/recordings", files={"files": (name, b"sound")}, data={"metadata": "[秘密"})
    web.post("/api/v1/recordings", files={"files": (name, b"sound")}, data={"hotwords": "秘密"})
    web.get("/api/v1/search", params={"q": f"退货 {NUMBER}"})
    web.get("/api/v1/calls", params={"agent": NUMBER, "metadata": f"phone:{NUMBER}"})
    web.get(f"/api/v1/calls/{call}", params={"unredacted": True})
    web.get(f"/api/v1/calls/{call}/export", params={"format": "srt", "unredacted": True})
    web.get(f"/秘密/{NUMBER}")
    web.get(f"/api/v1/calls/{NUMBER}", headers={"User-Agent": NUMBER, "X-Request-Id": "秘密"[:0]})
    web.post("/api/v1/recordings/from-storage", json={"addresses": [f"pbx:{NUMBER}.wav"]})
    web.get("/api/v1/calls", headers={"Authorization": "Bearer secret-token"})
    text = log.getvalue()

    assert len(text.splitlines()) >= 10
    assert all(json.loads(line)["message"] for line in text.splitlines())
    for word in (NUMBER, "秘密", "退货", "8001", "secret-token", "\\u79d8", ".wav"):
        assert word not in text, word


@pytest.mark.model
def test_a_call_from_its_audio_to_a_search_leaves_none_of_its_words_in_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUITING_LOG", "debug")
    with service(tmp_path) as (_, client):
        sent = client.post(
            "/api/v1/recordings",
            files={"files": (FIRST.name, FIRST.read_bytes())},
            data={"metadata": f'{{"agent": "8030", "phone": "{NUMBER}"}}', "language": "zh"},
        )
        [accepted] = sent.json()["accepted"]
        ended = follow(client, accepted["job"])
        words = spoken(client, accepted["recording"])
        client.get("/api/v1/search", params={"q": max(words, key=len)[:6]}).raise_for_status()
    text = (tmp_path / "log").read_text(encoding="utf-8")

    assert ended["state"] == "done", ended
    assert '"level": "debug"' in text
    assert '"recording heard"' in text
    assert sum(map(len, words)) > 50
    pieces = {word[n : n + 4] for word in words for n in range(len(word) - 3)}
    told = {piece for piece in pieces if not piece.isascii()}  # digits are those of any id too
    assert len(told) > 20
    assert not {piece for piece in told if piece in text}
    for known in (NUMBER, FIRST.name, FIRST.stem, "16055550130"):
        assert known not in text, known


def spoken(client: httpx.Client, call: str) -> list[str]:
    """Return what was said, in every form."""
    answer = client.get(f"/api/v1/calls/{call}", params={"unredacted": True}).json()
    segments = answer["analysis"]["call"]["segments"]
    return [text for one in segments for text in (one["text"], one["spoken"])]
