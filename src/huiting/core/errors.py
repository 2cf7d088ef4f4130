"""Every error Huiting raises on purpose, by whose fault it is.

    HuitingError
    ├── InputError            the caller's: this file, this option; never retried
    │   ├── UndecodableAudio  cannot be read as audio
    │   ├── UnknownCall       no such call in the store
    │   ├── Unknown           no such thing of another kind: a user, a token, a job
    │   └── Conflict          it clashes with what is there: the name is taken, the version is old
    ├── Refusal               who asks may not have it
    │   ├── Unauthenticated   nobody knows who asks
    │   ├── Forbidden         this one may not
    │   └── TooMany           asked too often; waits
    ├── ConfigError           the operator's: the process should not start
    │   └── ModelUnavailable  weights missing, or not the published ones
    ├── StoreError            the database cannot be used; retried
    └── EngineError           ours, or the device's; retried

`code` is stable: clients and documents use it. A message names the subject, the
reason and the remedy, in this order. What `waits` is no fault of the work itself: something
that it needs is away, and it is tried again for as long as that lasts.
"""

from typing import ClassVar


class HuitingError(Exception):
    """Root of the tree; never raised itself."""

    code: ClassVar[str] = "huiting"
    retryable: ClassVar[bool] = False
    waits: ClassVar[bool] = False

    def __init__(self, subject: str, reason: str, remedy: str) -> None:
        super().__init__(f"{subject}: {reason}; {remedy}")
        self.subject = subject
        self.reason = reason
        self.remedy = remedy

    def __reduce__(self) -> tuple[type["HuitingError"], tuple[object, ...]]:
        """Survive a trip between processes; the default would pass the joined message."""
        return type(self), (self.subject, self.reason, self.remedy)


class InputError(HuitingError):
    """What the caller gave cannot be used."""

    code = "input"


class UndecodableAudio(InputError):
    """The file cannot be read as audio."""

    code = "undecodable-audio"


class UnknownCall(InputError):
    """No such call in the store."""

    code = "unknown-call"


class Unknown(InputError):
    """No such thing, or none that whoever asks may know of."""

    code = "unknown"


class Conflict(InputError):
    """It clashes with what is there: a name that is taken, a version that is old."""

    code = "conflict"


class Refusal(HuitingError):
    """Whoever asks may not have it."""

    code = "refused"


class Unauthenticated(Refusal):
    """Nobody knows who asks, or what was shown is not valid."""

    code = "unauthenticated"


class Forbidden(Refusal):
    """Whoever asks is known, and may not."""

    code = "forbidden"


class TooMany(Refusal):
    """Asked too often, or tried in vain too often."""

    code = "too-many"

    def __init__(self, subject: str, reason: str, remedy: str, wait: float = 1.0) -> None:
        super().__init__(subject, reason, remedy)
        self.wait = wait
        """Seconds until it is worth asking again, > 0."""

    def __reduce__(self) -> tuple[type["TooMany"], tuple[object, ...]]:
        """Survive a trip between processes with the wait."""
        return type(self), (self.subject, self.reason, self.remedy, self.wait)


class ConfigError(HuitingError):
    """A setting is wrong, or something that a setting needs is missing."""

    code = "config"


class ModelUnavailable(ConfigError):
    """Weights are missing, or are not the published ones."""

    code = "model-unavailable"


class StoreError(HuitingError):
    """The database cannot be used."""

    code = "store"
    retryable = True


class EngineError(HuitingError):
    """A model failed."""

    code = "engine"
    retryable = True
