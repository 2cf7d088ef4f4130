"""Write docs/reference/operators.md and its Chinese twin from the operators themselves.

Usage: python tools/operator_pages.py

Names, types and defaults of options are those of the code; what they mean, and an example of
each operator, stand in huiting/quality/rules/operators.tsv.
"""

from importlib import import_module
from inspect import Parameter
from pathlib import Path
from typing import get_type_hints

from huiting.quality.rules.manual import Text, options, texts
from huiting.quality.rules.options import PACKAGE

ROOT = Path(__file__).parents[1]
PAGES = {
    "en": ROOT / "docs" / "reference" / "operators.md",
    "zh": ROOT / "docs" / "reference" / "operators.zh.md",
}
_HEADS = {
    "en": (
        ("# Operators of rules\n\n[中文](operators.zh.md)\n\nWritten by `python tools/operator_pages.py`."
        " How operators are joined, and where they look, is told in [rules](rules.md). The value under"
        " an operator's key is a mapping of options; a value that is none is that of the first option."
        " `-` may stand for `_`."),
        "| option | type | default | meaning |", "needed", "none",
    ),
    "zh": (
        ("# 规则的操作符\n\n[English](operators.md)\n\n由 `python tools/operator_pages.py` 生成。"
        "操作符怎样组合、在哪里找，见[规则语言](rules.zh.md)。操作符键下写各选项；只写一个值时，"
        "就是第一个选项的值。`-` 可代替 `_`。"),
        "| 选项 | 类型 | 默认 | 含义 |", "必填", "无",
    ),
}  # fmt: skip
_TYPES = {
    "en": {"str": "text", "float": "number", "int": "whole number", "bool": "true or false",
           "Sequence[str]": "list", "Mapping[str, Any]": "mapping"},
    "zh": {"str": "文字", "float": "数字", "int": "整数", "bool": "true 或 false",
           "Sequence[str]": "列表", "Mapping[str, Any]": "映射"},
}  # fmt: skip


def page(language: str) -> str:
    """Return the page in a language."""
    head, columns, *_ = _HEADS[language]
    lines = [head]
    for text in texts():
        said = text.said(language)
        if not text.option:
            lines += ["", f"## `{text.operator}`", "", said, "", columns, "|---|---|---|---|"]
        elif text.option == "=":
            lines += ["", "```yaml", text.en, "```"]
        else:
            lines.append(_row(text, said, language))
    return "\n".join(lines) + "\n"


def _row(text: Text, said: str, language: str) -> str:
    parameter = options(text.operator)[text.option]
    *_, needed, none = _HEADS[language]
    default = none if parameter.default is None else f"`{parameter.default}`"
    if parameter.default is Parameter.empty:
        default = needed
    hints = get_type_hints(import_module(f"{PACKAGE}.{text.operator}").build)
    kind = _kind(str(hints[parameter.name]), language)
    return f"| `{text.option}` | {kind} | {default} | {said} |"


def _kind(hint: str, language: str) -> str:
    plain = hint.replace("collections.abc.", "").replace("typing.", "")
    names = [part.strip().removeprefix("<class '").removesuffix("'>") for part in plain.split("|")]
    joint = " or " if language == "en" else "或"
    return joint.join(_TYPES[language][name] for name in names if name != "None")


if __name__ == "__main__":
    for language, path in PAGES.items():
        path.write_text(page(language), "utf-8")
