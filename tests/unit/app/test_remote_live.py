"""`huiting remote live`: a recording is spoken to a service, and what it hears is printed."""

import json
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from huiting.app import remote_live
from huiting.app.cli import app
from huiting.client import Client, Opening, Refused, Talk
from huiting.client.shapes.live import Ended, Partial, Pulse, Told, Update
from huiting.core.errors import InputError, TooMany
from huiting.core.types import Role, Span
from running import Running, running
from speaking import RECORDING, STEP, ScriptedLive

RUN = CliRunner()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("service")) as service:
        yield service


@pytest.fixture(autouse=True)
def live(server: Running, monkeypatch: pytest.MonkeyPatch) -> ScriptedLive:
    for name, value in {
        "HUITING_LANG": "en", "COLUMNS": "200", "HUITING_SERVER": server.url,
        "HUITING_TOKEN": "root",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    return cast("ScriptedLive", server.served.parts.live)


def sound(folder: Path, channels: int = 2, seconds: float = 1.0) -> Path:
    path = folder / "sound.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((channels, 2, 16_000, 0, "NONE", ""))
        tones = np.random.default_rng(7).integers(
            -9_000, 9_000, (round(16_000 * seconds), channels)
        )
        file.writeframes(tones.astype("<i2").tobytes())
    return path


def remote(*words: str | Path) -> Result:
    return RUN.invoke(app, ["remote", "live", *map(str, words), "--speed", "100"])


def test_what_is_heard_is_printed(tmp_path: Path, live: ScriptedLive) -> None:
    words = tmp_path / "words.txt"
    words.write_text("耳机\n", encoding="utf-8")
    result = remote(
        sound(tmp_path), "--roles", "agent,customer", "--language", "zh", "--no-consent",
        "--metadata", "agent=8001", "--metadata", "note=a=b", "--hotwords", words,
    )  # fmt: skip
    opening = live.last.opening

    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert lines[0].endswith("customer  我要退货。")
    assert lines[1].endswith("! Apologise first")
    assert lines[-1] == f"finished  {RECORDING}"
    assert (opening.roles, opening.language, opening.consent, opening.interim) == (
        (Role.AGENT, Role.CUSTOMER), "zh", False, False,
    )  # fmt: skip
    assert opening.metadata == {"agent": "8001", "note": "a=b"}
    assert opening.hotwords == ("耳机",)
    with wave.open(str(tmp_path / "sound.wav")) as file:
        assert live.last.audio == file.readframes(1 << 20)


def test_scripts_read_every_event(tmp_path: Path) -> None:
    result = remote(sound(tmp_path, 1), "--json")
    told = [json.loads(line) for line in result.output.splitlines()]

    assert result.exit_code == 0
    assert {"final", "pulse", "cue"} <= {one["type"] for one in told}  # any partial may be left out
    assert told[-1]["type"] == "ended"
    assert told[-1]["recording"] == RECORDING


def test_it_is_spoken_at_the_pace_of_speech(tmp_path: Path, live: ScriptedLive) -> None:
    slow = RUN.invoke(app, ["remote", "live", str(sound(tmp_path, seconds=0.5)), "--speed", "5"])

    assert slow.exit_code == 0
    assert len(live.last.audio) == 0.5 * 64_000


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["--roles", "agent"], id="a role too few"),
        pytest.param(["--roles", "agent,boss"], id="no role"),
        pytest.param(["--metadata", "agent"], id="no value"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, words: list[str]) -> None:
    assert isinstance(remote(sound(tmp_path), *words).exception, InputError)


def test_more_channels_than_a_call_has_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="3 channels"):
        remote_live.speech_of(sound(tmp_path, 3), 1.0)


def test_a_refusal_is_told(tmp_path: Path, live: ScriptedLive) -> None:
    live.refusal = TooMany("live calls", "as many run as may", "wait for one to end")
    try:
        error = remote(sound(tmp_path)).exception
    finally:
        live.refusal = None

    assert isinstance(error, Refused)
    assert error.status == 429


def test_a_line_that_breaks_is_told(tmp_path: Path, live: ScriptedLive) -> None:
    live.broken = TooMany("live calls", "no more", "wait")
    try:
        error = remote(sound(tmp_path)).exception
    finally:
        live.broken = None

    assert isinstance(error, Refused)


def test_interrupted_it_is_finished_with_what_was_spoken(
    server: Running, live: ScriptedLive, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Update] = []
    own, first = Talk.updates, iter([KeyboardInterrupt])

    def updates(talk: Talk) -> Iterator[Told]:
        for error in first:
            yield next(own(talk))
            raise error
        yield from own(talk)

    monkeypatch.setattr(Talk, "updates", updates)
    speech = remote_live.Speech(bytes(30 * STEP), 1, 0.0001)  # all but the first piece comes late
    with Client(server.url, "root") as client:
        ended = remote_live.run(client, Opening(), speech, told.append)

    assert ended is not None
    assert ended.why == "finished"
    assert told[-1] == ended
    assert len(live.last.audio) < 30 * STEP


def test_a_partial_is_a_line_for_scripts() -> None:
    told = json.loads(remote_live.as_json(Partial(0, 1, Span(0.2, 0.9), "我要", "我要退")))

    assert (told["type"], told["stable"], told["text"]) == ("partial", "我要", "我要退")


def test_people_are_not_told_what_is_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    out = Console(highlight=False)
    remote_live.shown(Pulse(1.0), out)
    remote_live.shown(Ended("gone", 1.0, None), out)

    assert capsys.readouterr().out == "gone  no recording is kept\n"
