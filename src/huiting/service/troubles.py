"""What the service refuses, beyond the errors that all parts share."""

from huiting.core.errors import InputError, StoreError


class Gone(InputError):
    """It was there, and has expired or been taken away."""

    code = "gone"


class Locked(InputError):
    """Somebody else is just changing it."""

    code = "locked"


class NotTheSame(InputError):
    """It was changed since whoever asks last saw it."""

    code = "changed"


class TooLarge(InputError):
    """More than the service takes."""

    code = "too-large"


class Unsupported(InputError):
    """Content of a kind that is not read here."""

    code = "unsupported"


class Leaving(StoreError):
    """The service is about to end, and takes nothing that lasts; the next one does."""

    code = "leaving"


class StorageAway(StoreError):
    """A storage that recordings are taken from does not answer."""

    code = "storage-away"


class WrongChecksum(InputError):
    """What arrived is not what was sent."""

    code = "wrong-checksum"


class Unsatisfiable(InputError):
    """A part of something that it does not have."""

    code = "no-such-part"

    def __init__(self, subject: str, reason: str, remedy: str, size: int = 0) -> None:
        super().__init__(subject, reason, remedy)
        self.size = size
        """Bytes that there are."""

    def __reduce__(self) -> tuple[type["Unsatisfiable"], tuple[object, ...]]:
        """Survive a trip between processes with the size."""
        return type(self), (self.subject, self.reason, self.remedy, self.size)
