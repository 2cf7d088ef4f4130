"""Headers of every answer: what a browser may do with it.

Source:
    OWASP Secure Headers Project; OWASP ASVS 4.0.3, 14.4.
"""

from collections.abc import Iterable

from starlette.datastructures import MutableHeaders

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; "
    "worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""No script and no style but our own files: nothing that came with a call can run."""
_ALWAYS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_HTTPS = "max-age=31536000"


def set_headers(raw: list[tuple[bytes, bytes]], *, https: bool) -> None:
    """Add what is missing; what a route has said about its own answer holds."""
    headers = MutableHeaders(raw=raw)
    for name, value in _ALWAYS.items():
        headers.setdefault(name, value)
    if https:
        headers.setdefault("Strict-Transport-Security", _HTTPS)


def named() -> Iterable[str]:
    """Return the names of all headers that are set."""
    return _ALWAYS.keys()
