"""Scorecards in YAML, read and checked; every mistake is named by file and line."""

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from huiting.core.yaml_file import (
    Piece,
    choice,
    mapping,
    number,
    read,
    sequence,
    text,
    truth,
    whole,
)
from huiting.quality._scorecard_types import Absent, Credit, Item, Open, Scorecard, Section, Worth

FORMAT = "huiting-scorecard/1"
_CARD = (
    "format",
    "id",
    "name",
    "version",
    "base",
    "language",
    "uncertain",
    "grades",
    "sections",
)
_SECTION = ("id", "name", "weight", "items")
_ITEM = ("id", "name", "points", "rules", "credit", "fatal", "bonus", "n/a", "why", "advice")
_ID = re.compile(r"[\w][\w.-]*")
_CHINESE = re.compile("[\u3400-\u9fff]")
_Choice = TypeVar("_Choice", bound=StrEnum)


def read_scorecard(path: Path) -> Scorecard:
    """Return the scorecard in a file.

    Raises:
        InputError: it cannot be read, or something in it is wrong; `file:line` is the subject.
    """
    piece = read(path)
    card = mapping(piece, _CARD)
    for key in ("format", "id", "name", "sections"):
        _needed(piece, card, key)
    choice(card["format"], (FORMAT,))
    sections = tuple(_sections(card["sections"]))
    total = sum(section.weight for section in sections)
    name = text(card["name"])
    return Scorecard(
        id=_id(card["id"]),
        name=name,
        version=whole(card["version"], 1) if "version" in card else 1,
        sections=sections,
        base=_base(card["base"]) if "base" in card else total or 100.0,
        uncertain=_enum(card, "uncertain", Open.HOLD),
        grades=_grades(card["grades"]) if "grades" in card else (),
        language=_language(card, name),
    )


def _needed(piece: Piece, content: Mapping[str, Piece], key: str) -> Piece:
    if key not in content:
        piece.refuse(f"{key!r} is missing", f"add {key}:")
    return content[key]


def _enum(content: Mapping[str, Piece], key: str, usual: _Choice) -> _Choice:
    if key not in content:
        return usual
    return type(usual)(choice(content[key], [str(member) for member in type(usual)]))


def _id(piece: Piece) -> str:
    found = text(piece)
    if not _ID.fullmatch(found):
        piece.refuse(f"{found!r} is no id", "write letters, digits and - without spaces")
    return found


def _base(piece: Piece) -> float:
    found = number(piece, 0)
    if not found:
        piece.refuse("a base of 0 leaves nothing to score", "give 100")
    return found


def _language(card: Mapping[str, Piece], name: str) -> str:
    if "language" in card:
        return choice(card["language"], ("zh", "en"))
    return "zh" if _CHINESE.search(name) else "en"


def _grades(piece: Piece) -> tuple[tuple[str, float], ...]:
    found = [(name, number(least)) for name, least in mapping(piece).items()]
    if len({least for _, least in found}) < len(found):
        piece.refuse("two grades begin at the same points", "give each its own")
    return tuple(sorted(found, key=lambda grade: -grade[1]))


def _sections(piece: Piece) -> Iterator[Section]:
    seen: set[str] = set()
    items_seen: set[str] = set()
    for entry in sequence(piece):
        content = mapping(entry, _SECTION)
        for key in ("id", "items"):
            _needed(entry, content, key)
        section_id = _new(content["id"], seen)
        items = tuple(_item(found, items_seen) for found in sequence(content["items"]))
        points = sum(item.points for item in items if item.worth is Worth.WEIGHT)
        weight = number(content["weight"], 0) if "weight" in content else points
        if bool(weight) != bool(points):
            content.get("weight", entry).refuse(
                f"the section weighs {weight:g} and its items together {points:g} points",
                "give points to at least one item, or leave the weight out",
            )
        name = text(content["name"]) if "name" in content else section_id
        yield Section(section_id, name, items, weight)


def _new(piece: Piece, seen: set[str]) -> str:
    found = _id(piece)
    if found in seen:
        piece.refuse(f"the id {found!r} is taken", "choose another")
    seen.add(found)
    return found


def _item(piece: Piece, seen: set[str]) -> Item:
    content = mapping(piece, _ITEM)
    for key in ("id", "rules"):
        _needed(piece, content, key)
    fatal = truth(content["fatal"]) if "fatal" in content else False
    bonus = truth(content["bonus"]) if "bonus" in content else False
    if fatal and bonus:
        content["bonus"].refuse("an item cannot be fatal and a bonus", "make two items of it")
    if not fatal:
        _needed(piece, content, "points")
    item_id = _new(content["id"], seen)
    worth, points = _points(content, bonus=bonus)
    rules = [_id(rule) for rule in sequence(content["rules"])]
    texts: dict[str, Any] = {key: text(content[key]) for key in ("why", "advice") if key in content}
    return Item(
        id=item_id,
        name=text(content["name"]) if "name" in content else item_id,
        rules=tuple(dict.fromkeys(rules)),
        points=points,
        worth=worth,
        credit=_enum(content, "credit", Credit.ALL),
        absent=_enum(content, "n/a", Absent.DROP),
        fatal=fatal,
        **texts,
    )


def _points(content: Mapping[str, Piece], *, bonus: bool) -> tuple[Worth, float]:
    piece = content.get("points")
    worth = Worth.BONUS if bonus else Worth.WEIGHT
    if piece is None:
        return worth, 0.0
    if piece.content != "effect":
        return worth, number(piece, 0)
    for key in ("bonus", "credit", "n/a"):
        if key in content:
            content[key].refuse(f"{key!r} says nothing beside points: effect", "leave it out")
    return Worth.EFFECT, 0.0
