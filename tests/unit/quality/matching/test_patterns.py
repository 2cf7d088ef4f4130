import re
from time import process_time

import pytest

from huiting.core.errors import ConfigError
from huiting.quality.matching.patterns import compiled, matches, required


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param("(a+)+b", id="nested"),
        pytest.param("(a*)*b", id="nested stars"),
        pytest.param("(a|a)*b", id="the same twice"),
        pytest.param("(a|ab)+c", id="alternatives that begin alike"),
        pytest.param("(.*)(.*)(.*)x", id="many wide ones"),
        pytest.param("(?:x{0,200}){0,200}y", id="bounded but nested"),
        pytest.param("(a?){50}b", id="many optional"),
        pytest.param(r"(a)\1", id="pointing back"),
        pytest.param("(?(1)a|b)(c)", id="conditional"),
        pytest.param("(", id="no pattern"),
        pytest.param("a*", id="matches nothing"),
        pytest.param("a" * 1001, id="long"),
        pytest.param("(?=(a+)+$)b", id="nested in a look ahead"),
    ],
)
def test_what_could_take_forever_is_refused(pattern: str) -> None:
    with pytest.raises(ConfigError) as refused:
        compiled("regex", pattern)

    assert refused.value.remedy


@pytest.mark.parametrize(
    "pattern",
    [
        r"工号.*\d{4}",
        "(不|没).{0,5}(退|换)",
        r"\b(cancel|close) (my|the) account\b",
        "(?:好的)+",
        "[0-9]+点[0-9]+分.{0,6}[0-9]+元",
        "(请|麻烦).{0,16}(订单|运单)(编)?[号码]|(是|不是)本人",
        "(?<!不)投诉(?!建议)",
        "(?:ab){2,5}",
        "a++b",
        "(?>a+)b",
        "(a?b){1,3}",
    ],
)
def test_what_people_write_is_taken(pattern: str) -> None:
    assert isinstance(compiled("regex", pattern), re.Pattern)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        pytest.param(".*a.*b", "a" * 50_000, id="two wide ones"),
        pytest.param("[0-9]+[0-9]*x", "1" * 50_000, id="digits"),
        pytest.param("(.{0,10}a){1,4}z", "ba" * 25_000, id="a few of something wide"),
    ],
)
def test_a_hostile_text_ends_in_time(pattern: str, text: str) -> None:
    found = compiled("regex", pattern)
    began = process_time()
    list(matches(found, text[:2000]))

    assert process_time() - began < 5


def test_matches_are_in_order_apart_and_once_in_a_long_text() -> None:
    text = "客户" * 80 + "投诉" + "客户" * 300 + "投诉"
    found = list(matches(compiled("regex", "投诉"), text))

    assert found == [(160, 162), (762, 764)]


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("工号.*[0-9]", "工号"),
        ("(请稍等|等一下)", ""),
        ("(?:请稍)等", "请稍等"),
        ("x(?:投诉)+", "投诉"),
        ("(?:投诉)?x", "x"),
        ("Cancel", "cancel"),
        ("[ab]", ""),
    ],
)
def test_the_text_it_cannot_do_without(pattern: str, text: str) -> None:
    assert required(compiled("regex", pattern)) == text
