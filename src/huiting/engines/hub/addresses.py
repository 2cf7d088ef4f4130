"""Where hubs are, and the address of each file. The only module that names a host.

Hugging Face and ModelScope have files by repository, revision and path; a release on GitHub
has assets by tag and name.

Source:
    `huggingface_hub.constants.HUGGINGFACE_CO_URL_TEMPLATE`; ModelScope's
    `modelscope.hub.file_download.get_file_download_url`; GitHub's documentation of releases.
"""

from dataclasses import dataclass, field
from urllib.parse import quote, urlencode, urlsplit

from huiting.core.errors import ConfigError
from huiting.engines.catalogue import Hub, Place

LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where the hubs are: themselves, or a mirror in the house."""

    huggingface: str = "https://huggingface.co"
    modelscope: str = "https://www.modelscope.cn"
    github: str = "https://github.com"
    token: str = field(default="", repr=False)
    """For Hugging Face; it is shown to no other host, and to none that is not encrypted."""

    def __post_init__(self) -> None:
        """Refuse what is no address.

        Raises:
            ConfigError: an endpoint is not http or https, or has no host.
        """
        for endpoint in (self.huggingface, self.modelscope, self.github):
            parts = urlsplit(endpoint)
            if parts.scheme not in {"http", "https"} or not parts.hostname:
                raise ConfigError(
                    f"endpoint {endpoint!r}", "is no address", "give one like https://hub.example"
                )


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked, and what for."""

    url: str
    token: str = field(default="", repr=False)


def request(place: Place, endpoints: Endpoints) -> Request:
    """Return what to ask for a file."""
    if place.hub is Hub.HUGGINGFACE:
        base = endpoints.huggingface.rstrip("/")
        path = f"{place.repo}/resolve/{quote(place.revision, safe='')}/{quote(place.path)}"
        return Request(f"{base}/{path}", endpoints.token if _private(base) else "")
    if place.hub is Hub.MODELSCOPE:
        base = endpoints.modelscope.rstrip("/")
        query = urlencode({"Revision": place.revision, "FilePath": place.path})
        return Request(f"{base}/api/v1/models/{place.repo}/repo?{query}")
    base = endpoints.github.rstrip("/")
    asset = f"{quote(place.revision, safe='')}/{quote(place.path)}"
    return Request(f"{base}/{place.repo}/releases/download/{asset}")


def _private(endpoint: str) -> bool:
    """Tell whether nobody between here and the endpoint reads along."""
    parts = urlsplit(endpoint)
    return parts.scheme == "https" or parts.hostname in LOOPBACK
