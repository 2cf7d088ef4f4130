"""Chinese or English: as a person has chosen, or as a request asks for in `Accept-Language`."""

from starlette.requests import HTTPConnection

from huiting.access.principal import Principal

LANGUAGES = ("zh", "en")
COOKIE = "huiting-language"
"""What was chosen in this browser; holds where nobody has signed in."""


def tongue(request: HTTPConnection) -> str:
    """Return `zh` or `en`: what was chosen, by the person or here, else what is preferred."""
    principal = request.scope.get("huiting.principal")
    if isinstance(principal, Principal) and principal.language in LANGUAGES:
        return principal.language
    chosen = request.cookies.get(COOKIE)
    if chosen in LANGUAGES:
        return chosen
    return preferred(request.headers.get("accept-language", ""))


def preferred(header: str) -> str:
    """Return the language of `LANGUAGES` that a header likes best; English when it names none.

    Source:
        RFC 9110, 12.5.4 and 12.4.2: ranges with weights; of equal ones the first.
    """
    best, weight = "en", 0.0
    for entry in header.split(",")[:20]:
        name, _, options = entry.partition(";")
        language = name.strip().lower().partition("-")[0]
        given = _weight(options)
        if language in LANGUAGES and given > weight:
            best, weight = language, given
    return best


def _weight(options: str) -> float:
    key, _, value = options.strip().partition("=")
    if key.strip().lower() != "q":
        return 1.0
    try:
        return min(1.0, max(0.0, float(value)))
    except ValueError:
        return 0.0
