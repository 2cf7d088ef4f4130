"""Rule files read: YAML in, a `RuleSet` out, every mistake named by file and line."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from json import dumps
from pathlib import Path
from typing import Any, TypeVar

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
from huiting.quality.rules.expressions import BROKEN, Reading, expression
from huiting.quality.rules.mistakes import Mistakes
from huiting.quality.rules.names import check_names
from huiting.quality.rules.options import plain
from huiting.quality.rules.quiet import Quiet
from huiting.quality.rules.rule import PAID, Named, Rule, RuleSet

T = TypeVar("T")
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
_ALWAYS: tuple[date | None, date | None] = (None, None)
MOST = 2_000
"""Rules of a file."""
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LANGUAGE = re.compile("[a-z]{2,3}")


def read_rules(path: Path, sound: Sound) -> RuleSet:
    """Return the rules of a file, or of all `*.yaml` files of a folder, in order of their names.

    Raises:
        InputError: a file cannot be read, or something in it is wrong; `file:line` is the
            subject. It is the first mistake; see `mistakes_in`.
    """
    mistakes = Mistakes()
    found = _rule_set(_files(path, mistakes), mistakes, sound)
    mistakes.refuse()
    return found


def mistakes_in(path: Path, sound: Sound) -> list[InputError]:
    """Return every mistake in a file of rules, or in those of a folder; none when all is well."""
    mistakes = Mistakes()
    mistakes.tried(lambda: _rule_set(_files(path, mistakes), mistakes, sound), None)
    return mistakes.in_order()


def parse_rules(data: bytes, name: str, sound: Sound) -> RuleSet:
    """Return the rules that `data` holds; `name` stands for the file in errors.

    Raises:
        InputError: something in it is wrong; `name:line` is the subject.
    """
    mistakes = Mistakes()
    found = _rule_set([_file(parse(data, name), mistakes)], mistakes, sound)
    mistakes.refuse()
    return found


def _files(path: Path, mistakes: Mistakes) -> "list[_File]":
    paths = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    if not paths:
        raise InputError(str(path), "no rules in this folder", "give a .yaml file of rules")
    found = [mistakes.tried(lambda p=one: _file(read(p), mistakes), None) for one in paths]  # type: ignore[misc]
    return [file for file in found if file is not None]


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


def _rule_set(files: Sequence[_File], mistakes: Mistakes, sound: Sound) -> RuleSet:
    rules = [rule for file in files for rule in file.rules]
    mistakes.found += taken(rules)
    whole = sha256("\n".join(rule.digest for rule in rules).encode()).hexdigest()
    names = " + ".join(file.name for file in files)
    return rule_set_of(names, rules, whole, sound)


def taken(rules: Iterable[Rule]) -> list[InputError]:
    """Return a mistake for each rule whose id another has already."""
    seen: dict[str, str] = {}
    found = []
    for rule in rules:
        if rule.id in seen:
            advice = f"it stands at {seen[rule.id]}"
            found.append(InputError(rule.where, f"the id {rule.id!r} is taken", advice))
        seen.setdefault(rule.id, rule.where)
    return found


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
    grave = frozenset(rule.id for rule in rules if rule.severity is Severity.CRITICAL)
    book, quiet = Phrasebook(phrases, sound), Quiet(asked)
    return RuleSet(name, tuple(rules), digest, book, quiet, paid, grave)


def _file(piece: Piece, mistakes: Mistakes) -> _File:
    content = mistakes.entries(piece, FILE)
    for key in ("format", "rules"):
        if key not in content:
            piece.refuse(f"{key!r} is missing", f"add {key}:")
    mistakes.tried(lambda: choice(content["format"], (FORMAT,)), FORMAT)
    lists = _lists(content, mistakes)
    shared = Reading(lists, mistakes=mistakes)
    _conditions(content, shared)
    check_names(shared)
    usual = _optional(content, "languages", _languages, None, mistakes)
    entries = sequence(content["rules"])
    if len(entries) > MOST:
        content["rules"].refuse(f"more than {MOST:,} rules", "split the file")
    rules: list[Rule] = []
    before: dict[str, bool] = {}
    for entry in entries:
        rule = mistakes.tried(lambda e=entry: _rule(e, shared, before), None)  # type: ignore[misc]
        if rule is not None:
            rules.append(rule if rule.languages is not None else replace(rule, languages=usual))
    stem = Path(piece.where.rsplit(":", 1)[0]).stem
    name = _optional(content, "name", text, stem, mistakes)
    context = {
        key: plain(content[key]) for key in ("lists", "conditions", "languages") if key in content
    }
    return _File(name, tuple(_stamped(rule, context) for rule in rules))


def _stamped(rule: Rule, context: Mapping[str, Any]) -> Rule:
    """Add what the file says for all its rules to the digest."""
    said = dumps([rule.digest, context], sort_keys=True, ensure_ascii=False)
    return replace(rule, digest=sha256(said.encode()).hexdigest())


def _lists(content: Mapping[str, Piece], mistakes: Mistakes) -> dict[str, tuple[Any, ...]]:
    if "lists" not in content:
        return {}
    none: Mapping[str, Piece] = {}
    found = mistakes.tried(lambda: mapping(content["lists"]), none)
    return {
        name: mistakes.tried(lambda e=entries: tuple(map(plain, sequence(e))), ())  # type: ignore[misc]
        for name, entries in found.items()
    }


def _conditions(content: Mapping[str, Piece], reading: Reading) -> None:
    if "conditions" not in content:
        return
    none: Mapping[str, Piece] = {}
    for name, piece in reading.mistakes.tried(lambda: mapping(content["conditions"]), none).items():
        found = expression(piece, reading)
        if name in reading.names and reading.names[name] is not found:
            twice = f"the name {name!r} is given twice"
            reading.mistakes.found.append(InputError(piece.where, twice, "choose another"))
        reading.names[name] = found


def _rule(piece: Piece, shared: Reading, before: dict[str, bool]) -> Rule | None:
    """Return a rule; None where something is wrong with it, which is noted.

    Args:
        piece: where it stands.
        shared: what was read of the file before.
        before: ids of the rules before it, and whether they are switched on; it is added.
    """
    mistakes = shared.mistakes
    known = len(mistakes.found)
    content = mistakes.entries(piece, RULE)
    kind = "forbid" if "forbid" in content else "require"
    if len(mistakes.found) == known:  # or an unknown key may be the one that is missing
        _check_keys(piece, content, mistakes)
    reading = Reading(shared.lists, shared.places, dict(shared.names), mistakes=mistakes)
    _conditions(content, reading)
    applies = expression(content["applies"], reading) if "applies" in content else None
    demand = expression(content[kind], reading) if kind in content else BROKEN
    check_names(reading)
    enabled = _optional(content, "enabled", truth, True, mistakes)  # noqa: FBT003
    _check_earlier(reading, before, enabled=enabled)
    id_ = _optional(content, "id", _id, "", mistakes)
    before[id_] = before.get(id_, False) or enabled
    passed, failed = _optional(content, "score", _score, (0.0, 0.0), mistakes)
    since, until = _optional(content, "effective", _effective, _ALWAYS, mistakes)
    decides = {key: plain(content[key]) for key in _VERDICT & content.keys()}
    rule = Rule(
        id=id_,
        name=_optional(content, "name", text, "", mistakes),
        demand=demand,
        forbids=kind == "forbid",
        where=piece.where,
        digest=dumps(decides, sort_keys=True, ensure_ascii=False),
        applies=applies,
        names=reading.names,
        why=_optional(content, "why", text, "", mistakes),
        advice=_optional(content, "advice", text, "", mistakes),
        severity=_optional(content, "severity", _severity, Severity.MINOR, mistakes),
        type=_optional(content, "type", text, "", mistakes),
        passed=passed,
        failed=failed,
        version=_optional(content, "version", lambda p: whole_number(p, 1), 1, mistakes),
        since=since,
        until=until,
        enabled=enabled,
        languages=_optional(content, "languages", _languages, None, mistakes),
        examples=_optional(content, "tests", lambda p: examples_of(p, mistakes), (), mistakes),
    )
    return rule if len(mistakes.found) == known else None


def _check_keys(piece: Piece, content: Mapping[str, Piece], mistakes: Mistakes) -> None:
    """Note what a rule lacks."""
    for key in ("id", "name"):
        if key not in content:
            missing = InputError(piece.where, f"{key!r} is missing", f"add {key}:")
            mistakes.found.append(missing)
    if ("require" in content) == ("forbid" in content):
        either = "a rule has either require or forbid"
        mistakes.found.append(InputError(piece.where, either, "give exactly one of the two"))


def _check_earlier(reading: Reading, before: Mapping[str, bool], *, enabled: bool) -> None:
    """Note every rule pointed at that does not stand before, or is not judged where this one is."""
    for id_, where in reading.earlier:
        found = (where.where, "", "")
        if id_ not in before:
            known = ", ".join(before) or "none"
            found = (
                where.where, f"no rule {id_!r} stands before this one", f"those before are {known}",
            )  # fmt: skip
        elif enabled and not before[id_]:
            found = (
                where.where, f"the rule {id_!r} is switched off",
                "switch it on, or this rule off too",
            )  # fmt: skip
        if found[1]:
            reading.mistakes.found.append(InputError(*found))


def _optional(
    content: Mapping[str, Piece],
    key: str,
    reads: Callable[[Piece], T],
    otherwise: T,
    mistakes: Mistakes,
) -> T:
    """Return what stands under a key; `otherwise` where nothing does, or what is a mistake."""
    if key not in content:
        return otherwise
    return mistakes.tried(lambda: reads(content[key]), otherwise)


def _id(piece: Piece) -> str:
    found = text(piece)
    if not _ID.fullmatch(found):
        piece.refuse(f"{found!r} is no id", "use small letters, digits and single hyphens")
    return found


def _severity(piece: Piece) -> Severity:
    return Severity(choice(piece, [severity.value for severity in Severity]))


def _score(piece: Piece) -> tuple[float, float]:
    if isinstance(piece.content, str):
        return 0.0, number(piece)
    given = mapping(piece, ("pass", "fail"))
    return tuple(number(given[k]) if k in given else 0.0 for k in ("pass", "fail"))  # type: ignore[return-value]


def _effective(piece: Piece) -> tuple[date | None, date | None]:
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
