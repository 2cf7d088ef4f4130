from pathlib import Path

import pytest

from fakes import AGENT, CUSTOMER, call, says
from huiting.core.errors import InputError
from huiting.core.meaning import Entity, EntitySource, Meaning
from huiting.text.entities.kinds import TAGS, tag_of
from huiting.text.entities.list_file import parse_entities, read_entities
from huiting.text.entities.lists import EntityList, ListedWord, tags_of
from huiting.text.entities.stage import entities_stage
from huiting.text.pronunciation import sounds_of

FILE = """
entities:
  - kind: product
    sounds_like: true
    words:
      - value: 扫地机器人X20
        aliases: [石小净, 小净 X20]
      - 蓝牙耳机
      - API
  - kind: member_code
    tag: MEMBER
    patterns:
      - regex: '(?i)VIP-?([0-9]{4,6})'
        value: 'VIP\\1'
      - regex: '[0-9]{6}'
        after: [会员码]
      - '#[0-9]{2}'
"""


def lists() -> tuple[EntityList, ...]:
    return parse_entities(FILE.encode(), "team.yaml")


def found(text: str, question: str = "请讲。") -> list[Entity]:
    stage = entities_stage(lists(), None, sounds_of)
    told = call(says(AGENT, 0, 1, question), says(CUSTOMER, 2, 4, text))
    return [e for e in stage(told, Meaning()).entities if e.segment == 1]


@pytest.mark.parametrize(
    ("text", "kind", "said", "value"),
    [
        pytest.param("我买的蓝牙耳机坏了", "product", "蓝牙耳机", "蓝牙耳机", id="as listed"),
        pytest.param("那个石小净呢", "product", "石小净", "扫地机器人X20", id="alias"),
        pytest.param("小净x 20好用吗", "product", "小净x 20", "扫地机器人X20", id="case and spaces"),
        pytest.param("我的是vip-88812", "member_code", "vip-88812", "VIP88812", id="pattern and value"),
        pytest.param("会员码是385921", "member_code", "385921", "385921", id="behind its word"),
        pytest.param("选#12", "member_code", "#12", "#12", id="plain pattern"),
        pytest.param("走ａｐｉ接口", "product", "ａｐｉ", "API", id="full width"),
    ],
)  # fmt: skip
def test_what_the_team_lists_is_found(text: str, kind: str, said: str, value: str) -> None:
    [entity] = found(text)

    assert (entity.kind, entity.text, entity.value) == (kind, said, value)
    assert entity.source is EntitySource.LIST
    assert entity.score is None


@pytest.mark.parametrize("text", ["rapid", "apis", "选#123", "VIP-8881234567", "VIP-1"], ids=str)
def test_no_word_or_number_is_cut(text: str) -> None:
    assert not [e for e in found(text) if e.source is EntitySource.LIST]


def test_a_pattern_holds_for_an_answer_too() -> None:
    assert [e.kind for e in found("385921", "请报会员码")] == ["member_code"]
    assert "member_code" not in [e.kind for e in found("385921")]


def test_homophones_are_found_with_how_alike_they_sound() -> None:
    [entity] = found("我买的蓝牙而机坏了")

    assert (entity.value, entity.text, entity.score) == ("蓝牙耳机", "蓝牙而机", 1.0)


def test_what_telephones_confuse_lowers_the_score() -> None:
    [entity] = found("我买的南牙耳机坏了")

    assert entity.value == "蓝牙耳机"
    assert entity.score == 0.75


def test_sounds_inside_a_latin_word_or_of_short_words_do_not_count() -> None:
    short = EntityList("product", "PRODUCT", (ListedWord("耳机"),), (), sounds_like=True)
    stage = entities_stage((short,), None, sounds_of)

    assert stage(call(says(CUSTOMER, 0, 1, "二级的")), Meaning()).entities == ()
    assert found("apix") == []


def test_the_earlier_list_has_a_word_that_two_hold() -> None:
    first = EntityList("brand", "BRAND", (ListedWord("星河"),))
    second = EntityList("product", "PRODUCT", (ListedWord("星河"),))
    stage = entities_stage((first, second))

    assert [e.kind for e in stage(call(says(AGENT, 0, 1, "星河")), Meaning()).entities] == ["brand"]


def test_tags_are_the_teams_then_ours_then_the_name() -> None:
    tags = tags_of(lists())

    assert tags == {"product": "PRODUCT", "member_code": "MEMBER"}
    assert tag_of("member_code", tags) == "MEMBER"
    assert tag_of("order_no") == "ORDER_NUMBER"
    assert tag_of("shoe_size") == "SHOE_SIZE"
    assert all(tag.isupper() for tag in TAGS.values())


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "team.yaml"
    path.write_text(FILE, "utf-8")

    assert read_entities(path) == lists()


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_entities(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "f.yaml: the file is empty"),
        ("a: [", "f.yaml:1: not YAML"),
        ("x: 1", "f.yaml:1: unknown key 'x'"),
        ("{}", "there is no `entities:`"),
        ("- 1", "f.yaml:1: a mapping is needed"),
        ("entities: {}", "a list is needed"),
        ("entities:\n  - tag: X", "f.yaml:2: an entity without `kind`"),
        ("entities:\n  - kind: Ä", "is no kind"),
        ("entities:\n  - kind: a\n    tag: b", "f.yaml:3: 'b' is no tag"),
        ("entities:\n  - kind: a", "neither `words` nor `patterns`"),
        ("entities:\n  - kind: a\n    words: [{aliases: [x]}]", "a word without `value`"),
        ("entities:\n  - kind: a\n    words: ['']", "text is needed"),
        ("entities:\n  - kind: a\n    kind: b", "stands here twice"),
        ("entities:\n  - kind: a\n    patterns: [{value: x}]", "a pattern without `regex`"),
        ("entities:\n  - kind: a\n    patterns: ['(']", "f.yaml:3: no pattern"),
        ("entities:\n  - kind: a\n    patterns: ['a+']", r"f.yaml:3: \+ may go on for ever"),
        ("entities:\n  - kind: a\n    patterns: ['a{2,}']", "may go on for ever"),
        ("entities:\n  - kind: a\n    patterns: ['a{2,99}']", "may go on for ever"),
        ("entities:\n  - kind: a\n    patterns: ['(a{1,9}){1,9}']", "may go on for ever"),
        ("entities:\n  - kind: a\n    patterns: ['" + "a" * 201 + "']", "more than 200 characters"),
        ("entities:\n  - kind: a\n    patterns: [{regex: a, value: '\\2'}]", "value: "),
        ("entities:\n  - kind: a\n    sounds_like: perhaps\n    words: [a]", "'perhaps' is not known here; choose true or false"),
        ("entities:\n  - kind: a\n    patterns: ['" + "a{0,64}" * 8 + "b']", "f.yaml:3: too many wide repetitions"),
        ("entities:\n  - kind: a\n    patterns: ['a?']", "f.yaml:3: it matches where nothing is"),
        ("entities: " + "[" * 3000, "f.yaml:1: nested too deeply"),
        ("entities: &x [{kind: a, words: [*x]}]", "f.yaml:1: anchors and aliases"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_by_file_and_line(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse_entities(text.encode(), "f.yaml")


def test_a_file_in_another_encoding_is_named() -> None:
    with pytest.raises(InputError, match=r"f[.]yaml:2: not UTF-8"):
        parse_entities("entities:\n  - 蓝".encode("gbk"), "f.yaml")


def test_a_class_may_hold_any_sign() -> None:
    text = "entities:\n  - kind: a\n    patterns: ['[+*]\\+[]a]']"
    [only] = parse_entities(text.encode(), "f.yaml")

    assert only.patterns[0].regex.pattern == "[+*]\\+[]a]"
