import pytest

from huiting.engines.remote._spoken import code_of


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("chinese", "zh"), ("Chinese", "zh"), ("zh", "zh"), ("zh-CN", "zh"), ("zh_TW", "zh"),
        ("cmn", "zh"), ("mandarin", "zh"), ("中文", "zh"), ("普通话", "zh"), ("cantonese", "yue"),
        ("yue-HK", "yue"), ("粤语", "yue"), ("zh-yue", "yue"), ("english", "en"), ("eng", "en"),
        ("英语", "en"), ("日语", "ja"), ("korean", "ko"), ("Filipino", "fil"), ("jw", "jv"),
        ("Chinese,English", "zh"), ("haitian creole", "ht"), ("norwegian", "no"),
    ],
)  # fmt: skip
def test_a_language_has_one_code_whatever_it_is_called(name: str, code: str) -> None:
    assert code_of(name) == code


@pytest.mark.parametrize(
    "name", [None, 7, "", "auto", "unknown", "und", "qqq", "nospeech", "zx", "x" * 1000]
)
def test_what_is_no_language_has_none(name: object) -> None:
    assert code_of(name) is None
