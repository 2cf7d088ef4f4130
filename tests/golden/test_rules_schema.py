"""The published schema of rule files is what the operators' signatures say."""

import json
import os
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from huiting.quality.rules.schema import schema

ROOT = Path(__file__).resolve().parents[2]
PUBLISHED = ROOT / "docs" / "reference" / "rules.schema.json"
FILES = sorted((ROOT / "rules").glob("*.yaml"))


class Plain(yaml.SafeLoader):
    """YAML 1.2 in what matters here: a date stays text."""


Plain.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if not tag.endswith(":timestamp")]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def written() -> str:
    return json.dumps(schema(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def problems(document: Any) -> list[str]:  # noqa: ANN401
    validator = jsonschema.Draft202012Validator(json.loads(PUBLISHED.read_text("utf-8")))
    return [error.message for error in validator.iter_errors(document)]


def test_the_schema_is_what_it_was() -> None:
    """After a wanted change: `./dev golden`, and read the diff."""
    if os.environ.get("HUITING_WRITE_GOLDEN"):
        PUBLISHED.write_text(written(), "utf-8")
    assert written() == PUBLISHED.read_text("utf-8")


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.stem))
def test_the_starter_rules_fit(path: Path) -> None:
    assert problems(yaml.load(path.read_text("utf-8"), Plain)) == []


@pytest.mark.parametrize(
    "rule",
    [
        pytest.param({"requires": {"said": "a"}}, id="unknown key"),
        pytest.param({"require": {"sayd": "a"}}, id="unknown operator"),
        pytest.param({"require": {"said": {"anny": "a"}}}, id="unknown option"),
        pytest.param({"require": {"said": "a"}, "forbid": {"said": "a"}}, id="both"),
        pytest.param({"require": {"said": "a", "by": "agnt"}}, id="unknown role"),
        pytest.param({"require": {"said": "a"}, "severity": "huge"}, id="unknown severity"),
        pytest.param({"require": {"said": "a", "first": {"hours": 1}}}, id="unknown measure"),
    ],
)
def test_a_mistake_does_not_fit(rule: dict[str, Any]) -> None:
    good = {"id": "a", "name": "a", "require": {"said": "a", "first": {"turns": 1}}}
    file = {"format": "huiting-rules/1", "rules": [good]}
    bad = {"id": "a", "name": "a", **rule}

    assert problems(file) == []
    assert problems({**file, "rules": [bad]})
