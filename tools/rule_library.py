"""Write the tables of the rule library into its two guides.

    python tools/rule_library.py

Everything after the mark in docs/guides/rule-library.md and .zh.md is made from the files in
rules/; a test holds the guides to it.
"""

from collections.abc import Iterator
from pathlib import Path

from huiting.quality.rules.read import read_rules
from huiting.quality.rules.rule import Rule
from huiting.quality.scorecard import read_scorecard
from huiting.text.pronunciation import sounds_of

ROOT = Path(__file__).resolve().parents[1]
RULES = ROOT / "rules"
GUIDES = ROOT / "docs" / "guides"
FILES = (
    "common",
    "ecommerce",
    "banking",
    "telecom",
    "government",
    "english",
    "japanese",
    "sample",
)
"""In the order in which they are described."""
MARK = "<!-- tables: python tools/rule_library.py -->"
HEADS = {
    "en": "| id | name | type | severity | passed / failed | tests |",
    "zh": "| 编号 | 名称 | 类型 | 严重程度 | 通过 / 未通过 | 测试 |",
}
SEVERITIES = {"minor": "轻微", "major": "一般", "critical": "严重"}


def pages() -> dict[Path, str]:
    """Return what each guide is to hold."""
    found = {}
    for language, name in (("en", "rule-library.md"), ("zh", "rule-library.zh.md")):
        path = GUIDES / name
        written = path.read_text("utf-8").split(MARK)[0]
        found[path] = f"{written}{MARK}\n\n" + "\n".join(tables(language)) + "\n"
    return found


def tables(language: str) -> Iterator[str]:
    """Yield the lines that are made."""
    for name in FILES:
        rules = read_rules(RULES / f"{name}.yaml", sounds_of)
        count = f"{len(rules.rules)} 条" if language == "zh" else f"{len(rules.rules)} rules"
        yield from (f"## rules/{name}.yaml · {rules.name} ({count})", "", HEADS[language])
        yield "|---|---|---|---|---|---|"
        yield from (row(rule, language) for rule in rules.rules)
        yield ""
    yield from ("## rules/scorecards/", "")
    yield from (
        "| 文件 | 名称 | 规则 |" if language == "zh" else "| file | name | rules |",
        "|---|---|---|",
    )
    for path in sorted((RULES / "scorecards").glob("*.yaml")):
        card = read_scorecard(path)
        yield f"| `{path.name}` | {card.name} | {len(card.rules)} |"


def row(rule: Rule, language: str) -> str:
    """Return the row of a rule."""
    severity = SEVERITIES[rule.severity] if language == "zh" else str(rule.severity)
    effect = f"{rule.passed:+g} / {rule.failed:+g}"
    return f"| `{rule.id}` | {rule.name} | {rule.type} | {severity} | {effect} | {len(rule.examples)} |"


def main() -> None:
    """Write both guides."""
    for path, text in pages().items():
        path.write_text(text, "utf-8")
        print(f"written: {path}")  # noqa: T201


if __name__ == "__main__":
    main()
