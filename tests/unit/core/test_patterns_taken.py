import re

import pytest

from huiting.core.errors import ConfigError
from huiting.core.patterns import compiled


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
        pytest.param("(?:[a-z]*A)+B", id="ends by case alone"),
        pytest.param("(?:[A-Z]*a)+b", id="ends by case alone, the other way"),
        pytest.param("(?:[a-s]*ſ)+b", id="a long s"),
        pytest.param("(?:[a-k]*\u212a)+b", id="a Kelvin sign"),
        pytest.param("(?:[\u212a]*k)+b", id="a class of a Kelvin sign"),
        pytest.param("(?:[0-9]*\\d)+b", id="ends by a digit"),
        pytest.param("(?:[ab]*c?)+b", id="what ends it may be missing"),
        pytest.param("(?:a+(?:x|[a-c])y)+b", id="ends by an alternative"),
        pytest.param("x.{0,60}.{0,60}.{0,60}y", id="three wide ones"),
        pytest.param("(?:" * 6 + "a?b?" + "){0,4}" * 6 + "c", id="more than can be counted"),
        pytest.param("(?:ab|ab|ab|ab)" * 8 + "c", id="many choices of the same"),
        pytest.param("(?:abc|a[a-c]c)" * 16 + "z", id="many choices that agree"),
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
        ".*a.*b",
        "(?:[a-z]*1)+b",
        "(?:[a-z]*[0-9]{2})+b",
        r"(?:\d+\s)+b",
        r"(?:\d+\b(?:点|分(?=钟)))+b",
        "(?:退货|换货)+",
        "(?:a{2,3}(?:bc){1,2}){1,2}x",
        "(?:退货|换货|投诉|催单|发票|地址|电话|订单)(?:吗|呢|啊|吧)" * 6,
    ],
)
def test_what_people_write_is_taken(pattern: str) -> None:
    assert isinstance(compiled("regex", pattern), re.Pattern)


def test_case_makes_a_difference_where_the_flags_say_so() -> None:
    assert compiled("x", "VIP").fullmatch("vip")
    assert not compiled("x", "VIP", 0).fullmatch("vip")
