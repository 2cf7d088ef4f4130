"""Where one text differs from another, as it is marked."""

import pytest

from huiting.web.site.compare.marks import Mark, pieces

SIGNS = {Mark.SAME: "{}", Mark.OTHER: "[{}]", Mark.MISSING: "<{}>"}


@pytest.mark.parametrize(
    ("text", "meant", "marked"),
    [
        pytest.param("我要退货", "我要退货", "我要退货", id="the same"),
        pytest.param("我要推货", "我要退货", "我要[推]货", id="another character"),
        pytest.param("要退货", "我要退货", "<我>要退货", id="lacks the first"),
        pytest.param("我要退", "我要退货", "我要退<货>", id="lacks the last"),
        pytest.param("我不要退货", "我要退货", "我[不]要退货", id="has one more"),
        pytest.param("我要退货!", "我要，退货。", "我要退货!", id="punctuation does not count"),
        pytest.param("我要退貨", "我要退货", "我要退貨", id="nor does the kind of characters"),
        pytest.param("I want a Refund", "i want the refund", "I want [a] Refund", id="words"),
        pytest.param("it's new", "its new york", "it's new< york>", id="a word that is lacking"),
        pytest.param("want it", "I want it", "<I >want it", id="lacks the first word"),
        pytest.param("查order", "查订单order", "查<订单>order", id="mixed"),
        pytest.param("", "退货", "<退货>", id="nothing was heard"),
        pytest.param("退货", "", "[退货]", id="nothing was said"),
        pytest.param("", "", "", id="nothing at all"),
    ],
)
def test_differences_are_marked(text: str, meant: str, marked: str) -> None:
    found = pieces(text, meant)

    assert "".join(SIGNS[one.mark].format(one.text) for one in found) == marked
    assert "".join(one.text for one in found if one.mark is not Mark.MISSING) == text
