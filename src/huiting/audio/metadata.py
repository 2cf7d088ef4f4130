"""What is known of a call besides its sound: from its file name, a sidecar, or a manifest.

Where several say something, the manifest is believed before the sidecar, the sidecar
before the file name. Values stay the text they were; only the time of the call and the
roles of its channels are understood. A sidecar or manifest gives single values only:
whatever it nests is not looked at.
"""

import csv
import io
import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from itertools import pairwise
from pathlib import Path

from huiting.audio.source import shown
from huiting.core.errors import InputError
from huiting.core.types import Role

TIMES = ("started_at", "time")
"""Names under which the beginning of the call is looked for."""
ROLES = "roles"
FILE = "file"
IGNORED = "_"
LARGEST_SIDECAR = 16 << 20
LARGEST_MANIFEST = 512 << 20
LONGEST_VALUE = 2_000
DIRECTIVES = {
    "Y": r"\d{4}",
    "y": r"\d{2}",
    "m": r"\d{1,2}",
    "d": r"\d{1,2}",
    "H": r"\d{1,2}",
    "I": r"\d{1,2}",
    "M": r"\d{1,2}",
    "S": r"\d{1,2}",
    "j": r"\d{1,3}",
    "f": r"\d{1,6}",
    "p": r"[AaPp][Mm]",
    "z": r"(?:Z|[+-]\d{2}:?\d{2})",
    "%": "%",
}
"""What of strptime's directives a pattern may use."""
MOST_FREE = 3
"""Fields of a pattern that may end anywhere: the time to find that a name does not match
is its length, at most 255 bytes, to the power of their number."""
FIXED = {"m", "d", "H", "I", "M", "S"}
"""Two digits each when the next one follows at once."""


@dataclass(frozen=True, slots=True)
class Metadata:
    """What came with a call."""

    started_at: datetime | None = None
    """With a zone when one was written or set; else the local time of the recorder."""
    roles: tuple[Role, ...] = ()
    """By channel; empty when nothing valid was said."""
    values: Mapping[str, str] = field(default_factory=dict)
    """Everything else, as written."""

    def over(self, other: "Metadata") -> "Metadata":
        """Return both; what this one says goes before what `other` says."""
        return Metadata(
            started_at=self.started_at or other.started_at,
            roles=self.roles or other.roles,
            values={**other.values, **self.values},
        )


@dataclass(frozen=True, slots=True)
class Pattern:
    """A file name taken apart, such as `{agent}_{time:%Y%m%d%H%M%S}_{phone}_{direction}`."""

    text: str
    regex: re.Pattern[str]
    times: Mapping[str, str]
    """Name of a field to the strptime format it is written in."""
    depth: int
    """Parts of the path that it is matched with: 1 for the name alone."""
    zone: tzinfo | None

    @classmethod
    def compile(cls, text: str, zone: tzinfo | None = None) -> "Pattern":
        """Understand a pattern.

        `{name}` stands for any text, `{name:FORMAT}` for a time, `{_}` for text to ignore,
        `{{` and `}}` for braces. A pattern with `/` also takes folders apart.

        Args:
            text: the pattern, without the extension.
            zone: of times that name none; None leaves them without.

        Raises:
            InputError: it cannot be understood; the reason says where.
        """
        pieces: list[str] = []
        names: list[str] = []
        times: dict[str, str] = {}
        fields = _fields(text)
        free = 0
        for (literal, name, form), (after, _, then) in pairwise([*fields, ("", None, "")]):
            pieces.append(re.escape(literal))
            if name is None:
                continue
            _check_name(text, name, names)
            names.append(name)
            if form:
                times[name] = form
            # Up to one character there is nothing to try out; before a time, which is plain
            # to see, a field may hold that character too: 张_三_20250312101523.
            plain = len(after) == 1 and after != "/" and not then
            any_text = f"[^/{re.escape(after)}]+" if plain else "[^/]+?"
            body = _time_regex(text, form) if form else any_text
            free += not form and not plain
            pieces.append(f"(?:{body})" if name == IGNORED else f"(?P<{name}>{body})")
        if not names:
            raise _bad(text, "it has no field", "write one such as {agent}")
        if free > MOST_FREE:
            raise _bad(
                text,
                f"more than {MOST_FREE} fields end nowhere in particular",
                "put _ or - after them",
            )
        return cls(text, re.compile("".join(pieces), re.DOTALL), times, text.count("/") + 1, zone)

    def read(self, path: Path) -> Metadata:
        """Take the name of `path` apart; nothing when it does not match."""
        parts = [*path.parent.parts, path.stem][-self.depth :]
        match = self.regex.fullmatch("/".join(parts))
        if match is None:
            return Metadata()
        values = match.groupdict()
        started = None
        for name, form in self.times.items():
            if name == IGNORED:
                continue
            try:
                moment = datetime.strptime(values[name], form)  # noqa: DTZ007  (zone below)
            except ValueError:
                continue  # digits that are no date stay a value
            if name in TIMES:
                del values[name]
                started = moment if moment.tzinfo else moment.replace(tzinfo=self.zone)
        return Metadata(started, (), values)


def _fields(text: str) -> list[tuple[str, str | None, str]]:
    found: list[tuple[str, str | None, str]] = []
    literal, place = "", 0
    while place < len(text):
        char = text[place]
        if text[place : place + 2] in ("{{", "}}"):
            literal, place = literal + char, place + 2
        elif char == "}":
            raise _bad(text, f"a }} without its {{ at character {place + 1}", "write }} as }}}}")
        elif char == "{":
            end = text.find("}", place)
            if end < 0:
                raise _bad(text, f"the {{ at character {place + 1} is not closed", "write }")
            name, _, form = text[place + 1 : end].partition(":")
            found.append((literal, name, form))
            literal, place = "", end + 1
        else:
            literal, place = literal + char, place + 1
    return [*found, (literal, None, "")]


def _check_name(text: str, name: str, names: Sequence[str]) -> None:
    if not (name.isidentifier() and name.isascii()):
        raise _bad(text, f"{name!r} is no name", "use letters, digits and _, such as {agent}")
    if name in names and name != IGNORED:
        raise _bad(text, f"{name!r} stands twice", "use {_} for what is not needed")


def _time_regex(text: str, form: str) -> str:
    pieces = []
    place = 0
    while place < len(form):
        if form[place] != "%":
            pieces.append(re.escape(form[place]))
            place += 1
            continue
        letter = form[place + 1 : place + 2]
        if letter not in DIRECTIVES:
            raise _bad(text, f"%{letter} is not known", f"use %{', %'.join(DIRECTIVES)}")
        place += 2
        tight = form[place : place + 1] == "%" or form[place - 4 : place - 3] == "%"
        pieces.append(r"\d{2}" if letter in FIXED and tight else DIRECTIVES[letter])
    return "".join(pieces)


def _bad(text: str, reason: str, remedy: str) -> InputError:
    return InputError(f"file name pattern {text!r}", reason, remedy)


def sidecar(path: Path, zone: tzinfo | None = None) -> Metadata:
    """Read `NAME.EXT.json` or `NAME.json` beside a recording; nothing when there is none.

    Raises:
        InputError: it is there and cannot be read as one JSON object.
    """
    for name in (path.name + ".json", path.stem + ".json"):
        beside = path.with_name(name)
        if beside != path and beside.is_file():
            return _from_json(beside, zone)
    return Metadata()


def _from_json(path: Path, zone: tzinfo | None) -> Metadata:
    return from_json(_bytes(path, LARGEST_SIDECAR), shown(path), zone)


def from_json(data: bytes, name: str, zone: tzinfo | None = None) -> Metadata:
    """Read what a sidecar holds: one JSON object.

    Args:
        data: UTF-8, UTF-16 with its mark, or GB18030.
        name: for the error.
        zone: of times that name none.

    Raises:
        InputError: it is no JSON object.
    """
    try:
        content = json.loads(_decoded(data, name))
    except (ValueError, RecursionError) as error:
        raise InputError(name, f"it is no JSON: {error}", "correct or remove it") from error
    if not isinstance(content, dict):
        raise InputError(name, "it is no JSON object", "write {...} or remove it")
    values = {
        name: _scalar(value)
        for name, value in content.items()
        if isinstance(value, str | int | float) and len(str(value)) <= LONGEST_VALUE
    }
    return _understood(values, _roles(content.get(ROLES)), zone)


def _scalar(value: str | float) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _roles(names: object) -> tuple[Role, ...]:
    if isinstance(names, str):
        names = [name.strip() for name in names.split(",")]
    if not isinstance(names, list) or not all(isinstance(n, str) and n in _KNOWN for n in names):
        return ()
    return tuple(Role(name) for name in names)


_KNOWN = frozenset(Role)


def _understood(
    values: Mapping[str, str], roles: tuple[Role, ...], zone: tzinfo | None
) -> Metadata:
    rest = {name: value for name, value in values.items() if value.strip()}
    roles = roles or _roles(rest.get(ROLES))
    if roles:
        rest.pop(ROLES, None)
    for name in TIMES:
        moment = _moment(rest.get(name, ""), zone)
        if moment is not None:
            del rest[name]
            return Metadata(moment, roles, rest)
    return Metadata(None, roles, rest)


_LOOSE = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?")


_DIGITS = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
"""Formats of times written as digits alone; others are counts of something, not dates."""
_EARLIEST, _LATEST = 1970, 2100
"""Years in which a call can have been recorded."""


def _moment(text: str, zone: tzinfo | None) -> datetime | None:
    text = text.strip()
    try:
        if (loose := _LOOSE.fullmatch(text)) is not None:  # as Excel writes it: 2025/3/12 9:05
            year, month, day, hour, minute, second = (int(n or 0) for n in loose.groups())
            moment = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001  (zone below)
        elif text.isdigit():
            moment = datetime.strptime(text, _DIGITS.get(len(text), "no time"))  # noqa: DTZ007
        else:
            moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if not _EARLIEST <= moment.year <= _LATEST:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


@dataclass(frozen=True, slots=True)
class Manifest:
    """A table with one row a call."""

    rows: dict[str, Metadata]
    """By absolute path."""
    names: dict[str, Metadata]
    """By bare file name, where the table gives no folder."""

    @classmethod
    def read(cls, path: Path, zone: tzinfo | None = None) -> "Manifest":
        """Read a CSV file: UTF-8, UTF-16 with its mark, or GB18030; comma, semicolon or tab.

        The column `file` names the recording: absolute, from the manifest's folder, or by
        its bare name. The other columns are the metadata.

        Raises:
            InputError: it cannot be read, has no column `file`, or names a call twice.
        """
        text = _text(path, LARGEST_MANIFEST)
        header = text.split("\n", 1)[0]
        delimiter = max(",;\t", key=header.count)
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        try:
            columns = [name.strip() for name in next(rows, [])]
            place = [name.lower() for name in columns].index(FILE)
        except (ValueError, csv.Error) as error:
            raise InputError(
                shown(path), f"it has no column {FILE!r}", "name it so in the first row"
            ) from error
        found = cls({}, {})
        try:
            for row in rows:
                if len(row) > place and (name := row[place].strip()):
                    values = {
                        column: value.strip()
                        for i, (column, value) in enumerate(zip(columns, row, strict=False))
                        if i != place and column and len(value) <= LONGEST_VALUE
                    }
                    found._add(path, name, _understood(values, (), zone))
        except csv.Error as error:
            raise InputError(
                shown(path), f"line {rows.line_num}: {error}", "save it as CSV again"
            ) from error
        return found

    def of(self, path: Path) -> Metadata:
        """Return what the table says of a recording; nothing when it has no row."""
        return self.rows.get(_absolute(path)) or self.names.get(path.name) or Metadata()

    def _add(self, manifest: Path, name: str, metadata: Metadata) -> None:
        bare = "/" not in name and "\\" not in name
        table: dict[str, Metadata] = self.names if bare else self.rows
        key = name if bare else _absolute(manifest.parent / name.replace("\\", "/"))
        if key in table:
            raise InputError(shown(manifest), f"it has two rows for {shown(name)}", "keep one")
        table[key] = metadata


def gather(
    path: Path,
    *,
    pattern: Pattern | None = None,
    sidecars: bool = True,
    manifest: Manifest | None = None,
    zone: tzinfo | None = None,
) -> Metadata:
    """Return all that is known of a recording; manifest before sidecar before file name.

    Args:
        path: of the recording.
        pattern: of its name; None when names say nothing.
        sidecars: whether files beside it are looked for.
        manifest: of the batch.
        zone: of times in sidecars that name none; pattern and manifest have their own.

    Raises:
        InputError: its sidecar cannot be read.
    """
    known = manifest.of(path) if manifest else Metadata()
    if sidecars:
        known = known.over(sidecar(path, zone))
    return known.over(pattern.read(path)) if pattern else known


def _absolute(path: Path) -> str:
    return os.path.abspath(path)  # noqa: PTH100  (`resolve` would follow links)


def _text(path: Path, largest: int) -> str:
    return _decoded(_bytes(path, largest), shown(path))


def _bytes(path: Path, largest: int) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(largest + 1)
    except OSError as error:
        reason = f"it cannot be read: {error.strerror or error}"
        raise InputError(shown(path), reason, "check name and rights") from error
    if len(data) > largest:
        raise InputError(shown(path), f"it is larger than {largest} bytes", "split or remove it")
    return data


def _decoded(data: bytes, name: str) -> str:
    marked = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    encodings = ["utf-16"] if marked else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError(name, "it is neither UTF-8 nor GB18030 text", "save it as UTF-8")
