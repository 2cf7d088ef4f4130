"""Read a policy of redaction from YAML; every mistake is named by file and line."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from huiting.core.yaml_file import Piece, choice, mapping, read, text
from huiting.text.redaction.policy import Action, Policy

LEAST_KEY = 16
MOST_KEY = 4096
"""Bytes of a key."""


def read_policy(path: Path, tags: Mapping[str, str] | None = None) -> Policy:
    """Return the policy of a file; its key file is looked for beside it.

    Args:
        path: of the file.
        tags: of the team's own kinds.

    Raises:
        InputError: it cannot be read, or a line of it makes no sense.
    """
    root = read(path)
    entries = mapping(root, ("default", "kinds", "metadata", "key"))
    found = Policy(tags=dict(tags or {}))
    if "default" in entries:
        found = replace(found, default=_action(entries["default"]))
    if "kinds" in entries:
        kinds = mapping(entries["kinds"])
        found = replace(found, kinds={kind: _action(piece) for kind, piece in kinds.items()})
    if "metadata" in entries:
        fields = mapping(entries["metadata"])
        found = replace(found, metadata={name: text(piece) for name, piece in fields.items()})
    if "key" in entries:
        found = replace(found, key=_key(entries["key"], path.parent))
    if Action.HASH in (found.default, *found.kinds.values()) and not found.key:
        root.refuse("`hash` without `key`", f"name a file with {LEAST_KEY} random bytes")
    return found


def _action(piece: Piece) -> Action:
    return Action(choice(piece, tuple(Action)))


def _key(piece: Piece, folder: Path) -> bytes:
    path = folder / text(piece)
    try:
        with path.open("rb") as file:
            key = file.read(MOST_KEY).strip()
    except (OSError, ValueError) as error:  # a name may hold what no name can
        why = error.strerror if isinstance(error, OSError) else error
        piece.refuse(f"key {path}: it cannot be read: {why}", "check the name")
    if len(key) < LEAST_KEY:
        piece.refuse(f"the key has {len(key)} bytes", f"make it {LEAST_KEY} at least")
    return key
