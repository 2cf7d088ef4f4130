"""YAML files that a team writes, read with the line of every piece for messages.

Says what a piece must be; what it means is the caller's.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

import yaml
from yaml import MappingNode, Node, ScalarNode, SequenceNode

from huiting.core.errors import InputError


def content(path: Path) -> bytes:
    """Return what a file holds.

    Raises:
        InputError: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(
            str(path), f"it cannot be read: {error.strerror}", "check the name"
        ) from error


class TeamFile:
    """A file that is being read. Every method raises `InputError` with the line."""

    def __init__(self, name: str) -> None:
        self.name = name

    def refuse(self, node: Node | None, reason: str, remedy: str) -> NoReturn:
        """Raise the error that names a line."""
        line = f":{node.start_mark.line + 1}" if node is not None else ""
        raise InputError(f"{self.name}{line}", reason, remedy)

    def root(self, data: bytes) -> Node:
        """Return the whole, which is not empty."""
        try:
            root = yaml.compose(data.decode("utf-8-sig"), Loader=yaml.SafeLoader)
        except UnicodeDecodeError as error:
            line = data[: error.start].count(b"\n") + 1
            raise InputError(
                f"{self.name}:{line}", "not UTF-8", "save the file as UTF-8"
            ) from error
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            where = f"{self.name}:{mark.line + 1}" if mark else self.name
            reason = f"not YAML ({error.problem})"
            raise InputError(where, reason, "mend the indentation or the quotes") from error
        except yaml.YAMLError as error:
            raise InputError(
                self.name, "not YAML (a character it may not hold)", "remove it"
            ) from error
        if root is None:
            self.refuse(None, "the file is empty", "see the guide for an example")
        return root

    def mapping(self, node: Node, known: tuple[str, ...] | None = None) -> Mapping[str, Node]:
        """Return the entries of a mapping; with `known`, other keys are refused."""
        if not isinstance(node, MappingNode):
            wanted = f"some of {', '.join(known)}" if known else "NAME: VALUE, one a line"
            self.refuse(node, "a mapping is needed here", f"write {wanted}")
        entries: dict[str, Node] = {}
        for key_node, value in node.value:
            key = str(key_node.value)
            if known is not None and key not in known:
                self.refuse(key_node, f"unknown key {key!r}", f"there are {', '.join(known)}")
            if key in entries:
                self.refuse(key_node, f"{key!r} stands here twice", "remove one")
            entries[key] = value
        return entries

    def sequence(self, node: Node) -> tuple[Node, ...]:
        """Return the entries of a list that is not empty; a single text is a list of one."""
        if isinstance(node, ScalarNode) and node.value:
            return (node,)
        if not isinstance(node, SequenceNode) or not node.value:
            remedy = "write [one, two], or a `- ` line for each"
            self.refuse(node, "a list is needed here", remedy)
        return tuple(node.value)

    def text(self, node: Node) -> str:
        """Return text that is not empty."""
        if not isinstance(node, ScalarNode) or not str(node.value).strip():
            self.refuse(node, "text is needed here", "write some words")
        return str(node.value).strip()

    def truth(self, node: Node) -> bool:
        """Return true or false."""
        said = self.text(node)
        if said not in ("true", "false"):
            self.refuse(node, f"{said!r} is neither true nor false", "write true or false")
        return said == "true"
