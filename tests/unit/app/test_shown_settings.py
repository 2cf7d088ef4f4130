"""Settings shown to an administrator: all of them, grouped, with their place, without a secret."""

from pathlib import Path

from huiting.app.settings import resolve
from huiting.app.shown_settings import GROUPS, OTHER, shown

FILE = """
language = "zh"
rules = ["a.yaml", "b.yaml"]

[channels.team]
kind = "webhook"
url = "https://hooks.example/SECRET"
"""
VARIABLES = {
    "HUITING_STORE": "postgresql+psycopg://huiting:SECRET@db/huiting?password=SECRET",
    "HUITING_LLM_URL": "https://me:SECRET@llm.example:8000/v1?key=SECRET",
}


def test_values_are_told_with_where_they_come_from_and_without_secrets(tmp_path: Path) -> None:
    file = tmp_path / "huiting.toml"
    file.write_text(FILE, encoding="utf-8")
    told = {one.name: one for one in shown(resolve({"jobs": "cluster"}, VARIABLES, file))}

    assert not any("SECRET" in one.value for one in told.values())
    assert (told["language"].value, told["language"].source) == ("zh", str(file))
    assert (told["jobs"].value, told["jobs"].source) == ("cluster", "option")
    assert (told["llm_url"].value, told["llm_url"].source) == (
        "https://llm.example:8000/v1", "HUITING_LLM_URL",
    )  # fmt: skip
    assert told["rules"].value == "a.yaml, b.yaml"
    assert told["channels"].value == "team"
    assert (told["hotwords"].value, told["hotwords"].source) == ("", "default")


def test_they_come_in_groups() -> None:
    groups = list(dict.fromkeys(one.group for one in shown(resolve({}, {}))))

    assert groups == [*GROUPS, OTHER]
