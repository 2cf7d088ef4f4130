"""One question to a hub and its answer, from a byte on. Knows HTTP; not what a model is.

Redirects are followed here and not by the client: the token must not travel with them, and
what the hub says of a file (its size, its SHA-256) stands on the answer that redirects.

Source:
    RFC 9110, 14 (ranges) and 13.1.5 (If-Range); `X-Linked-Size` and `X-Linked-Etag` as
    `huggingface_hub.file_download.get_hf_file_metadata` reads them.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import httpx

from huiting.engines.hub.addresses import Request
from huiting.engines.hub.trouble import HubTrouble

HOPS = 8
"""Redirects that are followed."""
LAST_PORT = 65_535
REDIRECTS = {301, 302, 303, 307, 308}
PARTIAL = 206
UNSATISFIABLE = 416
AGAIN = {408, 425, 429, 500, 502, 503, 504}
LONGEST_WAIT = 300.0
"""Seconds; who is asked to wait longer had better come back later."""
GATED = {401, 403}
"""Hugging Face says 401 also of a repository that does not exist."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a hub says of a file, and the file from a byte on."""

    response: httpx.Response
    start: int
    """Which byte its body begins with."""
    total: int
    """Bytes of the whole file; 0 when it does not say."""
    tag: str
    """What changes when the file changes; empty when it says nothing that can be relied on."""
    sha256: str
    """Of the whole file; empty when it does not say."""


@dataclass(slots=True)
class _Linked:
    """What the answers on the way say of the file at its end."""

    total: int = 0
    sha256: str = ""

    def read(self, headers: httpx.Headers) -> None:
        """Take what one of them says; what an earlier one said stays."""
        self.total = self.total or _number(headers.get("x-linked-size", ""))
        tag = headers.get("x-linked-etag", "").strip('"').lower()
        if not self.sha256 and re.fullmatch(r"[0-9a-f]{64}", tag):
            self.sha256 = tag


@contextmanager
def ask(
    client: httpx.Client, request: Request, start: int, tag: str, now: datetime | None = None
) -> Iterator[Answer]:
    """Ask for a file from byte `start` on, while it is still the one that `tag` names.

    Args:
        client: must not follow redirects by itself.
        request: where, and with what token.
        start: how many bytes are here; the answer may begin at 0 all the same.
        tag: of the file that they are of; empty when not known.
        now: against which a wait until a time of day is reckoned; by default the clock's.

    Raises:
        HubTrouble: there is no such answer.
    """
    headers = {"Accept-Encoding": "identity"}
    if start:
        headers["Range"] = f"bytes={start}-"
    if start and tag:
        headers["If-Range"] = tag
    try:
        linked = _Linked()
        response = _follow(client, request, headers, linked)
        try:
            _refuse(response, now)
            yield _answer(response, start, linked)
        finally:
            response.close()
    except httpx.TimeoutException as error:
        reason = "it does not answer any more"
        raise HubTrouble(reason, "try again later", passing=True) from error
    except (httpx.TransportError, httpx.StreamError) as error:
        reason = f"the connection failed ({type(error).__name__}: {error})"
        raise HubTrouble(reason, "check the network and the proxy", passing=True) from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise HubTrouble(f"it answers what is no HTTP ({error})", "check the endpoint") from error


def _follow(
    client: httpx.Client, request: Request, headers: dict[str, str], linked: _Linked
) -> httpx.Response:
    """Go where the hub sends us; the token stays behind."""
    url = httpx.URL(request.url)
    secret = {"Authorization": f"Bearer {request.token}"} if request.token else {}
    for _hop in range(HOPS):
        sent = client.build_request("GET", url, headers={**headers, **secret})
        response = client.send(sent, stream=True, follow_redirects=False)
        if response.status_code not in REDIRECTS or "location" not in response.headers:
            return response
        response.close()
        linked.read(response.headers)
        further = url.join(response.headers["location"])
        _check(url, further)
        url, secret = further, {}
    raise HubTrouble(f"it redirects more than {HOPS} times", "check the endpoint")


def _check(before: httpx.URL, after: httpx.URL) -> None:
    """Refuse a redirect to anything but HTTP, or out of an encrypted connection.

    Raises:
        HubTrouble: the redirect is refused.
    """
    allowed = {"https"} if before.scheme == "https" else {"https", "http"}
    if after.scheme not in allowed or not after.host or (after.port or 0) > LAST_PORT:
        where = f"{after.scheme}://{after.netloc.decode()}"
        raise HubTrouble(
            f"it redirects to {where}", "use another source, or a mirror that you trust"
        )


def _refuse(response: httpx.Response, now: datetime | None) -> None:
    """Put a refusal into words.

    Raises:
        HubTrouble: the answer is no file.
    """
    status = response.status_code
    host = urlsplit(str(response.url)).hostname
    if status in AGAIN:
        wait = _wait(response.headers.get("retry-after", ""), now)
        said = f"{host} answers {status}"
        if wait > LONGEST_WAIT:
            raise HubTrouble(f"{said} and asks to wait {wait:.0f} s", "try again later")
        raise HubTrouble(said, "try again later", passing=True, wait=wait)
    if status in GATED:
        reason = f"{host} answers {status}: it wants to know who asks, or there is no such file"
        remedy = "accept the model's terms there and set HF_TOKEN, or import a copy of it"
        raise HubTrouble(reason, remedy)
    if status == UNSATISFIABLE:
        reason = f"{host} has fewer bytes than are here"
        raise HubTrouble(reason, "use another source")
    if status not in {httpx.codes.OK, PARTIAL}:
        raise HubTrouble(f"{host} answers {status}", "use another source, or import a copy of it")
    if response.headers.get("content-encoding", "identity") != "identity":
        raise HubTrouble(
            f"{host} sends the file packed, though it was asked not to", "use another source"
        )


def _answer(response: httpx.Response, start: int, linked: _Linked) -> Answer:
    linked.read(response.headers)
    tag = response.headers.get("etag", "")
    tag = "" if tag.startswith("W/") else tag
    if response.status_code != PARTIAL:
        total = _number(response.headers.get("content-length", "")) or linked.total
        return Answer(response, 0, total, tag, linked.sha256)
    said = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", response.headers.get("content-range", ""))
    if said is None or int(said[1]) != start:
        raise HubTrouble(
            "it sends another part of the file than was asked for", "use another source"
        )
    return Answer(response, start, _number(said[2]) or linked.total, tag, linked.sha256)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0


def _wait(text: str, now: datetime | None) -> float:
    """Return the seconds that a `Retry-After` asks for; 0 when it says nothing."""
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - (now or datetime.now(UTC))).total_seconds())
