"""The files that say how a team tells intents: lists of them, and what labels taught."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from huiting.core.errors import InputError
from huiting.quality.intents.kinds import Kind
from huiting.quality.intents.learnt import Learnt, read_learnt
from huiting.quality.intents.read import read_intents

LEARNT = ".npz"


@dataclass(frozen=True, slots=True)
class Sources:
    """What `intent_stage` is built from."""

    kinds: tuple[Kind, ...]
    learnt: Learnt | None


def read_sources(paths: Sequence[Path]) -> Sources:
    """Return what files say, each a list or what `huiting intents learn` wrote.

    Without a list, the one that comes with Huiting.

    Raises:
        InputError: a file cannot be read, or two are learnt.
    """
    learnt = [path for path in paths if path.suffix.lower() == LEARNT]
    if len(learnt) > 1:
        raise InputError(
            str(learnt[1]), "a second learnt file", "keep one; learn again from all labels"
        )
    lists = [path for path in paths if path not in learnt]
    return Sources(read_intents(*lists), read_learnt(learnt[0]) if learnt else None)
