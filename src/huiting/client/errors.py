"""Why a server did not do what it was asked, as errors of Huiting's own tree.

HuitingError
├── Refused          the server answered, with a problem (RFC 9457)
│   └── Unavailable  it cannot now: 429, 502, 503, 504
├── Unreachable      no answer came
├── Unreadable       an answer came that is none of this interface
└── StillRunning     a job was not over in the time given
"""

from http import HTTPStatus

from huiting.core.errors import HuitingError


class Refused(HuitingError):
    """The server refuses; `status` and `code` say why to programs, the message to people."""

    code: str  # type: ignore[misc]  # what the server says, not what the class is

    def __init__(
        self, status: int, code: str, detail: str, remedy: str, subject: str = "server"
    ) -> None:
        super().__init__(subject, detail, remedy)
        self.status = status
        """HTTP status."""
        self.code = code
        self.detail = detail

    def __reduce__(self) -> tuple[type["Refused"], tuple[object, ...]]:
        """Survive a trip between processes whole."""
        return type(self), (self.status, self.code, self.detail, self.remedy, self.subject)


class Unavailable(Refused):
    """The server cannot now, and may later."""

    retryable = True


class Unreachable(HuitingError):
    """No answer came."""

    code = "unreachable"
    retryable = True


class Unreadable(HuitingError):
    """What answers is no Huiting, or one of another version."""

    code = "unreadable"


class StillRunning(HuitingError):
    """A job was not over in the time given; it goes on."""

    code = "still-running"
    retryable = True


LATER = frozenset(
    {
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)
"""Statuses after which the same request may go well."""


def refused(status: int, code: str, told: str, subject: str) -> Refused:
    """Return the error of a problem; `told` is `subject: reason; remedy` where Huiting wrote it."""
    kind = Unavailable if status in LATER else Refused
    for colon, stop in ((": ", "; "), ("：", "；")):
        about, found, rest = told.partition(colon)
        reason, parted, remedy = rest.rpartition(stop)
        if found and parted:
            return kind(status, code, reason, remedy, about)
    return kind(status, code, told, _REMEDIES.get(status, "see docs/reference/api.md"), subject)


_REMEDIES = {
    401: "give a token of this server that is valid",
    403: "ask the administrator for a token that may do this",
    404: "check the address, and the name of what you ask for",
    429: "wait, then ask again",
    502: "wait, then ask again",
    503: "wait, then ask again",
    504: "wait, then ask again",
}
