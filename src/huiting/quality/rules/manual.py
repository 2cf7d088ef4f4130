"""What each operator and each of its options is for, in English and Chinese, with an example.

For the reference (`tools/operator_pages.py`) and for whoever writes rules on a page. The texts
stand in `operators.tsv` beside this file: operator, option, English, Chinese; no option: of
the operator itself; `=`: an example.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from inspect import Parameter
from pathlib import Path

from huiting.quality.rules.options import parameters

_TEXTS = Path(__file__).with_name("operators.tsv")


@dataclass(frozen=True, slots=True)
class Text:
    """What is said of an operator or an option, in both languages; or an example."""

    operator: str
    option: str
    en: str
    zh: str

    def said(self, language: str) -> str:
        """Return it in `zh` or `en`."""
        return self.zh if language == "zh" else self.en


@cache
def texts() -> Sequence[Text]:
    """Return what is said of all operators, in the order of the reference."""
    lines = _TEXTS.read_text("utf-8").splitlines()
    return tuple(Text(*line.split("\t")) for line in lines)


def options(operator: str) -> Mapping[str, Parameter]:
    """Return the options of an operator; `none` of `said` is the language's own."""
    found = dict(parameters(operator))
    if operator == "said":
        found["none"] = found["all"]
    return found


@dataclass(frozen=True, slots=True)
class Page:
    """An operator, as whoever writes rules looks it up."""

    operator: str
    text: Text
    options: tuple[Text, ...]
    examples: tuple[str, ...]


@cache
def pages() -> tuple[Page, ...]:
    """Return all operators."""
    names = dict.fromkeys(text.operator for text in texts())
    return tuple(_page(name) for name in names)


def _page(name: str) -> Page:
    own = [text for text in texts() if text.operator == name]
    return Page(
        name,
        next(text for text in own if not text.option),
        tuple(text for text in own if text.option not in ("", "=")),
        tuple(text.en for text in own if text.option == "="),
    )
