"""A notice as the small Markdown that chat robots read."""

import re

from huiting.notify.notice import Notice

_SPECIAL = re.compile(r"([\\`*_\[\]<>#])")


def markdown(notice: Notice, limit: int) -> str:
    """Return it, at most `limit` bytes of UTF-8; what is left out is said to be."""
    head = f"**{escaped(notice.title)}**"
    link = f"\n\n[打开 Open]({notice.link})" if notice.link else ""
    room = limit - len((head + link).encode()) - len(_MORE.encode())
    kept: list[str] = []
    for line in notice.lines:
        piece = f"\n\n{escaped(line)}"
        room -= len(piece.encode())
        if room < 0:
            kept.append(_MORE)
            break
        kept.append(piece)
    return head + "".join(kept) + link


_MORE = "\n\n…"


def escaped(text: str) -> str:
    """Return text that Markdown shows as it is, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
