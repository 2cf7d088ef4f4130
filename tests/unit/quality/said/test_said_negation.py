"""What is refused, denied, or only asked for."""

import pytest

from huiting.quality.said.negation import asked, denied, refused


def place(text: str, words: str) -> tuple[str, int, int]:
    at = text.index(words)
    return text, at, at + len(words)


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        pytest.param("我不是投诉啊", "投诉", True, id="not to complain"),
        pytest.param("我不想退货", "退货", True, id="does not want"),
        pytest.param("我不是要来投诉的", "投诉", True, id="two verbs between"),
        pytest.param("先别给我退款", "退款", True, id="do not"),
        pytest.param("要不要退货都行", "退货", False, id="whether or not"),
        pytest.param("是不是要退货", "退货", False, id="a question"),
        pytest.param("不是说七天退货吗", "退货", False, id="did you not say"),
        pytest.param("还没退款", "退款", False, id="missing is still the matter"),
        pytest.param("别的退货", "退货", False, id="another"),
        pytest.param("特别想退货", "退货", False, id="very much"),
        pytest.param("我不要，退货", "退货", False, id="another clause"),
        pytest.param("i do not want to return it", "return", True, id="English"),
        pytest.param("i don't want a refund", "refund", True, id="English, short"),
        pytest.param("it does not fit. i want a refund", "refund", False, id="other sentence"),
        pytest.param("解約はしません", "解約", True, id="Japanese"),
        pytest.param("返品したいわけじゃない", "返品", True, id="Japanese, not that"),
        pytest.param("返品できませんか", "返品", False, id="Japanese, a polite wish"),
        pytest.param("返品したいです", "返品", False, id="Japanese, a wish"),
    ],
)
def test_refused(text: str, words: str, *, expected: bool) -> None:
    assert refused(*place(text, words)) is expected


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        pytest.param("还没有解决", "解决", True, id="not yet"),
        pytest.param("根本没给我解决", "解决", True, id="not at all"),
        pytest.param("已经解决", "解决", False, id="done"),
        pytest.param("没有声音，已经解决", "解决", False, id="another clause"),
        pytest.param("it is not solved", "solved", True, id="English"),
        pytest.param("it is solved", "solved", False, id="English, done"),
        pytest.param("解決していません", "解決", True, id="Japanese"),
    ],
)
def test_denied(text: str, words: str, *, expected: bool) -> None:
    assert denied(*place(text, words)) is expected


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        pytest.param("解决了吗", "解决", True, id="ma"),
        pytest.param("解决了没有", "解决", True, id="or not"),
        pytest.param("解决了？", "解决", True, id="mark"),
        pytest.param("解决了，谢谢", "解决", False, id="said"),
        pytest.param("解決しましたか", "解決しました", True, id="Japanese"),
    ],
)
def test_asked(text: str, words: str, *, expected: bool) -> None:
    _, _, end = place(text, words)

    assert asked(text, end) is expected
