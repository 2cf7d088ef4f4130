"""Secrets we give out: made at random, recognized by their digests, compared in constant time.

They hold 256 bits of chance, so that a plain SHA-256 keeps them safe; passwords, which do
not, are in `passwords`.
"""

import hmac
import secrets
from base64 import urlsafe_b64encode
from hashlib import sha256

TOKEN = "hth_"  # noqa: S105  (what every token begins with, so that scanners find leaked ones)
START = len(TOKEN) + 4
"""Characters of a token that may be shown."""
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters and digits that nobody takes for each other."""


def token() -> str:
    """Return a new API token."""
    return TOKEN + secrets.token_urlsafe(32)


def key() -> str:
    """Return a new session's secret, or any other that nobody types."""
    return secrets.token_urlsafe(32)


def one_time_password() -> str:
    """Return a password to be read out and typed once; 99 bits."""
    letters = [secrets.choice(_ALPHABET) for _ in range(20)]
    return "-".join("".join(letters[n : n + 5]) for n in range(0, 20, 5))


def digest(secret: str) -> str:
    """Return what is kept of a secret."""
    return sha256(secret.encode("utf-8", "replace")).hexdigest()


def proof(session: str) -> str:
    """Return what pages of ours send along to show that no other site made the browser ask.

    It follows from the session's secret, which scripts cannot read, and leads not back to it.
    """
    made = hmac.digest(session.encode("utf-8", "replace"), b"huiting csrf", "sha256")
    return urlsafe_b64encode(made).rstrip(b"=").decode()


def proves(session: str, shown: str | None) -> bool:
    """Tell whether `shown` is the proof of this session."""
    return shown is not None and hmac.compare_digest(
        proof(session).encode(), shown.encode("utf-8", "replace")
    )


def challenge(verifier: str) -> str:
    """Return the S256 code challenge of PKCE.

    Source:
        RFC 7636, section 4.2.
    """
    made = sha256(verifier.encode("ascii")).digest()
    return urlsafe_b64encode(made).rstrip(b"=").decode()
