"""Every sentence of the pages exists in Chinese, once, and none is left that nobody says."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from huiting.web import site
from huiting.web.site.words import FOLDER, words

SITE = Path(site.__file__).parent
METHODS = [("**.py", "python"), ("**.jinja", "jinja2.ext:babel_extract")]
SAYING = {"_": None, "gettext": None, "say": None, "ngettext": (1, 2)}
OPTIONS = {"**.jinja": {"trimmed": "true", "extensions": "jinja2.ext.do,jinja2.ext.loopcontrols"}}


def said() -> Iterator[tuple[str, str]]:
    found = extract_from_dir(SITE, METHODS, OPTIONS, SAYING)
    for file, _line, message, *_ in found:
        yield file, message if isinstance(message, str) else message[0]


def translated() -> Iterator[tuple[str, str]]:
    for path in sorted((FOLDER / "zh").glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale="zh"):
                if message.id and message.string:
                    name = message.id if isinstance(message.id, str) else message.id[0]
                    yield path.name, name


def test_every_sentence_is_translated() -> None:
    known = {sentence for _, sentence in translated()}
    missing = defaultdict(list)
    for file, sentence in said():
        if sentence not in known:
            missing[file].append(sentence)

    assert dict(missing) == {}


def test_no_translation_is_left_over() -> None:
    used = {sentence for _, sentence in said()}

    assert {s for _, s in translated()} - used == set()


def test_a_sentence_is_translated_once() -> None:
    count = Counter(sentence for _, sentence in translated())

    assert [sentence for sentence, times in count.items() if times > 1] == []


@pytest.mark.parametrize(("language", "expected"), [("zh", "登录"), ("en", "Sign in")])
def test_a_sentence_in_each_language(language: str, expected: str) -> None:
    assert words(language).gettext("Sign in") == expected


def test_a_sentence_that_nobody_translated_stays_as_it_is() -> None:
    assert words("zh").gettext("Never said") == "Never said"
    assert words("zh").ngettext("one", "many", 2) == "many"
    assert words("en").ngettext("one", "many", 1) == "one"
