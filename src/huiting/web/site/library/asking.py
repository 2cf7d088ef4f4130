"""What the script that draws a form is told: fields, names of codes, what may be suggested."""

import json

from huiting.core.errors import InputError
from huiting.core.yaml_file import Piece, parse
from huiting.service.library.kinds import Kind
from huiting.service.looking import Choices
from huiting.store.library import Library
from huiting.text.entities.kinds import TAGS
from huiting.web.site.library.forms import BUTTONS, SHAPES
from huiting.web.site.library.operators import conditions
from huiting.web.site.library.rule_form import RULES, TREE_WORDS
from huiting.web.site.library.shapes import languages, say, told


def form_of(kind: Kind, tongue: str, choices: Choices, library: Library) -> str:
    """Return what the form of a document is drawn from, as JSON: its keys keep their order.

    Args:
        kind: of the document.
        tongue: `zh` or `en`.
        choices: what calls can be chosen by: names to suggest.
        library: holds the rules that the team has written.
    """
    trees = kind in (Kind.RULES, Kind.DOCUMENTS)
    buttons = {**BUTTONS, **(TREE_WORDS if trees else {})}
    found = {
        "shape": told(RULES if kind is Kind.RULES else SHAPES[kind], tongue),
        "words": {name: say(text, tongue) for name, text in buttons.items()},
        "conditions": conditions(tongue) if trees else None,
        "suggest": {
            "languages": languages(tongue),
            "rules": _rules(choices, library),
            "entities": [[name, name] for name in TAGS],
            "intents": [[name, name] for name in choices.intents],
            "fields": [[name, name] for name in choices.fields],
            "names": [],
        },
    }
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"))


def _rules(choices: Choices, library: Library) -> list[list[str]]:
    """Return the rules there are: those of the team, and those that calls were judged by."""
    found = dict(choices.rules)
    for entry in library.entries(Kind.RULES):
        found.update(named_in(library.read(Kind.RULES, entry.name).body))
    return [[rule, name] for rule, name in sorted(found.items())]


def named_in(body: str) -> dict[str, str]:
    """Return the rules of a text, by id; none of what cannot be read."""
    try:
        root = parse(body.encode("utf-8", "replace"), "rules").content
    except InputError:
        return {}
    rules = root.get("rules") if not isinstance(root, str | tuple) else None
    entries = rules.content if rules is not None and isinstance(rules.content, tuple) else ()
    return dict(_named(entry) for entry in entries if _named(entry)[0])


def _named(entry: Piece) -> tuple[str, str]:
    if isinstance(entry.content, str | tuple):
        return "", ""
    found = [entry.content.get(key) for key in ("id", "name")]
    rule, name = (p.content if p and isinstance(p.content, str) else "" for p in found)
    return rule, name or rule
