"""The chain of the audit log: each entry's digest covers the one before and all of its own.

With a key that is kept elsewhere, nobody who can write to the database can make a chain
that fits; without one, whoever rewrites it must rewrite all that follows, and a head that
was written down elsewhere shows it.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import blake2b

BEGINNING = "0" * 64
"""Stands for the digest before the first."""

Value = str | int | float | bool | None


def canonical(detail: Mapping[str, Value]) -> str:
    """Return details in the one form that is kept."""
    return json.dumps(detail, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def link(previous: str, content: Sequence[str | int | datetime], key: bytes = b"") -> str:
    """Return the digest of an entry, BLAKE2b with 256 bits, as hexadecimal digits.

    Args:
        previous: digest of the entry before.
        content: all of the entry, in the order of its columns.
        key: at most 64 bytes; none for a chain that anybody can check.
    """
    plain = [
        each.astimezone(UTC).isoformat(timespec="microseconds")
        if isinstance(each, datetime)
        else each
        for each in content
    ]
    text = json.dumps([previous, *plain], ensure_ascii=False, separators=(",", ":"))
    return blake2b(text.encode(), digest_size=32, key=key).hexdigest()
