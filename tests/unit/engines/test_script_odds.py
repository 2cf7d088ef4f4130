import pytest

from huiting.engines._scripts import odds_by_script

USUAL = ("zh", "en", "ja")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("您好，请讲。", "zh", id="Han"),
        pytest.param("はい、少々お待ちください。", "ja", id="kana"),
        pytest.param("確認致します", "ja", id="kana among Han"),
        pytest.param("Hello, how may I help you?", "en", id="Latin"),
        pytest.param("我的order还没到，请帮我看一下", "zh", id="an English word in Chinese"),
        pytest.param("so I said 你好 and then he hung up on me", "en", id="Chinese in English"),
    ],
)
def test_the_script_tells_the_language(text: str, expected: str) -> None:
    odds = odds_by_script(text, USUAL)

    assert max(odds, key=lambda code: odds[code]) == expected
    assert sum(odds.values()) == pytest.approx(1)
    assert set(odds) == set(USUAL)


@pytest.mark.parametrize(
    "text", [pytest.param("", id="nothing"), "123 …", pytest.param("здравствуйте", id="another")]
)
def test_what_tells_nothing_makes_all_as_likely(text: str) -> None:
    assert odds_by_script(text, USUAL) == dict.fromkeys(USUAL, pytest.approx(1 / 3))


def test_languages_that_share_a_script_cannot_be_told_apart() -> None:
    assert odds_by_script("xin chào", ("vi", "en", "zh")) == {"vi": 0.5, "en": 0.5, "zh": 0.0}


def test_cantonese_is_left_to_the_text_where_chinese_is_expected_too() -> None:
    assert odds_by_script("唔该", ("zh", "yue")) == {"zh": 1.0, "yue": 0.0}
    assert odds_by_script("唔该", ("yue", "en")) == {"yue": 1.0, "en": 0.0}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("안녕하세요", "ko"),
        ("สวัสดีครับ", "th"),
        ("مرحبا", "ar"),
        ("नमस्ते", "hi"),
        ("Здравейте", "bg"),
        ("Γεια σας", "el"),
        ("Đường dây", "vi"),
    ],
)
def test_scripts_of_their_own_tell_their_language(text: str, code: str) -> None:
    assert odds_by_script(text, ("zh", "ko", "th", "ar", "hi", "bg", "el", "vi"))[code] == 1.0
