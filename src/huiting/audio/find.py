"""Names on a command line to audio files: files, folders with all below them, globs.

What cannot be read is a problem that is told, never an exception: one folder without
rights must not stop a night's work. Looks at names only, never into a file.
"""

import glob
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from huiting.audio.source import shown
from huiting.core.errors import InputError

EXTENSIONS = frozenset(
    [
        ".wav",
        ".wave",
        ".w64",
        ".mp3",
        ".mp2",
        ".m4a",
        ".m4b",
        ".aac",
        ".mp4",
        ".m4v",
        ".mov",
        ".3gp",
        ".3g2",
        ".ogg",
        ".oga",
        ".opus",
        ".spx",
        ".flac",
        ".amr",
        ".awb",
        ".wma",
        ".asf",
        ".wmv",
        ".webm",
        ".weba",
        ".mkv",
        ".mka",
        ".avi",
        ".flv",
        ".mpg",
        ".mpeg",
        ".ts",
        ".gsm",
        ".g722",
        ".722",
        ".g729",
        ".au",
        ".snd",
        ".aif",
        ".aiff",
        ".aifc",
        ".caf",
        ".voc",
        ".wv",
        ".tta",
    ]
)
"""Files of a folder that are taken; a file that is named itself is taken whatever it is called."""
MOST = 1_000_000
"""Files found at most."""
UNFINISHED = ("~", ".part", ".partial", ".tmp", ".crdownload", ".download")


@dataclass(frozen=True, slots=True)
class Found:
    """What the names stand for."""

    files: tuple[Path, ...]
    """Sorted by name; each once."""
    problems: tuple[InputError, ...]
    """What could not be read or found, one for each line that a user should see."""


@dataclass(slots=True)
class _Search:
    extensions: frozenset[str]
    most: int
    files: dict[str, Path] = field(default_factory=dict)
    problems: list[InputError] = field(default_factory=list)

    def add(self, path: Path) -> bool:
        """Take a file; False when there are too many."""
        if len(self.files) >= self.most:
            return False
        self.files.setdefault(os.path.abspath(path), path)  # noqa: PTH100  (keeps links as named)
        return True

    def problem(self, path: str | Path, reason: str, remedy: str) -> None:
        self.problems.append(InputError(shown(path), reason, remedy))


def find(
    names: Sequence[str | Path],
    *,
    extensions: frozenset[str] = EXTENSIONS,
    most: int = MOST,
) -> Found:
    """Return the audio files that `names` stand for.

    Hidden and unfinished files of a folder are left out, sidecars of recordings everywhere,
    and links that run in circles are followed once.

    Args:
        names: of files, of folders, or globs (`**` for any depth).
        extensions: lower case, with the dot.
        most: files after which the search ends, which is then a problem too.
    """
    search = _Search(extensions, most)
    for name in names:
        problems = len(search.problems)
        any_found = False
        for path in _named(name, search):
            any_found = True
            if not search.add(path):
                reason = f"there are more than {most} files"
                search.problem(name, reason, "name fewer folders at once")
                break
        if not any_found and len(search.problems) == problems:
            search.problem(name, "no audio file is found there", "check the name and the extension")
    ordered = sorted(_without_sidecars(search.files).values(), key=os.fsencode)
    return Found(tuple(ordered), tuple(search.problems))


def _without_sidecars(files: dict[str, Path]) -> dict[str, Path]:
    """Leave out each NAME.json that tells of a NAME.wav: `day/*` in a shell names both."""
    told = {os.path.splitext(name)[0] for name in files if not name.lower().endswith(".json")}  # noqa: PTH122
    return {
        name: path
        for name, path in files.items()
        if not (name.lower().endswith(".json") and os.path.splitext(name)[0] in told)  # noqa: PTH122
    }


def _named(name: str | Path, search: _Search) -> Iterator[Path]:
    path = Path(name)
    try:
        if path.is_dir():
            yield from _below(path, search)
        elif path.exists() or path.is_symlink():
            yield path
        elif glob.has_magic(str(name)):
            yield from _globbed(str(name), search)
        else:
            search.problem(path, "there is no such file or folder", "check the name")
    except (OSError, ValueError) as error:  # a name too long, or with a NUL
        search.problem(path, f"it cannot be looked at: {_why(error)}", "check the name")


def _globbed(pattern: str, search: _Search) -> Iterator[Path]:
    suffix = Path(pattern).suffix
    told = bool(suffix) and not glob.has_magic(suffix)  # *.raw asks for these, whatever they are
    for match in glob.iglob(pattern, recursive=True):  # noqa: PTH207  (takes absolute ones)
        path = Path(match)
        if path.is_dir():
            if "**" not in pattern:
                yield from _below(path, search)
        elif told or _wanted(path.name, search.extensions):
            yield path


def _below(folder: Path, search: _Search) -> Iterator[Path]:
    visited: set[tuple[int, int]] = set()
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        try:
            status = here.stat()
            if (status.st_dev, status.st_ino) in visited:
                continue
            visited.add((status.st_dev, status.st_ino))
            with os.scandir(here) as entries:
                files, folders = _sorted_out(entries, search.extensions)
        except OSError as error:
            search.problem(
                here, f"the folder cannot be read: {_why(error)}", "give this user the right to it"
            )
            continue
        waiting += folders
        yield from files


def _sorted_out(
    entries: Iterator[os.DirEntry[str]], extensions: frozenset[str]
) -> tuple[list[Path], list[Path]]:
    files, folders = [], []
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if _is_folder(entry):
            folders.append(Path(entry.path))
        elif _wanted(entry.name, extensions):
            files.append(Path(entry.path))
    return files, folders


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself: not this folder's fault
        return False


def _wanted(name: str, extensions: frozenset[str]) -> bool:
    lower = name.lower()
    if lower.startswith((".", "~$")) or lower.endswith(UNFINISHED):
        return False
    return os.path.splitext(lower)[1] in extensions  # noqa: PTH122  (Path(".wav") has no suffix)


def _why(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
