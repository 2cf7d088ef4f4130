import pytest

from huiting.quality.matching.negation import is_negated


@pytest.mark.parametrize(
    ("text", "hit"),
    [
        pytest.param("我不投诉", "投诉", id="plain"),
        pytest.param("我不是投诉啊，我就是想表扬", "投诉", id="is not"),
        pytest.param("我没说要投诉你们", "投诉", id="did not say"),
        pytest.param("别投诉了", "投诉", id="do not"),
        pytest.param("我不会去投诉的", "投诉", id="will not"),
        pytest.param("无需退货", "退货", id="needless"),
        pytest.param("这个不帮我退款", "退款", id="not for me"),
        pytest.param("投诉就算了，我不投诉", "投诉", id="the first one is not"),
        pytest.param("I will not cancel my account", "cancel", id="English"),
        pytest.param("I don't want to cancel it", "cancel", id="English, contracted"),
        pytest.param("I never said cancel", "cancel", id="English, never"),
        pytest.param("I did not say I cancel", "cancel", id="English, reported"),
        pytest.param("解約しません", "解約", id="Japanese"),
        pytest.param("解約するつもりはないです", "解約", id="Japanese, no intention"),
    ],
)
def test_negated(text: str, hit: str) -> None:
    start = text.rindex(hit) if text.count(hit) > 1 else text.index(hit)

    assert is_negated(text, start, start + len(hit))


@pytest.mark.parametrize(
    ("text", "hit"),
    [
        pytest.param("我要投诉", "投诉", id="plain"),
        pytest.param("我不得不投诉", "投诉", id="cannot but"),
        pytest.param("我不能不投诉你们", "投诉", id="twice not"),
        pytest.param("我非投诉不可", "投诉", id="must"),
        pytest.param("能不能投诉", "投诉", id="question"),
        pytest.param("是不是要投诉才行", "投诉", id="question, is it"),
        pytest.param("再不处理我就投诉", "投诉", id="condition"),
        pytest.param("要是今天不退我就打12315", "12315", id="condition with a date"),
        pytest.param("不行，我要投诉", "投诉", id="another clause"),
        pytest.param("不然我给你们差评", "差评", id="otherwise"),
        pytest.param("不好意思我要投诉", "投诉", id="excuse me"),
        pytest.param("你们服务不好我投诉", "投诉", id="another subject"),
        pytest.param("特别想投诉", "投诉", id="a character of another word"),
        pytest.param("东西没收到，我要投诉", "投诉", id="negation before a comma"),
        pytest.param("不是一次两次出问题了所以这次一定投诉", "投诉", id="far away"),
        pytest.param("If you do not fix it I will cancel", "cancel", id="English condition"),
        pytest.param("Why don't you cancel it", "cancel", id="English suggestion"),
        pytest.param("not only cancel", "cancel", id="English not only"),
        pytest.param("I can not not cancel", "cancel", id="English twice"),
        pytest.param("It is not a problem in general for all of us to cancel", "cancel", id="far"),
        pytest.param("解約したいです", "解約", id="Japanese"),
        pytest.param("解約しないといけない", "解約", id="Japanese must"),
        pytest.param("解約できませんか", "解約", id="Japanese question"),
    ],
)
def test_not_negated(text: str, hit: str) -> None:
    start = text.index(hit)

    assert not is_negated(text, start, start + len(hit))


def test_a_huge_line_is_looked_at_near_the_hit_only() -> None:
    text = "不" * 100_000 + "，我要投诉"

    assert not is_negated(text, len(text) - 2, len(text))
