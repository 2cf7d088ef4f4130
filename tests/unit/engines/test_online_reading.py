"""What streaming networks write, read: bytes, capitals, times, probabilities."""

from dataclasses import dataclass, field
from math import log
from pathlib import Path

import pytest

from huiting.core.ports import Hotword
from huiting.engines.online.hotwords import Spelling
from huiting.engines.online.reading import Writing, hypothesis_of, writing_of

PLAIN = Writing(capitals=False, languages=("zh", "en"))


@dataclass
class Result:
    """What the runtime says."""

    text: str
    tokens: list[str]
    timestamps: list[float] = field(default_factory=list)
    ys_probs: list[float] = field(default_factory=list)


def test_bytes_are_the_characters_that_they_make() -> None:
    tokens = ["你", *(f"<0x{byte:02X}>" for byte in "囍".encode()), "好"]
    result = Result("你囍好", tokens, [0.0, 0.4, 0.44, 0.48, 0.8], [log(0.5)] * 5)
    heard = hypothesis_of(result, 2.0, PLAIN)

    assert [w.text for w in heard.words] == ["你", "囍", "好"]
    assert heard.words[1].span.start == pytest.approx(0.37)
    assert heard.confidence == pytest.approx(0.5)


def test_a_character_of_which_bytes_are_missing_is_not_written_yet() -> None:
    result = Result(
        "你", ["你", *(f"<0x{byte:02X}>" for byte in "囍".encode()[:2])], [0.0, 0.4, 0.5]
    )
    heard = hypothesis_of(result, 2.0, PLAIN)

    assert heard.text == "你"
    assert [w.text for w in heard.words] == ["你"]


def test_capitals_are_made_small_where_the_model_knows_nothing_else() -> None:
    heard = hypothesis_of(
        Result(" GOOD MORNING", [" GOOD", " MOR", "NING"], [0.0, 0.5, 0.7]),
        2.0,
        Writing(capitals=True, languages=("zh", "en")),
    )

    assert heard.text == "good morning"
    assert [w.text for w in heard.words] == ["good", "morning"]
    assert heard.language == "en"
    assert heard.confidence is None


def test_tokens_that_are_not_the_text_have_no_times() -> None:
    heard = hypothesis_of(Result("你好", ["ƍĻŃ", "ƋŶŁ"], [0.0, 0.4], [0.0, 0.0]), 2.0, PLAIN)

    assert (heard.text, heard.words) == ("你好", ())


def test_tokens_of_which_some_have_no_time_have_none() -> None:
    heard = hypothesis_of(Result("你好", ["你", "好"], [0.0], [0.0]), 2.0, PLAIN)

    assert (heard.words, heard.confidence) == ((), None)


@pytest.mark.parametrize(
    ("tokens", "capitals", "languages"),
    [
        pytest.param(["<blk>", "你", "▁AM"], True, ("zh", "en"), id="both, in capitals"),
        pytest.param(["<blk>", "<0x41>", "你"], True, ("zh",), id="bytes are no letters"),
        pytest.param(["▁he", "llo"], False, ("en",), id="English"),
        pytest.param(["<blk>", "ƍ"], False, ("en",), id="Latin letters"),
        pytest.param(["<blk>"], True, ("zh", "en", "ko"), id="nobody knows"),
    ],
)
def test_how_a_model_writes_is_told_by_its_tokens(
    tokens: list[str], *, capitals: bool, languages: tuple[str, ...]
) -> None:
    assert writing_of(tokens, ("zh", "en", "ko")) == Writing(capitals, languages)


def spelling(folder: Path, pieces: str = "", *tokens: str) -> Spelling:
    if pieces:
        (folder / "bpe.vocab").write_text(pieces, encoding="utf-8")
    return Spelling(dict(enumerate(("清", "讲", "▁", "H", "I", *tokens))), folder, capitals=True)


def test_hotwords_are_written_the_weightiest_first(tmp_path: Path) -> None:
    made = spelling(tmp_path, "<unk>\t0\n▁\t-1\nH\t-2\nI\t-3\n")
    words = (Hotword("清讲", 0.5), Hotword("hi  hi", 2.0), Hotword("hey"), Hotword("清/讲"))

    assert made.of(words) == "HI HI :3.00/清讲 :0.75"
    assert made.unit == "cjkchar+bpe"


def test_without_pieces_only_characters_are_written(tmp_path: Path) -> None:
    made = spelling(tmp_path)

    assert made.of((Hotword("hi"), Hotword("清"))) == "清 :1.50"
    assert made.unit == "cjkchar"
    assert made.of(()) == ""


def test_pieces_that_are_no_tokens_are_not_used(tmp_path: Path) -> None:
    made = spelling(tmp_path, "▁\t-1\nH\t-2\nI\t-3\nHI\t-4\n")

    assert made.of((Hotword("hi"),)) == ""


def test_a_model_of_letters_alone_divides_words_into_pieces(tmp_path: Path) -> None:
    (tmp_path / "bpe.vocab").write_text("▁\t-1\nH\t-2\n", encoding="utf-8")
    made = Spelling({0: "▁", 1: "H"}, tmp_path, capitals=True)

    assert made.unit == "bpe"
