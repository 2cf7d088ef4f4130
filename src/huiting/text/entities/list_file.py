"""Read the team's entities from YAML; every mistake is named by file and line.

docs/guides/entities.md describes the format. Patterns are regular expressions whose
repetitions have an end and are not nested, so that no text can hold up a batch.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from yaml import Node, ScalarNode

from huiting.text._team_file import TeamFile, content
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
    return parse_entities(content(path), str(path))


def parse_entities(data: bytes, name: str) -> tuple[EntityList, ...]:
    """Return the lists that `data` holds; `name` is the file in errors.

    Raises:
        InputError: a line of it makes no sense.
    """
    file = TeamFile(name)
    root = file.root(data)
    entries = file.mapping(root, ("entities",))
    if "entities" not in entries:
        file.refuse(root, "there is no `entities:`", "write `entities:` and a list below it")
    return tuple(_entity_list(file, node) for node in file.sequence(entries["entities"]))


def _entity_list(file: TeamFile, node: Node) -> EntityList:
    entries = file.mapping(node, ("kind", "tag", "sounds_like", "words", "patterns"))
    if "kind" not in entries:
        file.refuse(node, "an entity without `kind`", "write kind: product, or a name of yours")
    kind = file.text(entries["kind"])
    if not _KIND.fullmatch(kind):
        file.refuse(entries["kind"], f"{kind!r} is no kind", "write small letters, digits and _")
    tag = file.text(entries["tag"]) if "tag" in entries else tag_of(kind)
    if not _TAG.fullmatch(tag):
        file.refuse(entries["tag"], f"{tag!r} is no tag", "write capitals, digits and _")
    words = file.sequence(entries["words"]) if "words" in entries else ()
    patterns = file.sequence(entries["patterns"]) if "patterns" in entries else ()
    if not words and not patterns:
        file.refuse(node, f"{kind} has neither `words` nor `patterns`", "add one of them")
    alike = "sounds_like" in entries and file.truth(entries["sounds_like"])
    return EntityList(
        kind,
        tag,
        tuple(_word(file, word) for word in words),
        tuple(_pattern(file, pattern) for pattern in patterns),
        alike,
    )


def _word(file: TeamFile, node: Node) -> ListedWord:
    if isinstance(node, ScalarNode):
        return ListedWord(file.text(node))
    entries = file.mapping(node, ("value", "aliases"))
    if "value" not in entries:
        file.refuse(node, "a word without `value`", "write value: NAME")
    aliases = file.sequence(entries["aliases"]) if "aliases" in entries else ()
    return ListedWord(file.text(entries["value"]), tuple(file.text(alias) for alias in aliases))


def _pattern(file: TeamFile, node: Node) -> ListedPattern:
    if isinstance(node, ScalarNode):
        return ListedPattern(_regex(file, node))
    entries = file.mapping(node, ("regex", "value", "after", "inside"))
    if "regex" not in entries:
        file.refuse(node, "a pattern without `regex`", "write regex: 'YH[0-9]{6}'")
    regex = _regex(file, entries["regex"])
    value = file.text(entries["value"]) if "value" in entries else r"\g<0>"
    try:
        re.compile(f"{regex.pattern}|").match("").expand(value)  # type: ignore[union-attr]  # it matches nothing, too
    except (re.error, IndexError) as error:
        file.refuse(entries.get("value"), f"value: {error}", r"write \1 for the first group")
    after = file.sequence(entries["after"]) if "after" in entries else ()
    inside = "inside" in entries and file.truth(entries["inside"])
    return ListedPattern(regex, value, tuple(file.text(word) for word in after), inside)


def _regex(file: TeamFile, node: Node) -> re.Pattern[str]:
    source = file.text(node)
    if len(source) > LONGEST_PATTERN:
        file.refuse(node, f"more than {LONGEST_PATTERN} characters", "split the pattern")
    try:
        compiled = re.compile(source)
    except re.error as error:
        file.refuse(node, f"no regular expression ({error})", "mend it")
    unbounded = next(_unbounded(source), None)
    if unbounded is not None:
        file.refuse(node, f"{unbounded} may go on for ever", f"write {{1,{MOST_REPEATS}}} or less")
    return compiled


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
