import pytest

from huiting.quality.matching.spelling import spellings


@pytest.mark.parametrize(
    ("phrase", "other"),
    [
        pytest.param("七天无理由", "7天无理由", id="one digit"),
        pytest.param("48小时", "四十八小时", id="number in words"),
        pytest.param("四十八小时", "48小时", id="and back"),
        pytest.param("工号8001", "工号八零零一", id="one by one"),
        pytest.param("工号八零零一", "工号8001", id="one by one, and back"),
        pytest.param("12315", "一二三一五", id="a long number is never counted"),
        pytest.param("百分之四十", "40%", id="percent"),
        pytest.param("40%", "百分之四十", id="percent, and back"),
        pytest.param("满300减50", "满三百减五十", id="two numbers"),
        pytest.param("两千块", "2000块", id="two thousand"),
        pytest.param("1005", "一千零五", id="a gap is said"),
        pytest.param("0", "零", id="nothing"),
        pytest.param("15分钟", "十五分钟", id="ten without one"),
    ],
)
def test_a_number_may_stand_otherwise(phrase: str, other: str) -> None:
    assert spellings(phrase)[0] == phrase
    assert other in spellings(phrase)


@pytest.mark.parametrize("phrase", ["您好", "百分之百万", "一百万", "1234%", "百分之点"])
def test_what_is_no_number_we_know_stays_itself(phrase: str) -> None:
    assert spellings(phrase)[0] == phrase


def test_many_numbers_do_not_make_endless_spellings() -> None:
    assert len(spellings("1和2和3和4和5和6和7和8和9")) == 8


def test_no_spelling_stands_twice() -> None:
    assert len(set(spellings("5元5"))) == len(spellings("5元5"))
