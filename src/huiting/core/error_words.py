"""What errors say, in Chinese, for who reads Chinese.

Errors are raised in English where they happen, by code that knows nothing of languages.
Here a sentence is recognized by its template (`{0} is not known`) and said in Chinese;
what stands in its places is translated too where it is a sentence itself, and otherwise
stays as it is. A sentence that the catalogue has not stays English.
See docs/decisions/0015-messages-in-chinese.md.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from huiting.core.errors import HuitingError

_PLACE = re.compile(r"\{([0-4])\}")
_DEEP = 3
"""Sentences inside sentences that are still translated."""


@dataclass(frozen=True, slots=True)
class Template:
    """A sentence with places, and how it is said."""

    english: re.Pattern[str]
    mandarin: str
    worded: bool
    """Whether it has a word of its own: `{0}: {1}` has none, and fits almost anything."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """How sentences are said."""

    whole: Mapping[str, str]
    """Those without places."""
    templates: tuple[Template, ...]
    """Those with most words of their own first, so that the closest fits."""

    def translate(self, text: str, deep: int = _DEEP) -> str:
        """Return a sentence in Chinese; unchanged where it is not known."""
        known = self.known(text, deep)
        return text if known is None else known

    def known(self, text: str, deep: int = _DEEP, *, worded: bool = False) -> str | None:
        """Return a sentence in Chinese; None where it is not known.

        Args:
            text: in English.
            deep: sentences inside sentences that are translated.
            worded: whether only templates with words of their own count.
        """
        if text in self.whole:
            return self.whole[text]
        for template in self.templates if deep else ():
            if worded > template.worded:
                continue
            if found := template.english.fullmatch(text):
                return template.mandarin.format(
                    *(self.translate(place, deep - 1) for place in found.groups())
                )
        return None


@cache
def catalogue() -> Catalogue:
    """Read the catalogue that comes with the program."""
    source = files("huiting.core") / "messages.zh.toml"
    tables = tomllib.loads(source.read_text(encoding="utf-8"))
    return read({english: said for table in tables.values() for english, said in table.items()})


def read(sentences: Mapping[str, str]) -> Catalogue:
    """Return a catalogue of English sentences, with places or without, and how each is said."""
    templates = [english for english in sentences if _PLACE.search(english)]
    templates.sort(key=lambda english: -len(_PLACE.sub("", english)))
    return Catalogue(
        {english: said for english, said in sentences.items() if not _PLACE.search(english)},
        tuple(_template(english, sentences[english]) for english in templates),
    )


def _template(english: str, mandarin: str) -> Template:
    words = _PLACE.split(english)[::2]
    pattern = re.compile("(.*?)".join(map(re.escape, words)), re.DOTALL)
    # Braces that are no place stand for themselves.
    doubled = mandarin.replace("{", "{{").replace("}", "}}")
    form = re.sub(r"\{\{([0-4])\}\}", r"{\1}", doubled)
    return Template(pattern, form, any(c.isalpha() for c in "".join(words)))


def mandarin(text: str) -> str:
    """Return a reason, a remedy, or a whole message (`subject: reason; remedy`) in Chinese."""
    said = catalogue()
    for at in (m.start() for m in re.finditer("; ", text)):  # a reason may hold one as well
        head, remedy = text[:at], said.known(text[at + 2 :], worded=True)
        for colon in (m.start() for m in re.finditer(": ", head)) if remedy else ():
            reason = said.known(head[colon + 2 :], worded=True)
            if reason is not None:
                return f"{said.translate(head[:colon])}：{reason}；{remedy}"
    known = said.known(text, worded=True)
    if known is not None:
        return known
    head, mark, last = text.rpartition("; ")
    remedy = said.known(last, worded=True) if mark else None
    return f"{said.known(head, worded=True) or head}；{remedy}" if remedy else text


def because(error: HuitingError, tongue: str) -> str:
    """Return why something failed and what to do about it, without its subject."""
    if tongue == "zh":
        said = catalogue()
        return f"{said.translate(error.reason)}；{said.translate(error.remedy)}"
    return f"{error.reason}; {error.remedy}"
