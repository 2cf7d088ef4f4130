import pytest

from huiting.core.errors import InputError
from huiting.store._query import parse


@pytest.mark.parametrize(
    ("query", "terms"),
    [
        pytest.param("退货", ["退货"], id="one word"),
        pytest.param(" 退货　 运费 ", ["退货", "运费"], id="words between spaces of any width"),
        pytest.param('"hello world" 退货', ["hello world", "退货"], id="a phrase"),
        pytest.param("“hello world”", ["hello world"], id="curly quotes"),
        pytest.param('"退货', ['"退货'], id="a quote that does not close is text"),
        pytest.param('""', ['""'], id="quotes around nothing are text"),
        pytest.param("退貨 IPHONE", ["退货", "iphone"], id="folded"),
        pytest.param("a OR b*", ["a", "or", "b*"], id="no operators"),
    ],
)
def test_a_query_is_words_and_phrases(query: str, terms: list[str]) -> None:
    assert [term.text for term in parse(query, sounds_like=False)] == terms


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        pytest.param("", "nothing to find", id="empty"),
        pytest.param(" \t\n　", "nothing to find", id="white space"),
        pytest.param("退" * 10_000, "10000 characters", id="too long"),
        pytest.param("退 " * 21, "21 words", id="too many words"),
    ],
)
def test_what_nobody_types_is_refused(query: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        parse(query, sounds_like=True)


def test_only_a_search_by_sound_looks_at_sounds() -> None:
    assert parse("退货", sounds_like=False)[0].sounds == ()
    assert parse("退货", sounds_like=True)[0].sounds != ()
