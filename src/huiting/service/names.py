"""Names of files as strangers give them: only ever shown and kept, never a path on our disk."""

from huiting.core.errors import InputError

LONGEST = 255
_NAMELESS = "recording"


def cleaned(name: str) -> str:
    """Return a file name on one line: without folders, control characters and lone surrogates."""
    last = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    shown = "".join(c if c.isprintable() else "_" for c in last).strip()
    if shown in {"", ".", ".."}:
        return _NAMELESS
    if len(shown) <= LONGEST:
        return shown
    stem, dot, suffix = shown.rpartition(".")
    kept = dot + suffix if stem and len(suffix) < 16 else ""  # noqa: PLR2004  (of an extension)
    return shown[: LONGEST - len(kept)] + kept


def inside(name: str) -> str:
    """Return a path within a storage as its parts joined by `/`.

    Raises:
        InputError: it leaves the storage, or is none.
    """
    parts = name.split("/")
    if not name or not name.isprintable() or "\\" in name or name.startswith("/"):
        raise InputError("path", "not a path inside the storage", "write folder/file.wav")
    if any(part in {"", ".", ".."} for part in parts):
        raise InputError("path", "it leaves the storage", "write it without . and ..")
    return "/".join(parts)
