"""What the forms of documents ask for is what the documents may hold, named in both languages."""

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import yaml

from huiting.access.permissions import UserRole
from huiting.quality.rules.expressions import SCOPE
from huiting.quality.rules.manual import options
from huiting.quality.rules.options import operators
from huiting.service.library.kinds import Kind, mistakes
from huiting.web.site.library.asking import named_in
from huiting.web.site.library.beginnings import BEGINNINGS
from huiting.web.site.library.forms import SHAPES
from huiting.web.site.library.operators import NAMES, conditions
from huiting.web.site.library.rule_form import EXAMPLES
from huiting.web.site.library.shapes import Example, told
from unit.web.site.conftest import HTML, Site

REFERENCE = Path(__file__).parents[4] / "docs" / "reference"
_TOLD = re.compile(r'data-told="(.*?)"')


def form_of(page: str) -> Any:  # noqa: ANN401  (JSON)
    found = _TOLD.search(page)
    assert found is not None
    return json.loads(unescape(found[1]))


def keys(shape: Any, key: str) -> set[str]:  # noqa: ANN401  (JSON)
    """Return the keys of the record that holds some key."""
    return next(names for names in records(shape) if key in names)


def records(shape: Any) -> Iterator[set[str]]:  # noqa: ANN401  (JSON)
    if isinstance(shape, list):
        for one in shape:
            yield from records(one)
    if isinstance(shape, dict):
        if shape.get("kind") == "record":
            yield {field["key"] for field in shape["fields"]}
        for one in shape.values():
            yield from records(one)


@pytest.mark.parametrize(
    ("kind", "file", "pieces"),
    [
        (Kind.SCORECARDS, "scorecard", {"section": "items", "item": "points"}),
        (Kind.INTENTS, "intents", {"group": "say", "intent": "examples"}),
    ],
    ids=["scorecards", "intents"],
)
def test_a_form_asks_for_all_that_the_schema_knows(
    kind: Kind, file: str, pieces: dict[str, str]
) -> None:
    schema = json.loads((REFERENCE / f"{file}.schema.json").read_text("utf-8"))
    shape = told(SHAPES[kind], "en")

    assert {field["key"] for field in shape["fields"]} == set(schema["properties"])
    for piece, key in pieces.items():
        assert keys(shape["fields"], key) == set(schema["$defs"][piece]["properties"])


@pytest.mark.parametrize("kind", list(SHAPES))
@pytest.mark.parametrize(("language", "word"), [("zh", "上移"), ("en", "Move up")])
def test_each_kind_has_a_form_in_the_language_of_the_reader(
    site: Site, kind: Kind, language: str, word: str
) -> None:
    site.enter(language=language)

    form = form_of(site.read(f"/library/{kind}/new"))

    assert form["words"]["up"] == word
    assert form["shape"] == json.loads(json.dumps(told(SHAPES[kind], language)))


def test_rules_have_a_form_for_each_operator_with_all_its_options(site: Site) -> None:
    site.enter(language="zh")

    form = form_of(site.read("/library/rules/new"))
    offered = form["conditions"]["operators"]

    assert {one["key"] for one in offered} == set(operators()) == set(NAMES)
    for one in offered:
        assert {field["key"] for field in one["shape"]["fields"]} == set(options(one["key"]))
        assert one["name"] != NAMES[one["key"]].name
        assert all(field["label"] != field["key"] for field in one["shape"]["fields"])
    schema = json.loads((REFERENCE / "rules.schema.json").read_text("utf-8"))
    rule = keys(form["shape"]["fields"], "severity")
    assert rule | {"forbid"} == set(schema["$defs"]["rule"]["properties"])
    assert {field["key"] for field in form["shape"]["fields"]} == set(schema["properties"])
    assert {field["key"] for field in form["conditions"]["scope"]["fields"]} == set(SCOPE) - {
        "between"
    }


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.label)
def test_a_rule_begins_with_an_example_that_is_right(example: Example) -> None:
    body = yaml.safe_dump(
        {"format": "huiting-rules/1", "rules": [example.begin]}, allow_unicode=True
    )

    assert mistakes(Kind.RULES, "ours", body) == []


@pytest.mark.parametrize("operator", conditions("en")["operators"], ids=lambda one: one["key"])
def test_a_new_condition_is_one_of_its_operator(operator: dict[str, Any]) -> None:
    assert operator["key"] in operator["begin"]


def test_a_scorecard_is_offered_the_rules_that_there_are(site: Site) -> None:
    site.enter()
    site.send("/library/rules/save", name="ours", body=BEGINNINGS[Kind.RULES])

    form = form_of(site.read("/library/scorecards/new"))

    assert ["my-greeting", "开头问候"] in form["suggest"]["rules"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("rules: [", {}), ("text", {}), ("rules: no", {}), ("rules: [a, {name: n}, {id: x}]", {"x": "x"}),
        ("rules: [{id: x, name: [1]}]", {"x": "x"}),
    ],
    ids=["no YAML", "no mapping", "no list", "entries that are none", "a name that is none"],
)  # fmt: skip
def test_rules_are_told_from_whatever_text_there_is(body: str, expected: dict[str, str]) -> None:
    assert named_in(body) == expected


def test_who_may_not_write_sees_the_form_and_no_buttons(site: Site) -> None:
    site.enter()
    site.send("/library/hotwords/save", name="ours", body="<script>alert(1)</script>\n")
    site.enter(UserRole.REVIEWER)

    page = site.web.get("/library/hotwords/ours", headers=HTML).text

    assert form_of(page)["shape"]["noun"] == "hotword"
    assert 'id="form-undo"' not in page
    assert "<script>alert" not in page
