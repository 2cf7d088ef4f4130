"""Every error Huiting raises on purpose, by whose fault it is.

    HuitingError
    ├── InputError            the caller's: this file, this option; never retried
    │   ├── UndecodableAudio  cannot be read as audio
    │   └── UnknownCall       no such call in the store
    ├── ConfigError           the operator's: the process should not start
    │   └── ModelUnavailable  weights missing, or not the published ones
    ├── StoreError            the database cannot be used; retried
    └── EngineError           ours, or the device's; retried

`code` is stable: clients and documents use it. A message names the subject, the
reason and the remedy, in this order.
"""

from typing import ClassVar


class HuitingError(Exception):
    """Root of the tree; never raised itself."""

    code: ClassVar[str] = "huiting"
    retryable: ClassVar[bool] = False

    def __init__(self, subject: str, reason: str, remedy: str) -> None:
        super().__init__(f"{subject}: {reason}; {remedy}")
        self.subject = subject
        self.reason = reason
        self.remedy = remedy

    def __reduce__(self) -> tuple[type["HuitingError"], tuple[str, str, str]]:
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
