import wave
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from audio_files import int16, tone, wav
from fakes import AGENT, CUSTOMER, analysis, call, evenly, says
from huiting.app.cli import app
from huiting.core.codec import from_json
from huiting.core.errors import InputError
from huiting.store.repository import Store

SOUND = np.stack([tone(6.0, hz=300), tone(6.0, hz=500)])
SPOKEN = "电话13800138000，会员VIP88"


@pytest.fixture(autouse=True)
def _call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep one call whose customer says a number and a code of the team's from 1 to 3 s."""
    for name, value in {
        "NAMES": "false",
        "ENTITIES": str(tmp_path / "team.yaml"),
        "LANG": "en",
    }.items():
        monkeypatch.setenv(f"HUITING_{name}", value)
    monkeypatch.setenv("HUITING_STORE", f"sqlite:///{tmp_path / 'h.db'}")
    monkeypatch.chdir(tmp_path)
    team = "entities: [{kind: member, tag: MEMBER, patterns: ['VIP[0-9]{2}']}]"
    (tmp_path / "team.yaml").write_text(team, "utf-8")
    content = wav(int16(SOUND), channels=2)
    path = tmp_path / "8001_13800138000.wav"
    path.write_bytes(content)
    words = evenly(SPOKEN, 1, 3)
    made = analysis(
        call(says(AGENT, 0, 1, "您好"), says(CUSTOMER, 1, 3, SPOKEN, words=words), duration=6)
    )
    recording = replace(
        made.call.recording,
        id=sha256(content).hexdigest(),
        path=str(path),
        metadata={"phone": "13800138000"},
    )
    with Store.open(f"sqlite:///{tmp_path / 'h.db'}") as store:
        store.save(
            replace(made, call=replace(made.call, recording=recording)),
            at=datetime(2025, 3, 12, tzinfo=UTC),
        )


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def samples(path: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.int16]]:
    with wave.open(str(path)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, file.getnchannels())  # fmt: skip


def test_a_call_is_copied_without_what_is_private(tmp_path: Path) -> None:
    done = run("redact", "8001_13800138000.wav", "--out", "copies", "--silence")
    written = sorted((tmp_path / "copies").iterdir())

    assert done.exit_code == 0, done.output
    assert [p.suffix for p in written] == [".json", ".md", ".wav"]
    assert len({p.name[:16] for p in written}) == 1
    assert [p.name[16:] for p in written] == [".redacted.json", ".redacted.md", ".redacted.wav"]
    assert "13800138000" not in written[0].read_text("utf-8") + written[1].read_text("utf-8")
    copy = from_json(written[0].read_bytes())
    assert copy.call.recording.id.startswith(written[0].name[:16])
    assert copy.call.segments[1].text == "电话[PHONE]，会员[MEMBER]"
    sound = samples(written[2])
    assert not sound[round(1.25 * 8000) : round(2.4 * 8000), 1].any()
    assert sound[:, 0].any()


def test_a_beep_is_the_usual(tmp_path: Path) -> None:
    run("redact", "8001_13800138000.wav", "--out", ".")
    [path] = tmp_path.glob("*.redacted.wav")

    assert samples(path)[round(1.5 * 8000) : 2 * 8000, 1].any()


def test_a_policy_decides(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("kinds: {phone: partial, member: keep}\n", "utf-8")
    run("redact", "8001_13800138000.wav", "--out", ".", "--policy", "p.yaml")
    [path] = tmp_path.glob("*.redacted.json")

    assert from_json(path.read_bytes()).call.segments[1].text == "电话138****8000，会员VIP88"


def test_without_its_recording_the_text_is_copied(tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere.wav"
    (tmp_path / "8001_13800138000.wav").rename(moved)
    done = run("redact", "8001_13800138000.wav", "--out", "a")

    assert done.exit_code == 0
    assert "--audio" in done.output
    assert len(list((tmp_path / "a").iterdir())) == 2
    assert run("redact", "8001_13800138000.wav", "--out", "a", "--audio", str(moved)).exit_code == 0
    assert len(list((tmp_path / "a").iterdir())) == 3


def test_another_recording_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.wav").write_bytes(wav(int16(tone(1.0))))
    done = run("redact", "8001_13800138000.wav", "--out", "a", "--audio", "other.wav")

    assert isinstance(done.exception, InputError)
    assert not list((tmp_path / "a").glob("*.wav"))


def test_a_clip_is_cut(tmp_path: Path) -> None:
    done = run("clip", "8001_13800138000.wav", "--from", "1", "--to", "0:02", "--channel", "1", "--margin", "0", "--out", "c/x.wav")  # fmt: skip

    assert done.exit_code == 0, done.output
    assert samples(tmp_path / "c" / "x.wav").shape == (8000, 1)
