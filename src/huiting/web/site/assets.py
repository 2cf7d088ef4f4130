"""Scripts, styles, icons: built from `scripts`, `styles` and npm into `static`, served from there.

Names hold a hash of the content, so browsers keep them for good; each file also lies there
compressed. Where nothing was built, pages say so and everything that is not a page goes on.
"""

import json
from collections.abc import Mapping
from functools import lru_cache
from mimetypes import guess_type
from pathlib import Path

from fastapi import Request
from starlette.responses import FileResponse

from huiting.core.errors import Unknown

STATIC = Path(__file__).parent / "static"
_MANIFEST = "manifest.json"
_YEAR = "public, max-age=31536000, immutable"
_COMPRESSED = (("br", ".br"), ("gzip", ".gz"))
_TYPES = {".js": "text/javascript", ".webmanifest": "application/manifest+json"}


def manifest() -> Mapping[str, str]:
    """Return the file of each asset by the name that templates use; empty where none were built.

    What is built while the service runs is what pages use from then on.
    """
    try:
        return _read((STATIC / _MANIFEST).stat().st_mtime_ns)
    except FileNotFoundError:
        return {}


@lru_cache(maxsize=1)
def _read(_changed: int) -> Mapping[str, str]:
    found: dict[str, str] = json.loads((STATIC / _MANIFEST).read_text("utf-8"))
    return found


def built() -> bool:
    """Tell whether there is anything to serve."""
    return bool(manifest())


def served(name: str, request: Request) -> FileResponse:
    """Return a file, compressed where the browser takes that.

    Raises:
        Unknown: no such file was built.
    """
    if name not in manifest().values() or not (STATIC / name).is_file():
        raise Unknown("file", "there is none of this name", "load the page again")
    accepted = request.headers.get("accept-encoding", "")
    taken = {entry.partition(";")[0].strip() for entry in accepted.split(",")}
    headers = {"Cache-Control": _YEAR, "Vary": "Accept-Encoding"}
    path = STATIC / name
    kind = _TYPES.get(path.suffix) or guess_type(name)[0] or "application/octet-stream"
    for encoding, suffix in _COMPRESSED:
        smaller = path.with_name(name + suffix)
        if encoding in taken and smaller.is_file():
            return FileResponse(
                smaller, headers={**headers, "Content-Encoding": encoding}, media_type=kind
            )
    return FileResponse(path, headers=headers, media_type=kind)
