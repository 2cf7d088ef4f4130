"""The real models in a child process: the same result, whatever becomes of the child."""

import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from huiting.app.hosting import host_of
from huiting.app.library import Analyzer
from huiting.app.settings import Settings, resolve
from huiting.app.wiring import models_of, voice_detector_of
from huiting.audio.decode import decode
from huiting.core.analysis import Analysis
from huiting.core.codec import from_json
from huiting.core.errors import InputError, UndecodableAudio
from huiting.core.speech import Speech, SpeechOptions
from huiting.core.watch import Progress
from huiting.engines import catalogue
from huiting.engines.silero import regions_of
from huiting.jobs.host.limits import Limits
from huiting.jobs.host.model_host import ModelHost
from huiting.service.tasks import ANALYZE, COMPARE, SPEECH, TRANSCRIBE, Measured, Request

pytestmark = pytest.mark.model
SAMPLES = Path(__file__).parents[2] / "samples"
STEREO = SAMPLES / "8002_20250313143005_16055550102_in.wav"
MONO = SAMPLES / "8030_20250413090909_16055550130_in.amr"


@pytest.fixture(scope="module")
def host() -> Iterator[ModelHost]:
    settings = resolve({}, os.environ, Path(os.devnull)).settings
    for entry in models_of(settings):
        found = catalogue.check(entry, settings.models)
        if found.state is not catalogue.State.VERIFIED:
            pytest.skip(f"model {entry.name}: {found.reason}; run `huiting setup`")
    with host_of(settings, Limits(parallel=2, idle=0, pause=0.01)) as opened:
        opened.load()
        yield opened


def silent(_progress: Progress) -> None:
    pass


def heard(
    host: ModelHost,
    path: Path,
    task: str = ANALYZE,
    options: str = "{}",
    listen: Callable[[Progress], None] = silent,
) -> Analysis:
    request = Request(str(path), path.name, options=options)
    return from_json(host.run(request.task(task), listen))


def texts(analysis: Analysis) -> list[str]:
    return [segment.text for segment in analysis.call.segments]


def test_what_the_child_hears_is_what_we_hear(host: ModelHost) -> None:
    with Analyzer() as analyzer:
        ours = analyzer.analyze(STEREO, name=STEREO.name)
    theirs = heard(host, STEREO)

    assert texts(theirs) == texts(ours)
    assert theirs.made_by == ours.made_by
    assert [s.emotion for s in theirs.call.segments if s.emotion is None] == []


def test_the_child_measures_speech_as_the_detector_finds_it(host: ModelHost) -> None:
    told: list[str] = []
    request = Request(str(MONO), MONO.name).task(SPEECH)
    found = Speech.unpacked(host.run(request, lambda progress: told.append(progress.stage)))
    detector = voice_detector_of(Settings())
    with decode(MONO, rate=16_000) as decoded:
        exact = [detector.speech(track) for track in decoded.alive]

    assert told
    assert set(told) <= {"decode", "vad"}  # of what follows fast on another, the last is told
    assert [t.channel for t in found.tracks] == [0]
    for track, spans in zip(found.tracks, exact, strict=True):
        probabilities = track.probabilities.tolist()
        assert regions_of(probabilities, track.duration, SpeechOptions()) == spans
        assert max(track.loud) > 20


def test_a_crash_in_the_middle_changes_nothing_in_the_results(host: ModelHost) -> None:
    before = [texts(heard(host, path)) for path in (STEREO, MONO)]
    lost = host.status().losses
    once: list[int] = []

    def crash(progress: Progress) -> None:
        process = host.status().process
        if progress.stage == "asr" and process is not None and not once:
            once.append(process)
            os.kill(process, signal.SIGSEGV)

    with ThreadPoolExecutor(2) as pool:
        found = list(
            pool.map(lambda path: texts(heard(host, path, listen=crash)), (STEREO, MONO))
        )  # fmt: skip

    assert found == before
    assert host.status().losses == lost + 1


def test_a_transcription_has_words_and_none_of_what_is_made_of_them(host: ModelHost) -> None:
    analysis = heard(host, STEREO, TRANSCRIBE, '{"itn": false, "language": "zh"}')

    assert any("八零零二" in text or "8002" in text for text in texts(analysis))
    assert all(segment.words for segment in analysis.call.segments)
    assert {segment.emotion for segment in analysis.call.segments} == {None}
    assert analysis.meaning == replace(analysis.meaning, intents=(), entities=())


def test_what_a_request_wants_otherwise_holds_for_it_alone(host: ModelHost) -> None:
    whole = heard(host, MONO, options='{"speakers": 1}')
    two = heard(host, MONO)

    assert len(whole.call.parties) == 1
    assert len(two.call.parties) == 2
    assert whole.made_by.settings != two.made_by.settings


@pytest.mark.parametrize(
    ("path", "options", "kind", "words"),
    [
        pytest.param(Path(__file__), "{}", UndecodableAudio, "no audio file", id="no audio"),
        pytest.param(MONO, '{"language": "xx"}', InputError, "language xx", id="no language"),
        pytest.param(MONO, '{"speakers": "two"}', InputError, "option speakers", id="no number"),
        pytest.param(MONO, '{"colour": "red"}', InputError, "no such option", id="no option"),
        pytest.param(MONO, '{"hotwords": "a"}', InputError, "no list of words", id="no list"),
        pytest.param(MONO, "[]", InputError, "no JSON object", id="no object"),
        pytest.param(MONO, "{", InputError, "not JSON", id="no JSON"),
    ],
)
def test_what_cannot_be_done_is_said(
    host: ModelHost, path: Path, options: str, kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind, match=words):
        heard(host, path, options=options)


def test_what_hearing_takes_is_measured_without_loading(host: ModelHost) -> None:
    request = Request(str(STEREO), STEREO.name, options='{"engine": "whisper", "speakers": 1}')
    measured = Measured.unpacked(host.run(request.task(COMPARE), silent))
    analysis = from_json(measured.analysis)
    plain = heard(host, STEREO, TRANSCRIBE)

    assert texts(analysis) == texts(plain)
    assert 0 < measured.seconds < 600
    assert measured.memory is None or measured.memory > 0
