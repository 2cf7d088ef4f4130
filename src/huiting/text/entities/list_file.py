"""Read the team's entities from YAML; every mistake is named by file and line.

docs/guides/entities.md describes the format. Patterns are regular expressions whose
repetitions have an end, are not nested and not many, so that no text can hold up a batch.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from huiting.core.errors import ConfigError
from huiting.core.patterns import compiled
from huiting.core.yaml_file import Piece, mapping, parse, read, sequence, text, truth
from huiting.text.entities.kinds import tag_of
from huiting.text.entities.lists import EntityList, ListedPattern, ListedWord

LONGEST_PATTERN = 200
MOST_REPEATS = 64
_KIND = re.compile(r"[a-z][a-z0-9_]{0,39}")
_TAG = re.compile(r"[A-Z][A-Z0-9_]{0,39}")
_REPEAT = re.compile(r"\{(\d*)(,?)(\d*)\}")


def read_entities(path: Path) -> tuple[EntityList, ...]:
    """Return the lists of a file, in its order.

    Raises:
        InputError: it cannot be read, or a line of it makes no sense.
    """
    return _lists(read(path))


def parse_entities(data: bytes, name: str) -> tuple[EntityList, ...]:
    """Return the lists that `data` holds; `name` is the file in errors.

    Raises:
        InputError: a line of it makes no sense.
    """
    return _lists(parse(data, name))


def _lists(root: Piece) -> tuple[EntityList, ...]:
    entries = mapping(root, ("entities",))
    if "entities" not in entries:
        root.refuse("there is no `entities:`", "write `entities:` and a list below it")
    return tuple(_entity_list(piece) for piece in sequence(entries["entities"]))


def _entity_list(piece: Piece) -> EntityList:
    entries = mapping(piece, ("kind", "tag", "sounds_like", "words", "patterns"))
    if "kind" not in entries:
        piece.refuse("an entity without `kind`", "write kind: product, or a name of yours")
    kind = text(entries["kind"])
    if not _KIND.fullmatch(kind):
        entries["kind"].refuse(f"{kind!r} is no kind", "write small letters, digits and _")
    tag = text(entries["tag"]) if "tag" in entries else tag_of(kind)
    if not _TAG.fullmatch(tag):
        entries["tag"].refuse(f"{tag!r} is no tag", "write capitals, digits and _")
    words = sequence(entries["words"]) if "words" in entries else ()
    patterns = sequence(entries["patterns"]) if "patterns" in entries else ()
    if not words and not patterns:
        piece.refuse(f"{kind} has neither `words` nor `patterns`", "add one of them")
    alike = "sounds_like" in entries and truth(entries["sounds_like"])
    return EntityList(
        kind,
        tag,
        tuple(_word(word) for word in words),
        tuple(_pattern(pattern) for pattern in patterns),
        alike,
    )


def _word(piece: Piece) -> ListedWord:
    if isinstance(piece.content, str):
        return ListedWord(text(piece))
    entries = mapping(piece, ("value", "aliases"))
    if "value" not in entries:
        piece.refuse("a word without `value`", "write value: NAME")
    aliases = sequence(entries["aliases"]) if "aliases" in entries else ()
    return ListedWord(text(entries["value"]), tuple(text(alias) for alias in aliases))


def _pattern(piece: Piece) -> ListedPattern:
    if isinstance(piece.content, str):
        return ListedPattern(_regex(piece))
    entries = mapping(piece, ("regex", "value", "after", "inside"))
    if "regex" not in entries:
        piece.refuse("a pattern without `regex`", "write regex: 'YH[0-9]{6}'")
    regex = _regex(entries["regex"])
    value = text(entries["value"]) if "value" in entries else r"\g<0>"
    try:
        re.compile(f"{regex.pattern}|").match("").expand(value)  # type: ignore[union-attr]  # it matches nothing, too
    except (re.error, IndexError) as error:
        entries.get("value", piece).refuse(f"value: {error}", r"write \1 for the first group")
    after = sequence(entries["after"]) if "after" in entries else ()
    inside = "inside" in entries and truth(entries["inside"])
    return ListedPattern(regex, value, tuple(text(word) for word in after), inside)


def _regex(piece: Piece) -> re.Pattern[str]:
    source = text(piece)
    if len(source) > LONGEST_PATTERN:
        piece.refuse(f"more than {LONGEST_PATTERN} characters", "split the pattern")
    unbounded = next(_unbounded(source), None)
    if unbounded is not None:
        piece.refuse(f"{unbounded} may go on for ever", f"write {{1,{MOST_REPEATS}}} or less")
    try:
        return compiled(piece.where, source, 0)
    except ConfigError as error:
        piece.refuse(error.reason, error.remedy)


def _unbounded(source: str) -> Iterator[str]:
    """Yield repetitions without an end, and groups that are repeated."""
    plain = re.sub(r"\\.", "_", source)
    plain = re.sub(r"\[\^?\]?[^\]]*\]", "_", plain)
    for found in re.finditer(r"(?<!\()[*+]", plain):
        yield found[0]
    for found in _REPEAT.finditer(plain):
        least, comma, most = found.groups()
        end = (most or least or "0") if not comma or most else "inf"
        if float(end) > MOST_REPEATS:
            yield found[0]
        elif found.start() and plain[found.start() - 1] == ")":
            yield f"){found[0]}"
