from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from huiting.app import library
from huiting.app.library import Analyzer, analyze
from huiting.app.readers import Readers
from huiting.app.settings import Settings
from huiting.core.errors import ConfigError, InputError
from huiting.core.judgement import Verdict
from huiting.core.meaning import Meaning
from huiting.core.ports import Hints, Hotword
from huiting.core.types import Role
from huiting.pipeline import Kit
from tones import RATE, kit, speak, write_wav

STEREO = np.stack([speak(4, (0.5, 2, 400)), speak(4, (2.5, 3.5, 500))])


@pytest.fixture(autouse=True)
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Hints | None]:
    """Hear with tones; remembers with what hints the models were loaded, and when let go."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    log: list[Hints | None] = []

    @contextmanager
    def tones(_settings: Settings, hints: Hints, _readers: Readers) -> Iterator[Kit]:
        log.append(hints)
        yield kit()
        log.append(None)

    monkeypatch.setattr(library, "kit_of", tones)
    return log


def test_audio_comes_as_path_bytes_or_samples(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "call.wav", *STEREO)
    samples = (STEREO * 32767).astype(np.int16)

    with Analyzer() as analyzer:
        made = [
            analyzer.analyze(path),
            analyzer.analyze(str(path)),
            analyzer.analyze(path.read_bytes()),
            analyzer.analyze(samples, RATE),
        ]

    said = [[s.spoken for s in analysis.call.segments] for analysis in made]
    assert said == [["您好工号八零零一为您服务", "我想退货"]] * 4
    assert [a.call.recording.path for a in made] == [str(path), str(path), "audio", "audio"]
    assert len({a.call.recording.id for a in made[:3]}) == 1


def test_what_is_known_of_a_call_goes_along() -> None:
    began = datetime(2025, 3, 12, 10, 15)  # noqa: DTZ001  (recorders state no zone)

    analysis = analyze(
        STEREO,
        RATE,
        name="7.wav",
        roles=["agent", Role.CUSTOMER],
        started_at=began,
        metadata={"agent": "8001"},
    )

    recording = analysis.call.recording
    assert (recording.path, recording.started_at) == ("7.wav", began)
    assert dict(recording.metadata) == {"agent": "8001"}
    assert [channel.role for channel in recording.channels] == [Role.AGENT, Role.CUSTOMER]


def test_roles_of_the_settings_hold_where_none_are_given() -> None:
    analysis = analyze(STEREO, RATE, roles=None, language="zh")

    assert [channel.role for channel in analysis.call.recording.channels] == [Role.UNKNOWN] * 2
    with Analyzer(roles=["agent", "customer"]) as analyzer:
        told = analyzer.analyze(STEREO, RATE).call.recording
    assert [channel.role for channel in told.channels] == [Role.AGENT, Role.CUSTOMER]


def test_headerless_audio_is_read_as_told() -> None:
    raw = (STEREO[1] * 32767).astype("<i2").tobytes()

    assert analyze(raw, raw="s16le:16000:1").call.segments[0].spoken == "我想退货"


def test_the_models_stay_until_the_end(opened: list[Hints | None]) -> None:
    with Analyzer() as analyzer:
        analyzer.analyze(STEREO, RATE)
        analyzer.analyze(STEREO, RATE)
        assert opened == [Hints()]

    assert opened == [Hints(), None]


def test_a_hotword_given_directly_counts_before_the_list(
    tmp_path: Path, opened: list[Hints | None]
) -> None:
    (tmp_path / "words.txt").write_text("价保\n运费险\n", "utf-8")
    (tmp_path / "huiting.toml").write_text('hotwords = "words.txt"\n')

    with Analyzer(hotwords=["价保 2.0"]):
        pass

    [hints, _] = opened
    assert hints is not None
    assert hints.hotwords == (Hotword("价保", 2.0), Hotword("运费险"))


def test_samples_want_a_rate() -> None:
    with Analyzer() as analyzer, pytest.raises(InputError, match="their rate is not given"):
        analyzer.analyze(STEREO)


def test_a_setting_that_there_is_not_is_refused() -> None:
    with pytest.raises(ConfigError, match="no such setting"):
        Analyzer(beam=3)


def test_a_role_that_there_is_not_is_refused() -> None:
    with Analyzer() as analyzer, pytest.raises(InputError, match="boss"):
        analyzer.analyze(STEREO, RATE, roles=["boss", "customer"])


def test_a_call_is_judged_by_the_rules_of_the_settings(tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text(
        "format: huiting-rules/1\nname: t\nrules:\n"
        "  - {id: greet, name: 问候, require: {said: 您好, by: agent}}\n",
        "utf-8",
    )

    with Analyzer(rules=[rules]) as analyzer:
        (finding,) = analyzer.judge(analyzer.analyze(STEREO, RATE)).findings

    assert (finding.rule, finding.verdict) == ("greet", Verdict.PASS)


def test_without_rules_nothing_is_judged() -> None:
    with Analyzer() as analyzer, pytest.raises(ConfigError, match="the settings name none"):
        analyzer.judge(analyzer.analyze(STEREO, RATE))


def test_a_pressing_call_in_another_language_has_a_ticket() -> None:
    with Analyzer() as analyzer:
        calm = analyzer.analyze(STEREO, RATE)
        pressing = replace(calm, meaning=Meaning(advice=("route:en", "priority-ticket")))

        assert analyzer.ticket(calm) is None
        found = analyzer.ticket(pressing)

    assert found is not None
    assert (found.language, found.by) == ("en", None)
