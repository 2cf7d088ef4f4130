"""Documents of the team that go with calls in which a condition holds.

The file lists them; a condition is what may stand in a rule. Where it is uncertain whether
one holds, the document is not attached. Nothing is fetched: a link is only shown.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from huiting.core import yaml_file as yaml
from huiting.core.dialogue import Dialogue
from huiting.core.judgement import Verdict
from huiting.core.meaning import Document
from huiting.core.yaml_file import Piece
from huiting.quality.rules.asked import Context
from huiting.quality.rules.expressions import Reading, expression
from huiting.quality.rules.judge import judge
from huiting.quality.rules.names import check_names
from huiting.quality.rules.read import rule_set_of
from huiting.quality.rules.rule import Rule

FORMAT = "huiting-documents/1"
MOST = 500
MOST_ATTACHED = 5
_KEYS = ("title", "link", "because", "when")

Condition = Callable[[Dialogue], bool]
"""Whether something is so in a call, for sure."""
Conditions = Callable[[Piece], Condition]
"""Makes a condition of what stands in the file; refuses what is none by file and line."""


@dataclass(frozen=True, slots=True)
class Link:
    """A document, and when it goes with a call."""

    document: Document
    holds: Condition


def read_links(path: Path, conditions: Conditions) -> tuple[Link, ...]:
    """Return the documents of a file.

    Args:
        path: of the file.
        conditions: reads what stands under `when`; `by_rules` for the language of the rules.

    Raises:
        InputError: the file cannot be read, or something in it is wrong.
    """
    top = yaml.mapping(yaml.read(path), ("format", "documents"))
    for key in ("format", "documents"):
        if key not in top:
            Piece("", str(path)).refuse(f"{key!r} is missing", f"begin with format: {FORMAT}")
    yaml.choice(top["format"], (FORMAT,))
    entries = yaml.sequence(top["documents"])
    if len(entries) > MOST:
        top["documents"].refuse(f"more than {MOST} documents", "split the file")
    return tuple(_link(piece, conditions) for piece in entries)


def _link(piece: Piece, conditions: Conditions) -> Link:
    entry = yaml.mapping(piece, _KEYS)
    for key in _KEYS:
        if key not in entry:
            piece.refuse(f"{key!r} is missing", f"add {key}:")
    document = Document(
        title=yaml.text(entry["title"]),
        link=_address(entry["link"]),
        because=yaml.text(entry["because"]),
    )
    return Link(document, conditions(entry["when"]))


def _address(piece: Piece) -> str:
    """Return a link that a page may show: to the web, or to a file; never a script."""
    found = yaml.text(piece)
    scheme = found.split(":", 1)[0].lower() if ":" in found else ""
    if scheme not in {"", "http", "https", "file"} or any(c.isspace() for c in found):
        piece.refuse(f"{found!r} is no link", "give https://… or a path without spaces")
    return found


def documents_of(dialogue: Dialogue, links: Sequence[Link]) -> tuple[Document, ...]:
    """Return the documents whose condition holds in the call, in the order of the file."""
    return tuple(link.document for link in links if link.holds(dialogue))[:MOST_ATTACHED]


def by_rules(context: Context) -> Conditions:
    """Return a reader of conditions in the language of the rules."""

    def condition(piece: Piece) -> Condition:
        reading = Reading({})
        demand = expression(piece, reading)
        check_names(reading)
        reading.mistakes.refuse()
        if reading.earlier:
            piece.refuse("a document cannot ask for a rule", "repeat the rule's condition here")
        rule = Rule(
            id="document",
            name="document",
            demand=demand,
            forbids=False,
            where=piece.where,
            digest="",
            names=reading.names,
        )
        rules = rule_set_of("document", (rule,), "", context.sound)

        def holds(dialogue: Dialogue) -> bool:
            return any(f.verdict is Verdict.PASS for f in judge(dialogue, rules, context))

        return holds

    return condition
