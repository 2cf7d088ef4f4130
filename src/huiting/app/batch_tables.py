"""The tables of a batch, wherever its calls were analyzed: a row a recording, copies with theirs."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from huiting.app.display import printable
from huiting.app.files import remedy_of
from huiting.app.outcomes import Outcome, Status
from huiting.core.errors import ConfigError
from huiting.exports import Names, write_tables
from huiting.exports import Outcome as Row

Read = Callable[[Outcome, tuple[str, ...]], Row]
"""Returns the row of a call that is done, given the names of its copies."""


def write(folder: Path, outcomes: Sequence[Outcome], tongue: str, read: Read) -> None:
    """Write the tables, reading one call at a time.

    Raises:
        ConfigError: they cannot be written.
    """
    try:
        names = Names.of(_rows(outcomes, read))
        write_tables(folder, _rows(outcomes, read), names, tongue)
    except OSError as error:
        raise ConfigError(
            printable(str(error.filename or folder)),
            f"the tables cannot be written: {error.strerror}",
            remedy_of(error),
        ) from error


def _rows(outcomes: Sequence[Outcome], read: Read) -> Iterator[Row]:
    copies: dict[str | None, list[str]] = {}
    for outcome in outcomes:
        if outcome.status is Status.SAME:
            copies.setdefault(outcome.recording, []).append(outcome.name)
    for outcome in outcomes:
        if outcome.error is not None:
            yield Row(outcome.name, error=outcome.error)
        elif outcome.status is not Status.SAME:
            yield read(outcome, tuple(copies.get(outcome.recording, ())))
