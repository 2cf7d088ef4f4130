"""The whisper engine around a made-up model: batches, retries, gates, words, errors."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
import pytest
import tokenizers
from numpy.typing import NDArray

from huiting.core.errors import ConfigError, EngineError, ModelUnavailable
from huiting.core.ports import Hints
from huiting.core.types import Audio
from huiting.engines import whisper
from huiting.engines._windows import RATE, View, features_of
from huiting.engines.whisper import Profile, Whisper

TEXT = ["你", "好", "请", "讲", "，", " hello", " world", "谢谢观看"]
SPECIAL = [
    "<|endoftext|>",
    "<|startoftranscript|>",
    *(f"<|{code}|>" for code in ("en", "zh", "ja")),
    "<|translate|>",
    "<|transcribe|>",
    "<|startofprev|>",
    "<|notimestamps|>",
]


def vocabulary() -> Any:  # noqa: ANN401  (tokenizers ships no types)
    ids = {token: i for i, token in enumerate([*TEXT, *SPECIAL])}
    made = tokenizers.Tokenizer(tokenizers.models.WordLevel(ids, unk_token="你"))
    made.decoder = tokenizers.decoders.Fuse()
    return made


def clip(seconds: float, level: float) -> Audio:
    """A clip that the made-up model knows by its level."""
    noise = np.random.default_rng(0).normal(0, level, round(seconds * RATE))
    return Audio(noise.astype(np.float32), RATE)


def key(features: NDArray[np.float32]) -> int:
    """What tells clips apart: the level of the loudest place, in 2.5 dB."""
    return round(float(features.max()) * 16)


@dataclass
class Generated:
    sequences_ids: list[list[int]]
    scores: list[float]
    no_speech_prob: float


@dataclass
class Alignment:
    alignments: list[tuple[int, int]]
    text_token_probs: list[float]


@dataclass
class Scripted:
    """A model that says for each clip, by its level and the beam, what the script says."""

    says: dict[tuple[int, int], tuple[list[str], float]] = field(default_factory=dict)
    no_speech: float = 0.0
    language: str = "zh"
    fails: str = ""
    windows: list[float] = field(default_factory=list)
    beams: list[tuple[int, int]] = field(default_factory=list)
    prompts: list[list[int]] = field(default_factory=list)

    def say(self, what: Audio, text: list[str], score: float = -0.1, *, beam: int = 2) -> None:
        self.says[key(features_of(what)), beam] = (text, score)

    def encode(self, features: Any, *, to_cpu: bool) -> Any:  # noqa: ANN401
        self._fail("encode")
        array = np.array(features)
        self.windows.append(array.shape[2] / 100)
        level = key(array)
        return np.full((1, array.shape[2] // 2, 1), level, np.float32)

    def generate(
        self,
        encoded: Any,  # noqa: ANN401
        prompts: list[list[int]],
        *,
        beam_size: int,
        max_length: int,
        return_scores: bool,
        return_no_speech_prob: bool,
    ) -> list[Generated]:
        self._fail("generate")
        rows = np.array(encoded)
        self.beams.append((beam_size, len(rows)))
        self.prompts += prompts
        return [self._said(round(float(row[0, 0])), beam_size) for row in rows]

    def _said(self, level: int, beam: int) -> Generated:
        text, score = self.says.get((level, beam), (["好"], -0.1))
        ids = [TEXT.index(token) for token in text]
        return Generated([ids], [score], self.no_speech)

    def detect_language(self, encoded: Any) -> list[list[tuple[str, float]]]:  # noqa: ANN401
        self._fail("detect")
        odds = [("<|ja|>", 0.5), (f"<|{self.language}|>", 0.3), ("<|en|>", 0.2)]
        return [odds] * len(np.array(encoded))

    def align(
        self,
        encoded: Any,  # noqa: ANN401
        start: list[int],
        tokens: list[list[int]],
        frames: list[int],
    ) -> list[Alignment]:
        """Each token begins 0.2 s after the one before."""
        self._fail("align")
        return [
            Alignment([(i, 10 * i) for i in range(len(few) + 1)], [0.9] * len(few))
            for few in tokens
        ]

    def _fail(self, step: str) -> None:
        if step == self.fails:
            raise RuntimeError("out of memory")


def engine(model: Scripted, profile: Profile | None = None, **options: Any) -> Whisper:  # noqa: ANN401
    return Whisper(model, vocabulary(), profile or Profile(View(beam=2)), **options)


def texts(recognizer: Whisper, clips: Sequence[Audio], language: str | None = "zh") -> list[str]:
    return [h.text for h in recognizer.transcribe(clips, Hints(language=language))]


@pytest.mark.parametrize("threads", [1, 3])
def test_hypotheses_come_in_the_order_of_the_clips(threads: int) -> None:
    clips = [clip(3, 0.5), clip(12, 0.02), clip(1, 0.1), clip(25, 0.005)]
    model = Scripted()
    for one, text in zip(clips, "你好请讲", strict=True):
        model.say(one, [text])

    assert texts(engine(model, threads=threads), clips) == ["你", "好", "请", "讲"]


def test_short_clips_share_a_batch_and_long_ones_get_a_longer_window() -> None:
    model = Scripted()
    texts(engine(model), [clip(3, 0.1), clip(13.5, 0.1), clip(4, 0.1)])

    assert sorted(model.windows) == [10, 10, 16]
    assert model.beams == [(2, 1), (2, 2)]


def test_no_clips_give_no_hypotheses() -> None:
    assert texts(engine(Scripted()), []) == []


def test_a_clip_longer_than_any_window_is_heard_in_parts() -> None:
    model = Scripted()
    long = clip(60, 0.1)
    (heard,) = engine(model).transcribe([long], Hints(language="zh"))

    assert heard.text == "好 好 好"
    assert [round(w.span.start) for w in heard.words] == [0, 20, 40]


def two(first: float, second: float, seconds: float = 6.0) -> Audio:
    """A clip of two levels, with silence between."""
    silence = np.zeros(RATE // 2, np.float32)
    parts = (clip(seconds, first).samples, silence, clip(seconds, second).samples)
    return Audio(np.concatenate(parts), RATE)


LOUD, SOFT = clip(6, 0.5), clip(6, 0.02)


@pytest.mark.parametrize(
    ("whole", "halves", "text"),
    [
        pytest.param(-0.5, -0.1, "你", id="a likely draft is kept"),
        pytest.param(-2.8, -0.4, "好", id="an unlikely one is not"),
        pytest.param(-2.8, -3.0, "你", id="unless its halves are less likely"),
        pytest.param(-9.0, -0.4, "好", id="a refused one is not"),
        pytest.param(-2.8, -9.0, "你", id="unless its halves are refused"),
    ],
)
def test_a_doubtful_clip_is_heard_again_in_halves(whole: float, halves: float, text: str) -> None:
    model = Scripted()
    model.say(LOUD, ["你"], whole)
    model.say(SOFT, ["好"], halves)
    both = two(0.02, 0.5)

    assert texts(engine(model), [both])[0].split(" ")[0] == text


def test_what_a_gate_refuses_is_empty_and_says_which() -> None:
    model = Scripted(no_speech=0.9)
    model.say(clip(3, 0.1), ["你", "好"], -1.8)
    (heard,) = engine(model).transcribe([clip(3, 0.1)], Hints(language="zh"))

    assert (heard.text, heard.words, heard.gate) == ("", (), "no-speech")


def test_characters_are_the_words_of_chinese_and_punctuation_is_none() -> None:
    model = Scripted()
    model.say(clip(3, 0.1), ["你", "好", "，", "请", "讲"])
    (heard,) = engine(model).transcribe([clip(3, 0.1)], Hints(language="zh"))

    assert heard.text == "你好，请讲"
    assert [(w.text, round(w.span.start, 2)) for w in heard.words] == [
        ("你", 0.0),
        ("好", 0.2),
        ("请", 0.6),
        ("讲", 0.8),
    ]
    assert {w.confidence for w in heard.words} == {0.9}


def test_words_of_english_are_words() -> None:
    model = Scripted()
    model.say(clip(3, 0.1), [" hello", " world"])
    (heard,) = engine(model).transcribe([clip(3, 0.1)], Hints(language="en"))

    assert heard.text == "hello world"
    assert [w.text for w in heard.words] == ["hello", "world"]


def test_a_lead_is_taken_off_the_word_times() -> None:
    model = Scripted()
    model.say(clip(3, 0.1), ["你", "好", "请"])
    profile = Profile(View(lead=0.3, beam=2))
    (heard,) = engine(model, profile).transcribe([clip(3, 0.1)], Hints(language="zh"))

    assert [round(w.span.start, 2) for w in heard.words] == [0.0, 0.0, 0.1]


def test_words_can_be_left_out() -> None:
    model = Scripted(fails="align")
    (heard,) = engine(model, words=False).transcribe([clip(3, 0.1)], Hints(language="zh"))

    assert heard.words == ()


def test_confidence_is_the_mean_probability_of_a_token() -> None:
    model = Scripted()
    model.say(clip(3, 0.1), ["你"], np.log(0.25))
    (heard,) = engine(model).transcribe([clip(3, 0.1)], Hints(language="zh"))

    assert heard.confidence == pytest.approx(0.5)  # the end of the text is the second token


@pytest.mark.parametrize(
    ("options", "language"),
    [
        pytest.param({}, "ja", id="all languages"),
        pytest.param({"languages": ("zh", "en")}, "zh", id="a few"),
    ],
)
def test_language_is_detected_among_those_allowed(options: dict[str, Any], language: str) -> None:
    recognizer = engine(Scripted(), **options)
    (odds,) = recognizer.languages([clip(20, 0.1)])
    (heard,) = recognizer.transcribe([clip(3, 0.1)], Hints())

    assert max(odds, key=lambda code: odds[code]) == heard.language == language
    assert sum(odds.values()) == pytest.approx(1)


def test_the_language_given_is_asked_for() -> None:
    model = Scripted()
    texts(engine(model), [clip(3, 0.1)], "en")

    assert [SPECIAL[i - len(TEXT)] for i in model.prompts[0]] == [
        "<|startoftranscript|>",
        "<|en|>",
        "<|transcribe|>",
        "<|notimestamps|>",
    ]


def test_cantonese_is_asked_for_as_chinese_by_a_model_that_knows_no_better() -> None:
    model = Scripted()
    (heard,) = engine(model).transcribe([clip(3, 0.1)], Hints(language="yue"))

    assert SPECIAL[model.prompts[0][1] - len(TEXT)] == "<|zh|>"
    assert heard.language == "yue"


def test_a_language_nobody_knows_is_an_error() -> None:
    with pytest.raises(EngineError, match="does not know the language 'xx'"):
        texts(engine(Scripted()), [clip(3, 0.1)], "xx")


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("encode", "encoding of 1 clips failed"),
        ("generate", "decoding of 1 clips failed"),
        ("align", "alignment of 1 clips failed"),
        ("detect", "language detection of 1 clips failed"),
    ],
)
def test_what_the_model_raises_is_an_engine_error(step: str, message: str) -> None:
    with pytest.raises(EngineError, match=f"{message}: out of memory"):
        texts(engine(Scripted(fails=step)), [clip(3, 0.1)], None)


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="run: huiting setup"):
        whisper.build(weights=tmp_path)


def test_a_profile_nobody_knows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="choose one of fast, accurate"):
        whisper.build(weights=tmp_path, profile="quick")


def test_ctranslate2_takes_our_arrays() -> None:
    view = whisper._native(np.ones((1, 80, 10), np.float32))

    assert isinstance(view, ctranslate2.StorageView)
    assert view.shape == [1, 80, 10]


@pytest.mark.parametrize(
    ("seconds", "frames"),
    [
        pytest.param(3.0, 150, id="a short clip, without its padding"),
        pytest.param(60.0, 3000, id="a clip heard in parts"),
    ],
)
def test_states_are_as_long_as_the_clip(seconds: float, frames: int) -> None:
    (heard,) = engine(Scripted(), states=True).transcribe([clip(seconds, 0.1)], Hints("zh"))

    assert heard.states is not None
    assert (len(heard.states.values), heard.states.step) == (frames, 0.02)


def test_states_are_not_handed_on_unless_asked_for() -> None:
    heard = engine(Scripted()).transcribe([clip(3, 0.1), clip(60, 0.1)], Hints("zh"))

    assert [h.states for h in heard] == [None, None]
