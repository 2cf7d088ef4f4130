"""What SenseVoice and Paraformer write, read without their runtimes."""

import pytest

from huiting.core.ports import Hotword
from huiting.core.tags import Sounding
from huiting.core.types import EmotionLabel, EventLabel
from huiting.engines._pieces import Piece
from huiting.engines.paraformer import _reading as of_paraformer
from huiting.engines.paraformer._reading import Token
from huiting.engines.sensevoice import _reading as of_sensevoice
from huiting.engines.sensevoice._reading import Said

ODDS = {EmotionLabel.ANGRY: 0.7, EmotionLabel.NEUTRAL: 0.2, EmotionLabel.UNKNOWN: 0.1}


@pytest.mark.parametrize(
    ("raw", "text", "language", "gate"),
    [
        ("<|zh|><|ANGRY|><|Speech|><|withitn|>你们怎么回事?", "你们怎么回事?", "zh", None),
        ("<|en|><|EMO_UNKNOWN|><|Speech|><|withitn|>The.", "", "en", "phantom"),
        ("<|nospeech|><|EMO_UNKNOWN|><|Event_UNK|><|woitn|>", "", None, "no-speech"),
        ("<|nospeech|><|EMO_UNKNOWN|><|Event_UNK|><|woitn|>你", "", None, "no-speech"),
        ("<|zh|><|NEUTRAL|><|Speech|><|withitn|>。", "", "zh", "empty"),
        ("<|yue|><|NEUTRAL|><|Speech|><|woitn|>你 <|zh|><|SAD|>好", "你 好", "yue", None),
        ("你好", "你好", None, None),
        ("", "", None, "no-speech"),
    ],
)
def test_tags_are_taken_off(raw: str, text: str, language: str | None, gate: str | None) -> None:
    heard = of_sensevoice.hypothesis_of(Said(raw), 2.0)

    assert (heard.text, heard.language, heard.gate) == (text, language, gate)
    assert heard.confidence is None


def test_an_emotion_has_the_score_of_its_tag() -> None:
    raw = "<|zh|><|ANGRY|><|Speech|><|withitn|>好"
    scored = of_sensevoice.hypothesis_of(Said(raw, emotions=ODDS), 2.0).emotion
    bare = of_sensevoice.hypothesis_of(Said(raw), 2.0).emotion

    assert scored is not None
    assert (scored.label, scored.score) == (EmotionLabel.ANGRY, 0.7)
    assert bare is not None
    assert bare.score is None


def test_an_unknown_emotion_is_left_to_others() -> None:
    said = Said("<|zh|><|EMO_UNKNOWN|><|Speech|><|withitn|>好", emotions=ODDS)

    assert of_sensevoice.hypothesis_of(said, 2.0).emotion is None


@pytest.mark.parametrize(
    ("sounding", "text", "label"),
    [
        ("Laughter", "好", EventLabel.LAUGHTER),
        ("BGM", "好", EventLabel.MUSIC_UNDER_SPEECH),
        ("BGM", "", EventLabel.MUSIC),
        ("Cough", "", EventLabel.COUGH),
    ],
)
def test_a_sound_is_an_event(sounding: str, text: str, label: EventLabel) -> None:
    raw = f"<|zh|><|NEUTRAL|><|{sounding}|><|withitn|>{text}"
    (event,) = of_sensevoice.hypothesis_of(Said(raw, sounds={Sounding(sounding): 0.6}), 2.0).events

    assert (event.label, event.score, event.span.end) == (label, 0.6, 2.0)


@pytest.mark.parametrize("sounding", ["Speech", "GBG", "Speech_Noise", "Event_UNK"])
def test_speech_and_what_has_no_name_are_none(sounding: str) -> None:
    raw = f"<|zh|><|NEUTRAL|><|{sounding}|><|withitn|>好"

    assert of_sensevoice.hypothesis_of(Said(raw), 2.0).events == ()


def test_words_have_the_times_of_their_pieces() -> None:
    said = Said(
        "<|zh|><|NEUTRAL|><|Speech|><|withitn|>好", [Piece("好", 0.5, 0.7, 0.9)], {}, {}, -0.1
    )
    heard = of_sensevoice.hypothesis_of(said, 2.0)

    assert [(w.text, w.span.start, w.confidence) for w in heard.words] == [("好", 0.5, 0.9)]
    assert heard.confidence == pytest.approx(0.905, abs=1e-3)


def tokens(*texts: str, timed: bool = True) -> list[Token]:
    return [Token(t, 0.5, (i, i + 1.0) if timed else None) for i, t in enumerate(texts)]


@pytest.mark.parametrize(
    ("texts", "text", "words"),
    [
        (["你", "好"], "你好", ["你", "好"]),
        (["h@@", "i", "ok", "你"], "hi ok你", ["hi", "ok", "你"]),
        (["<s>", "你", "<unk>", "</s>"], "你", ["你"]),
    ],
)
def test_tokens_of_paraformer_make_words(texts: list[str], text: str, words: list[str]) -> None:
    heard = of_paraformer.hypothesis_of(tokens(*texts), 9.0)

    assert (heard.text, [w.text for w in heard.words]) == (text, words)
    assert heard.confidence == pytest.approx(0.5)


def test_tokens_without_times_make_text_alone() -> None:
    heard = of_paraformer.hypothesis_of(tokens("你", "好", timed=False), 9.0)

    assert (heard.text, heard.words) == ("你好", ())


@pytest.mark.parametrize("texts", [[], ["<unk>"], ["。"]])
def test_nothing_written_is_nothing_heard(texts: list[str]) -> None:
    assert of_paraformer.hypothesis_of(tokens(*texts), 9.0).gate == "empty"


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("谢谢", [1, 1]),
        ("HI 谢", [2, 3, 1]),
        ("hi", [2, 3]),
        ("鑫", None),
        ("谢hi鑫", None),
        (" ", None),
    ],
)
def test_hotwords_are_written_in_tokens(word: str, expected: list[int] | None) -> None:
    known = {"谢": 1, "h@@": 2, "i": 3}

    assert of_paraformer.tokens_of(Hotword(word), known, {"hi": ["h@@", "i"]}) == expected
