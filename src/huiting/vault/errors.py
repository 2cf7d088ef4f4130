"""What can go wrong with kept bytes, beyond what all parts share."""

from huiting.core.errors import HuitingError


class VaultError(HuitingError):
    """The bytes of recordings cannot be read or written just now."""

    code = "vault"
    retryable = True
