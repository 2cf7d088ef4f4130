"""Rule files read: YAML in, a `RuleSet` out, every mistake named by file and line."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from json import dumps
from pathlib import Path
from typing import Any

from huiting.core.errors import InputError
from huiting.core.judgement import Severity
from huiting.core.ports import Sound
from huiting.core.yaml_file import (
    Piece,
    choice,
    mapping,
    number,
    parse,
    read,
    sequence,
    text,
    truth,
)
from huiting.core.yaml_file import whole as whole_number
from huiting.quality.matching.heard import Phrase
from huiting.quality.matching.phrasebook import Phrasebook
from huiting.quality.rules.examples import examples_of
from huiting.quality.rules.expressions import Reading, expression
from huiting.quality.rules.names import check_names
from huiting.quality.rules.options import plain
from huiting.quality.rules.quiet import Quiet
from huiting.quality.rules.rule import PAID, Named, Rule, RuleSet

FORMAT = "huiting-rules/1"
FILE = ("format", "name", "languages", "lists", "conditions", "rules")
RULE = (
    "id", "name", "why", "advice", "severity", "type", "score", "version", "effective", "enabled",
    "languages", "conditions", "applies", "require", "forbid", "tests",
)  # fmt: skip
_VERDICT = frozenset(
    {"id", "score", "version", "effective", "enabled", "languages", "conditions", "applies",
     "require", "forbid"}
)  # fmt: skip
"""Keys of a rule that can change what it says of a call."""
MOST = 2_000
"""Rules of a file."""
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LANGUAGE = re.compile("[a-z]{2,3}")


def read_rules(path: Path, sound: Sound) -> RuleSet:
    """Return the rules of a file, or of all `*.yaml` files of a folder, in order of their names.

    Raises:
        InputError: a file cannot be read, or something in it is wrong; `file:line` is the subject.
    """
    if not path.is_dir():
        return _rule_set([_file(read(path))], sound)
    paths = sorted(path.glob("*.yaml"))
    if not paths:
        raise InputError(str(path), "no rules in this folder", "give a .yaml file of rules")
    return _rule_set([_file(read(one)) for one in paths], sound)


def parse_rules(data: bytes, name: str, sound: Sound) -> RuleSet:
    """Return the rules that `data` holds; `name` stands for the file in errors.

    Raises:
        InputError: something in it is wrong; `name:line` is the subject.
    """
    return _rule_set([_file(parse(data, name))], sound)


def joined(rule_sets: Sequence[RuleSet], sound: Sound) -> RuleSet:
    """Return several sets of rules as one, so that a call is searched once for all of them."""
    digests = "\n".join(one.digest for one in rule_sets)
    return rule_set_of(
        " + ".join(one.name for one in rule_sets),
        [rule for one in rule_sets for rule in one.rules],
        sha256(digests.encode()).hexdigest(),
        sound,
    )


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    rules: tuple[Rule, ...]


def _rule_set(files: Sequence[_File], sound: Sound) -> RuleSet:
    rules = [rule for file in files for rule in file.rules]
    seen: dict[str, Rule] = {}
    for rule in rules:
        if rule.id in seen:
            raise InputError(
                rule.where, f"the id {rule.id!r} is taken", f"it stands at {seen[rule.id].where}"
            )
        seen[rule.id] = rule
    whole = sha256("\n".join(rule.digest for rule in rules).encode()).hexdigest()
    names = " + ".join(file.name for file in files)
    return rule_set_of(names, rules, whole, sound)


def rule_set_of(name: str, rules: Sequence[Rule], digest: str, sound: Sound) -> RuleSet:
    """Return rules as one set, with all that they look for gathered."""
    asked = list({id(ask): ask for rule in rules for ask in rule.asks()}.values())
    phrases = {
        phrase: ask.place.roles
        for ask in asked
        if not isinstance(ask.operator, Named)
        for phrase in ask.operator.phrases()
        if isinstance(phrase, Phrase)
    }
    paid = frozenset(rule.id for rule in rules if any(a.kind == PAID for a in rule.asks()))
    return RuleSet(name, tuple(rules), digest, Phrasebook(phrases, sound), Quiet(asked), paid)


def _file(piece: Piece) -> _File:
    content = mapping(piece, FILE)
    for key in ("format", "rules"):
        if key not in content:
            piece.refuse(f"{key!r} is missing", f"add {key}:")
    choice(content["format"], (FORMAT,))
    lists = _lists(content)
    shared = Reading(lists)
    _conditions(content, shared)
    check_names(shared)
    usual = _languages(content["languages"]) if "languages" in content else None
    entries = sequence(content["rules"])
    if len(entries) > MOST:
        content["rules"].refuse(f"more than {MOST:,} rules", "split the file")
    rules: list[Rule] = []
    for entry in entries:
        rule = _rule(entry, lists, shared, {rule.id: rule for rule in rules})
        rules.append(rule if rule.languages is not None else replace(rule, languages=usual))
    name = text(content["name"]) if "name" in content else Path(piece.where.rsplit(":", 1)[0]).stem
    context = {
        key: plain(content[key]) for key in ("lists", "conditions", "languages") if key in content
    }
    return _File(name, tuple(_stamped(rule, context) for rule in rules))


def _stamped(rule: Rule, context: Mapping[str, Any]) -> Rule:
    """Add what the file says for all its rules to the digest."""
    said = dumps([rule.digest, context], sort_keys=True, ensure_ascii=False)
    return replace(rule, digest=sha256(said.encode()).hexdigest())


def _lists(content: Mapping[str, Piece]) -> dict[str, tuple[Any, ...]]:
    if "lists" not in content:
        return {}
    return {
        name: tuple(plain(entry) for entry in sequence(entries))
        for name, entries in mapping(content["lists"]).items()
    }


def _conditions(content: Mapping[str, Piece], reading: Reading) -> None:
    if "conditions" not in content:
        return
    for name, piece in mapping(content["conditions"]).items():
        found = expression(piece, reading)
        if name in reading.names and reading.names[name] is not found:
            piece.refuse(f"the name {name!r} is given twice", "choose another")
        reading.names[name] = found


def _rule(
    piece: Piece, lists: Mapping[str, tuple[Any, ...]], shared: Reading, before: Mapping[str, Rule]
) -> Rule:
    content = mapping(piece, RULE)
    for key in ("id", "name"):
        if key not in content:
            piece.refuse(f"{key!r} is missing", f"add {key}:")
    if ("require" in content) == ("forbid" in content):
        piece.refuse("a rule has either require or forbid", "give exactly one of the two")
    reading = Reading(lists, shared.places, dict(shared.names))
    _conditions(content, reading)
    applies = expression(content["applies"], reading) if "applies" in content else None
    kind = "forbid" if "forbid" in content else "require"
    demand = expression(content[kind], reading)
    check_names(reading)
    enabled = truth(content["enabled"]) if "enabled" in content else True
    _check_earlier(reading, before, enabled=enabled)
    passed, failed = _score(content)
    since, until = _effective(content)
    decides = {key: plain(content[key]) for key in _VERDICT & content.keys()}
    return Rule(
        id=_id(content["id"]),
        name=text(content["name"]),
        demand=demand,
        forbids=kind == "forbid",
        where=piece.where,
        digest=dumps(decides, sort_keys=True, ensure_ascii=False),
        applies=applies,
        names=reading.names,
        why=_optional(content, "why"),
        advice=_optional(content, "advice"),
        severity=_severity(content),
        type=_optional(content, "type"),
        passed=passed,
        failed=failed,
        version=whole_number(content["version"], 1) if "version" in content else 1,
        since=since,
        until=until,
        enabled=enabled,
        languages=_languages(content["languages"]) if "languages" in content else None,
        examples=examples_of(content["tests"]) if "tests" in content else (),
    )


def _check_earlier(reading: Reading, before: Mapping[str, Rule], *, enabled: bool) -> None:
    """Check that every rule pointed at stands before, and is judged where this one is."""
    for id_, where in reading.earlier:
        if id_ not in before:
            known = ", ".join(before) or "none"
            where.refuse(f"no rule {id_!r} stands before this one", f"those before are {known}")
        if enabled and not before[id_].enabled:
            where.refuse(f"the rule {id_!r} is switched off", "switch it on, or this rule off too")


def _id(piece: Piece) -> str:
    found = text(piece)
    if not _ID.fullmatch(found):
        piece.refuse(f"{found!r} is no id", "use small letters, digits and single hyphens")
    return found


def _optional(content: Mapping[str, Piece], key: str) -> str:
    return text(content[key]) if key in content else ""


def _severity(content: Mapping[str, Piece]) -> Severity:
    if "severity" not in content:
        return Severity.MINOR
    return Severity(choice(content["severity"], [severity.value for severity in Severity]))


def _score(content: Mapping[str, Piece]) -> tuple[float, float]:
    if "score" not in content:
        return 0.0, 0.0
    piece = content["score"]
    if isinstance(piece.content, str):
        return 0.0, number(piece)
    given = mapping(piece, ("pass", "fail"))
    return tuple(number(given[k]) if k in given else 0.0 for k in ("pass", "fail"))  # type: ignore[return-value]


def _effective(content: Mapping[str, Piece]) -> tuple[date | None, date | None]:
    if "effective" not in content:
        return None, None
    piece = content["effective"]
    given = mapping(piece, ("from", "until"))
    since, until = (_date(given[key]) if key in given else None for key in ("from", "until"))
    if since is not None and until is not None and until < since:
        piece.refuse("it ends before it begins", "exchange the two dates")
    return since, until


def _date(piece: Piece) -> date:
    try:
        return date.fromisoformat(text(piece))
    except ValueError:
        return piece.refuse("a date is needed here", "write it as 2025-01-31")


def _languages(piece: Piece) -> frozenset[str]:
    found = [text(entry) for entry in sequence(piece)]
    for language in found:
        if not _LANGUAGE.fullmatch(language):
            piece.refuse(f"{language!r} is no language", "give codes such as zh, yue, en, ja")
    return frozenset(found)
