"""What errors say, in the language of who reads it; see `core.error_words`."""

from typing import Protocol

from huiting.app.tongue import chinese, say
from huiting.core.error_words import catalogue


class Complaint(Protocol):
    """An error, or what the doctor finds."""

    @property
    def subject(self) -> str:
        """What it is about."""
        ...

    @property
    def reason(self) -> str:
        """Why."""
        ...

    @property
    def remedy(self) -> str:
        """What to do."""
        ...


def told(error: Complaint) -> str:
    """Return an error as the user reads it: what it is about, why, and what to do."""
    subject, reason, remedy = map(in_tongue, (error.subject, error.reason, error.remedy))
    return say(f"{subject}: {reason}; {remedy}", f"{subject}：{reason}；{remedy}")


def in_tongue(text: str) -> str:
    """Return a sentence of an error, or of a library, as the user reads it."""
    return catalogue().translate(text) if chinese() else text
