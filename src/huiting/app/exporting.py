"""Exporters as the command line builds them: pages for people in the user's language."""

from huiting.app.tongue import chinese
from huiting.core.plugins import make
from huiting.core.ports import Exporter

PAGES = frozenset({"md", "minutes", "curve", "xlsx"})
"""Formats that a supervisor reads; subtitles stay in the language of the call."""


def exporter_of(kind: str) -> Exporter:
    """Return the exporter of a format; a page is Chinese for a user who reads Chinese.

    Raises:
        ConfigError: there is no such format.
    """
    options = {"language": "zh"} if kind in PAGES and chinese() else {}
    found: Exporter = make("huiting.exports", kind, **options)
    return found
