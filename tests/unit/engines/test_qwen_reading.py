"""What Qwen3-ASR writes, whole or cut off."""

import pytest

from huiting.engines.qwen3_asr._reading import CODES, NAMES, SPOKEN, Reading, code_of, read


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param(
            "language Chinese<asr_text>您好。", Reading("您好。", "zh"), id="language and text"
        ),
        pytest.param(
            "language Cantonese<asr_text>唔该晒", Reading("唔该晒", "yue"), id="Cantonese"
        ),
        pytest.param("language None<asr_text>", Reading("", None, nobody=True), id="nobody"),
        pytest.param("language None<asr_text>嗯", Reading("嗯"), id="nobody, and yet a text"),
        pytest.param("language Klingon<asr_text>nuqneH", Reading("nuqneH"), id="unknown"),
        pytest.param("language Wu<asr_text>侬好", Reading("侬好", "wuu"), id="a dialect"),
        pytest.param("language Sichuan<asr_text>要得", Reading("要得", "zh"), id="a province"),
        pytest.param("language Chinese", Reading("", "zh"), id="stopped after the name"),
        pytest.param("language Canton", Reading("", "yue"), id="stopped inside the name"),
        pytest.param("language Maced", Reading("", "mk"), id="inside a rare name"),
        pytest.param("language None", Reading("", None, nobody=True), id="stopped after None"),
        pytest.param("language", Reading(""), id="stopped before the name"),
        pytest.param("您好<|im_end|>", Reading("您好"), id="text alone"),
        pytest.param("", Reading(""), id="nothing"),
        pytest.param("language barrier", Reading("language barrier"), id="speech"),
        pytest.param("Language Chinese", Reading("Language Chinese"), id="a sentence"),
        pytest.param(
            "language lessons in Chinese", Reading("language lessons in Chinese"), id="longer"
        ),
    ],
)
def test_a_header_is_read_and_speech_is_left_alone(written: str, expected: Reading) -> None:
    assert read(written) == expected


def test_every_language_and_dialect_has_a_code_and_its_name_leads_back() -> None:
    assert len(NAMES) == 30
    assert all(code_of(name) == code for code, name in NAMES.items())
    assert len(CODES) == 30 + 2 + 18
    assert set(SPOKEN.values()) == set(NAMES.values())


@pytest.mark.parametrize("begun", ["", "P", "Ma", "Xy"])
def test_a_beginning_that_several_have_or_none_is_no_language(begun: str) -> None:
    assert code_of(begun) is None
