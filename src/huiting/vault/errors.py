"""What can go wrong with kept bytes, beyond what all parts share."""

from huiting.core.errors import HuitingError


class VaultError(HuitingError):
    """The bytes of recordings cannot be read or written just now."""

    code = "vault"
    retryable = True


class Away(VaultError):
    """The store of recordings does not answer, or lets us do nothing: nothing is known of them."""

    code = "vault-away"
    waits = True


class Damaged(VaultError):
    """What is kept is not what was written."""

    code = "damaged"
    retryable = False


class KeyMissing(VaultError):
    """A recording was sealed with a key that is not there."""

    code = "key-missing"
    retryable = False
