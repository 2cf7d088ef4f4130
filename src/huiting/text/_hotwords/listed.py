"""The hotword list as people write it: one a line, with weights, misheard forms and comments.

Knows the file format and nothing of how hotwords are used.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

from huiting.core.errors import InputError
from huiting.core.ports import Hotword

LIMIT = 10_000
"""Entries in a list: far beyond what a team maintains, and lookup is still quick."""
MAX_BYTES = 4_000_000
MAX_LENGTH = 64
MAX_WEIGHT = 10.0
_ARROW = re.compile(r"\s*(?:=>|＝＞|=＞|＝>)\s*")
_WEIGHT = re.compile(r"(?P<text>.*\S)\s+(?P<weight>[0-9]+(?:\.[0-9]+)?)")


def read_hotwords(path: Path) -> tuple[Hotword, ...]:
    """Read the hotword list `path`: UTF-8 with or without a mark, UTF-16 with one, or GB18030.

    Raises:
        InputError: the file cannot be read, or a line of it is wrong.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(str(path), reason, "give a readable text file of hotwords") from error
    if len(data) > MAX_BYTES:
        raise InputError(
            str(path), f"more than {MAX_BYTES} bytes", f"give at most {LIMIT} hotwords, one a line"
        )
    return parse_hotwords(_decode(data, str(path)), str(path))


def _decode(data: bytes, name: str) -> str:
    """Return the text, by its byte order mark or else by the first encoding that fits."""
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ["utf-16"] if marked else ["utf-8-sig", "gb18030"]:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError(name, "neither UTF-8 nor GB18030 text", "save the list as UTF-8")


def parse_hotwords(text: str, name: str) -> tuple[Hotword, ...]:
    """Return the hotwords of a list, in order; a word given twice becomes one.

    A line is `word`, `word weight`, `misheard=>word` or `misheard=>word weight`; what
    follows `#` at the start of a line or after a space is a comment. The last weight
    given to a word holds; misheard forms add up.

    Args:
        text: the list.
        name: of the list, for messages.

    Raises:
        InputError: a line is wrong; the message names the list and the line.
    """
    weights: dict[str, float] = {}
    heard: dict[str, dict[str, None]] = {}
    meant: dict[str, str] = {}
    for number, raw in enumerate(re.split(r"\r\n|\r|\n", text), start=1):
        line = re.sub(r"(?:^|\s)#.*", "", raw.replace("\N{ZERO WIDTH NO-BREAK SPACE}", "")).strip()
        if not line:
            continue
        place = f"{name} line {number}"
        wrong, word, weight = _parse_line(line, place)
        weights[word] = weights.get(word, 1.0) if weight is None else weight
        heard.setdefault(word, {})
        if wrong is not None:
            if meant.setdefault(wrong, word) != word:
                raise InputError(
                    place, f"{wrong!r} already means {meant[wrong]!r}", "keep one of the two lines"
                )
            heard[word][wrong] = None
        if len(weights) > LIMIT:
            raise InputError(place, f"more than {LIMIT} hotwords", "shorten or split the list")
    hotwords = tuple(Hotword(w, weights[w], tuple(heard[w])) for w in weights)
    check_hotwords(hotwords, name)
    return hotwords


def _parse_line(line: str, place: str) -> tuple[str | None, str, float | None]:
    """Return the misheard form if any, the word, and its weight if given."""
    parts = _ARROW.split(line)
    if len(parts) > 2 or not all(parts):  # noqa: PLR2004  (misheard and meant)
        raise InputError(place, "not one word on each side of =>", "write 错词=>正词")
    weighted = _WEIGHT.fullmatch(parts[-1])
    word = weighted["text"] if weighted else parts[-1]
    weight = float(weighted["weight"]) if weighted else None
    if weight is not None and not 0 < weight <= MAX_WEIGHT:
        raise InputError(
            place, f"weight {weight:g}", f"give a weight above 0, at most {MAX_WEIGHT:g}"
        )
    wrong = parts[0] if len(parts) > 1 else None
    for form in (word, wrong or word):
        if len(form) > MAX_LENGTH:
            raise InputError(
                place, f"longer than {MAX_LENGTH} characters", "give a word, not a sentence"
            )
        if not form.isprintable() or not any(_sounds(c) for c in form):
            raise InputError(place, f"{form!r} is no word", "give letters, digits or characters")
    if wrong == word:
        raise InputError(place, "both sides of => are the same", "give the misheard form first")
    return wrong, word, weight


def _sounds(char: str) -> bool:
    return unicodedata.category(char)[0] in "LN"


def check_hotwords(hotwords: Iterable[Hotword], name: str) -> None:
    """Refuse an empty word, and a misheard form that is itself a hotword: which would hold?

    Raises:
        InputError: there is such a word; `name` is the list.
    """
    hotwords = tuple(hotwords)
    words = {hotword.text for hotword in hotwords}
    for hotword in hotwords:
        for form in (hotword.text, *hotword.heard):
            if not form.strip():
                raise InputError(name, "an empty word", "delete it")
        for form in hotword.heard:
            if form in words:
                raise InputError(
                    name,
                    f"{form!r} is a hotword and also a misheard form of {hotword.text!r}",
                    "delete one of the two lines",
                )


def for_prompt(
    hotwords: Sequence[Hotword], *, words: int = 100, length: int = 500
) -> tuple[str, ...]:
    """Return the hotwords to tell an engine that takes them in its prompt.

    The heaviest first and, among equals, in the order of the list; a word that no
    longer fits is left out and shorter ones after it may still come.

    Args:
        hotwords: the list.
        words: how many at most. Beyond about a hundred, engines that read a prompt
            get slower and begin to hear the words in silence.
        length: how many characters at most, all together.
    """
    chosen: list[str] = []
    left = length
    for hotword in sorted(hotwords, key=lambda h: -h.weight):
        if len(hotword.text) <= left:
            chosen.append(hotword.text)
            left -= len(hotword.text)
    return tuple(islice(chosen, words))
