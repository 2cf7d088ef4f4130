"""Read a policy of redaction from YAML; every mistake is named by file and line."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from yaml import Node

from huiting.core.errors import InputError
from huiting.text._team_file import TeamFile, content
from huiting.text.redaction.policy import Action, Policy

LEAST_KEY = 16
"""Bytes of a key."""


def read_policy(path: Path, tags: Mapping[str, str] | None = None) -> Policy:
    """Return the policy of a file; its key file is looked for beside it.

    Args:
        path: of the file.
        tags: of the team's own kinds.

    Raises:
        InputError: it cannot be read, or a line of it makes no sense.
    """
    file = TeamFile(str(path))
    entries = file.mapping(file.root(content(path)), ("default", "kinds", "metadata", "key"))
    found = Policy(tags=dict(tags or {}))
    if "default" in entries:
        found = replace(found, default=_action(file, entries["default"]))
    if "kinds" in entries:
        kinds = file.mapping(entries["kinds"])
        found = replace(found, kinds={kind: _action(file, node) for kind, node in kinds.items()})
    if "metadata" in entries:
        fields = file.mapping(entries["metadata"])
        found = replace(found, metadata={name: file.text(node) for name, node in fields.items()})
    if "key" in entries:
        found = replace(found, key=_key(file, entries["key"], path.parent))
    if Action.HASH in (found.default, *found.kinds.values()) and not found.key:
        file.refuse(None, "`hash` without `key`", f"name a file with {LEAST_KEY} random bytes")
    return found


def _action(file: TeamFile, node: Node) -> Action:
    said = file.text(node)
    if said not in list(Action):
        file.refuse(node, f"{said!r} is no action", f"choose one of {', '.join(Action)}")
    return Action(said)


def _key(file: TeamFile, node: Node, folder: Path) -> bytes:
    path = folder / file.text(node)
    try:
        key = content(path).strip()
    except InputError as error:
        file.refuse(node, f"key {error.subject}: {error.reason}", "check the name")
    if len(key) < LEAST_KEY:
        file.refuse(node, f"the key has {len(key)} bytes", f"make it {LEAST_KEY} at least")
    return key
