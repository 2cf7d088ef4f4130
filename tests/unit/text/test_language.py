import pytest

from huiting.text.language import refine


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        pytest.param("zh", "我想退货，订单号是多少", "zh", id="Mandarin"),
        pytest.param("zh", "唔该，我嘅订单仲未到，你哋几时送嚟", "yue", id="Cantonese"),
        pytest.param("zh", "睇好您的商品", "zh", id="one such character is not enough"),
        pytest.param(
            "zh", "他说唔该，" + "这是一句很长的普通话" * 6 + "冇", "zh", id="quoted in Mandarin"
        ),
        pytest.param("en", "冇嘅", "en", id="another language is left alone"),
        pytest.param(None, "冇嘅", None, id="an unknown language stays unknown"),
        pytest.param("zh", "", "zh", id="nothing said"),
    ],
)
def test_refine(language: str | None, text: str, expected: str | None) -> None:
    assert refine(language, text) == expected
