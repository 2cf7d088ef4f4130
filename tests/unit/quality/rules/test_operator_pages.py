"""The pages of operators say what the code does: every option, its type, its default."""

from pathlib import Path
from runpy import run_path

import pytest

from huiting.quality.rules.options import operators
from huiting.quality.rules.read import parse_rules
from huiting.text.pronunciation import sounds_of

MADE = run_path(str(Path(__file__).resolve().parents[4] / "tools" / "operator_pages.py"))
PAGES, options, page = MADE["PAGES"], MADE["options"], MADE["page"]
TEXTS = MADE["texts"]()
ALL = [pytest.param(name, id=name) for name in operators()]


@pytest.mark.parametrize("operator", ALL)
def test_every_option_is_told_once_in_both_languages(operator: str) -> None:
    told = [text for text in TEXTS if text.operator == operator]

    assert sorted(t.option for t in told) == sorted(["", "=", *options(operator)])
    assert all(text.en and (text.zh or text.option == "=") for text in told)


@pytest.mark.parametrize("language", PAGES)
def test_the_pages_are_up_to_date(language: str) -> None:
    written = PAGES[language].read_text("utf-8")

    assert written == page(language), "run python tools/operator_pages.py"


@pytest.mark.parametrize(
    ("operator", "example"), [(t.operator, t.en) for t in TEXTS if t.option == "="]
)
def test_every_example_is_a_condition(operator: str, example: str) -> None:
    rules = f"""format: huiting-rules/1
rules:
  - {{id: earlier, name: earlier, require: {{said: 好}}}}
  - {{id: r, name: r, require: {example}}}
"""
    found = parse_rules(rules.encode(), "r.yaml", sounds_of).rules[-1]

    assert {ask.kind for ask in found.asks()} == {operator}
