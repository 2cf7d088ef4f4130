"""Lists of intents read from YAML."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from huiting.core.errors import InputError
from huiting.core.types import Role
from huiting.quality.intents.kinds import Keyword, Kind, merged
from huiting.quality.intents.read import MOST_INTENTS, default_intents, read_intents

HEAD = "format: huiting-intents/1\n"


def written(tmp_path: Path, body: str, name: str = "mine.yaml") -> Path:
    path = tmp_path / name
    path.write_text(HEAD + body, encoding="utf-8")
    return path


def test_an_intent_is_read_whole(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        """languages: [zh]
intents:
  - name: 售后 / 安装
    about: 约人安装
    keywords:
      - 安装
      - {weight: 2.5, by: agent, say: [上门安装, 安装师傅]}
      - {weight: -1, say: 卸载}
    examples: [什么时候来装]
""",
    )

    assert read_intents(path) == (
        Kind(
            "售后/安装",
            "约人安装",
            (
                Keyword("安装", 1.0, None, ("zh",)),
                Keyword("上门安装", 2.5, Role.AGENT, ("zh",)),
                Keyword("安装师傅", 2.5, Role.AGENT, ("zh",)),
                Keyword("卸载", -1.0, None, ("zh",)),
            ),
            ("什么时候来装",),
        ),
    )


def test_a_list_may_add_to_ours(tmp_path: Path) -> None:
    body = "extends: default\nlanguages: [zh]\nintents:\n  - {name: 投诉, keywords: [{weight: 9, say: 差评}]}\n  - {name: 新/安装, keywords: [安装]}\n"
    kinds = {kind.name: kind for kind in read_intents(written(tmp_path, body))}

    assert len(kinds) == len(default_intents()) + 1
    assert [k.weight for k in kinds["投诉"].keywords if k.text == "差评"] == [9]
    assert len(kinds["投诉"].keywords) > 50


def test_several_files_are_one_list(tmp_path: Path) -> None:
    one = written(tmp_path, "intents: [{name: 甲, keywords: [一]}]")
    other = written(
        tmp_path, "intents: [{name: 甲, keywords: [二]}, {name: 乙, keywords: [三]}]", "b"
    )

    assert [(k.name, len(k.keywords)) for k in read_intents(one, other)] == [("甲", 2), ("乙", 1)]


def test_the_same_characters_are_another_keyword_in_another_language() -> None:
    chinese, japanese = Keyword("修理", 3, None, ("zh",)), Keyword("修理", 2, None, ("ja",))

    [kind] = merged([Kind("修", keywords=(chinese,)), Kind("修", keywords=(japanese,))])

    assert kind.keywords == (chinese, japanese)


def test_ours_covers_what_every_centre_hears() -> None:
    names = {kind.name for kind in default_intents()}

    assert {name.split("/")[0] for name in names} >= {
        "价格",
        "产品",
        "售后",
        "物流",
        "投诉",
        "账户",
    }
    assert all(kind.keywords and kind.examples and kind.about for kind in default_intents())


@pytest.mark.parametrize(
    ("body", "line", "reason"),
    [
        pytest.param("intents: []", 2, "a list is needed", id="no intents"),
        pytest.param("intent: []", 2, "did you mean 'intents'", id="misspelt key"),
        pytest.param("intents:\n  - name: 甲", 3, "nothing to tell it by", id="no keywords"),
        pytest.param("intents:\n  - keywords: [一]", 3, "needs a name", id="no name"),
        pytest.param("intents: [{name: 甲//乙, keywords: [一]}]", 2, "empty part", id="bad path"),
        pytest.param(
            "intents:\n- {name: 甲, keywords: [一]}\n- {name: 甲, keywords: [二]}",
            4,
            "twice",
            id="twice",
        ),
        pytest.param(
            "intents: [{name: 甲, keywords: [{weight: 0, say: 一}]}]", 2, "weight", id="0"
        ),
        pytest.param(
            "intents: [{name: 甲, keywords: [{weight: 11, say: 一}]}]", 2, "weight", id="11"
        ),
        pytest.param(
            "intents: [{name: 甲, keywords: [{weight: .nan, say: 一}]}]", 2, "number", id="nan"
        ),
        pytest.param(
            "intents: [{name: 甲, keywords: [{weight: 1}]}]", 2, "needs phrases", id="no say"
        ),
        pytest.param(
            "intents: [{name: 甲, keywords: [{by: bot, say: 一}]}]", 2, "'bot'", id="by whom"
        ),
        pytest.param(
            "intents: [{name: 甲, keywords: ['*退']}]", 2, r"begins or ends with \*", id="star"
        ),
        pytest.param("intents: [{name: 甲, keywords: ['？']}]", 2, "no letter", id="no letter"),
        pytest.param(
            f"intents: [{{name: 甲, keywords: [{'长' * 101}]}}]", 2, "longer than", id="long"
        ),
        pytest.param("intents: [{name: 甲, examples: [[一]]}]", 2, "text is needed", id="nested"),
        pytest.param(
            "extends: ours\nintents: [{name: 甲, keywords: [一]}]", 2, "'ours'", id="extends"
        ),
        pytest.param("intents: &a [{name: 甲, keywords: [*a]}]", 2, "anchors", id="anchors"),
        pytest.param("intents: !!python/object:os.system x", 2, "tag", id="a tag that runs code"),
        pytest.param("intents: [{name: 甲, keywords: [一]", 2, "not YAML", id="broken"),
    ],
)
def test_a_mistake_is_named_by_file_and_line(
    tmp_path: Path, body: str, line: int, reason: str
) -> None:
    path = written(tmp_path, body)

    with pytest.raises(InputError, match=reason) as caught:
        read_intents(path)

    assert caught.value.subject == f"{path}:{line}"


def test_another_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text("format: huiting-rules/1\nintents: [{name: 甲, keywords: [一]}]", "utf-8")

    with pytest.raises(InputError, match="huiting-intents/1"):
        read_intents(path)


def test_a_file_without_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "none.yaml"
    path.write_text("intents: [{name: 甲, keywords: [一]}]", "utf-8")

    with pytest.raises(InputError, match="'format' is missing"):
        read_intents(path)


def test_a_list_without_end_is_refused(tmp_path: Path) -> None:
    many = "".join(f"- {{name: n{n}, keywords: [一]}}\n" for n in range(MOST_INTENTS + 1))

    with pytest.raises(InputError, match="keep to"):
        read_intents(written(tmp_path, "intents:\n" + many))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.yaml"):
        read_intents(tmp_path / "none.yaml")


SCHEMA = json.loads((Path(__file__).parents[4] / "docs/reference/intents.schema.json").read_text())
OURS = sorted((Path(__file__).parents[4] / "rules" / "intents").glob("*.yaml"))


@pytest.mark.parametrize("path", OURS, ids=[path.stem for path in OURS])
def test_our_lists_are_as_the_schema_says(path: Path) -> None:
    jsonschema.validate(yaml.safe_load(path.read_text("utf-8")), SCHEMA)

    assert read_intents(path)


@pytest.mark.parametrize(
    "entry",
    [
        {"name": "甲"},
        {"name": "甲//乙", "keywords": ["一"]},
        {"name": "甲", "keywords": [{"weight": 0, "say": "一"}]},
        {"name": "甲", "keywords": [{"weight": 11, "say": "一"}]},
        {"name": "甲", "keywords": [{"say": "一", "by": "bot"}]},
        {"name": "甲", "keywords": ["？"]},
        {"name": "甲", "keywords": ["一"], "example": ["二"]},
    ],
    ids=["nothing", "path", "no weight", "weight", "by whom", "no letter", "misspelt"],
)
def test_the_schema_refuses_what_the_reader_refuses(
    tmp_path: Path, entry: dict[str, object]
) -> None:
    whole = {"format": "huiting-intents/1", "intents": [entry]}
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump(whole, allow_unicode=True), "utf-8")

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(whole, SCHEMA)
    with pytest.raises(InputError):
        read_intents(path)
