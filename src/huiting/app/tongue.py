"""Chinese or English on the command line, as the user's locale asks."""

import os


def chinese() -> bool:
    """Tell whether the locale asks for Chinese; HUITING_LANG overrides it."""
    names = ("HUITING_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
    return next((os.environ[n] for n in names if os.environ.get(n)), "").lower().startswith("zh")


def say(english: str, mandarin: str) -> str:
    """Return the one of two texts that the user reads."""
    return mandarin if chinese() else english
