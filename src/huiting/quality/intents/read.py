"""Read a team's list of intents from YAML; a mistake is named by file and line."""

from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path

from huiting.core import yaml_file as yaml
from huiting.core.types import Role
from huiting.core.yaml_file import Piece
from huiting.quality.intents.kinds import Keyword, Kind, merged

FORMAT = "huiting-intents/1"
MOST_INTENTS = 500
MOST_PHRASES = 20_000
"""Of a list; looking for so many takes a tenth of a second a call."""
LONGEST = 100
"""Characters of a phrase or a name; of an example twice as many."""
STRONGEST = 10
_KEYS = ("format", "languages", "extends", "intents")
_INTENT = ("name", "about", "keywords", "examples")
_GROUP = ("say", "weight", "by")
_SHIPPED = ("zh.yaml", "en.yaml", "ja.yaml")


def default_intents() -> tuple[Kind, ...]:
    """Return the list that comes with Huiting: Chinese, English and Japanese."""
    folder = files("huiting.quality.intents") / "lists"
    return merged(kind for name in _SHIPPED for kind in _parse((folder / name).read_bytes(), name))


def read_intents(*paths: Path) -> tuple[Kind, ...]:
    """Return the team's list, joined from its files; without any, the one of Huiting.

    Args:
        paths: files; one that says `extends: default` adds to ours.

    Raises:
        InputError: a file cannot be read or understood.
    """
    if not paths:
        return default_intents()
    kinds: list[Kind] = []
    for path in paths:
        top = yaml.mapping(yaml.read(path), _KEYS)
        if "extends" in top:
            yaml.choice(top["extends"], ("default",))
            kinds = [*default_intents(), *kinds]
        kinds += _kinds(top, str(path))
    return _bounded(merged(kinds), paths[-1])


def _parse(data: bytes, name: str) -> Iterator[Kind]:
    return _kinds(yaml.mapping(yaml.parse(data, name), _KEYS), name)


def _bounded(kinds: tuple[Kind, ...], path: Path) -> tuple[Kind, ...]:
    count = sum(len(kind.keywords) + len(kind.examples) for kind in kinds)
    if len(kinds) > MOST_INTENTS or count > MOST_PHRASES:
        Piece("", str(path)).refuse(
            f"{len(kinds)} intents and {count} phrases",
            f"keep to {MOST_INTENTS} intents and {MOST_PHRASES} phrases",
        )
    return kinds


def _kinds(top: Mapping[str, Piece], name: str) -> Iterator[Kind]:
    for key in ("format", "intents"):
        if key not in top:
            Piece("", name).refuse(f"{key!r} is missing", f"begin with format: {FORMAT}")
    yaml.choice(top["format"], (FORMAT,))
    languages = (
        tuple(yaml.text(x) for x in yaml.sequence(top["languages"])) if "languages" in top else ()
    )
    seen: dict[str, str] = {}
    for piece in yaml.sequence(top["intents"]):
        kind = _kind(piece, languages)
        if kind.name in seen:
            piece.refuse(f"{kind.name!r} stands here twice", f"join it with {seen[kind.name]}")
        seen[kind.name] = piece.where
        yield kind


def _kind(piece: Piece, languages: tuple[str, ...]) -> Kind:
    entries = yaml.mapping(piece, _INTENT)
    if "name" not in entries:
        piece.refuse("an intent needs a name", "write name: 售后/退货退款")
    name = _short(entries["name"], LONGEST)
    if any(not part.strip() for part in name.split("/")):
        entries["name"].refuse(f"{name!r} has an empty part", "write parent/intent")
    keywords = yaml.sequence(entries["keywords"]) if "keywords" in entries else ()
    examples = yaml.sequence(entries["examples"]) if "examples" in entries else ()
    if not keywords and not examples:
        piece.refuse(f"{name!r} has nothing to tell it by", "give keywords or examples")
    return Kind(
        name="/".join(part.strip() for part in name.split("/")),
        about=yaml.text(entries["about"]) if "about" in entries else "",
        keywords=tuple(k for group in keywords for k in _keywords(group, languages)),
        examples=tuple(_short(example, 2 * LONGEST) for example in examples),
    )


def _keywords(piece: Piece, languages: tuple[str, ...]) -> Iterator[Keyword]:
    if isinstance(piece.content, str):
        yield Keyword(_phrase(piece), 1.0, languages=languages)
        return
    group = yaml.mapping(piece, _GROUP)
    if "say" not in group:
        piece.refuse("a group of keywords needs phrases", "write say: [退货, 退款]")
    weight = yaml.number(group["weight"], -STRONGEST) if "weight" in group else 1.0
    if not 0 < abs(weight) <= STRONGEST:
        group["weight"].refuse("this weight means nothing", f"give 0.1 to {STRONGEST}, or below 0")
    by = Role(yaml.choice(group["by"], ("agent", "customer"))) if "by" in group else None
    for said in yaml.sequence(group["say"]):
        yield Keyword(_phrase(said), weight, by, languages)


def _phrase(piece: Piece) -> str:
    found = _short(piece, LONGEST)
    if any(not part.strip() for part in found.split("*")):
        piece.refuse(f"{found!r} begins or ends with *", "let * stand between two words")
    if not any(c.isalnum() for c in found):
        piece.refuse(f"{found!r} has no letter", "write words")
    return found


def _short(piece: Piece, most: int) -> str:
    found = yaml.text(piece)
    if len(found) > most:
        piece.refuse(f"longer than {most} characters", "say it in fewer words")
    return found
