"""What is said of a live call when it begins, and whether it may begin so."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from huiting.access.principal import Principal
from huiting.audio.arriving import MOST_CHANNELS, RATES, Encoding
from huiting.core.errors import Forbidden, InputError
from huiting.core.types import Role
from huiting.service.recordings import Given, checked


@dataclass(frozen=True, slots=True)
class Opening:
    """A call that is to begin. What is not said is as in the settings."""

    rate: int = 16_000
    """Hz."""
    roles: tuple[Role, ...] = (Role.UNKNOWN,)
    """Whom each channel carries; as many as there are channels."""
    encoding: Encoding = Encoding.PCM16
    metadata: Mapping[str, str] = field(default_factory=dict)
    consent: bool | None = None
    """The customer agrees to being recorded; None when nobody asked."""
    language: str | None = None
    """ISO 639; None to hear it."""
    hotwords: tuple[str, ...] = ()
    """Each as a line of a hotword list."""
    name: str = ""
    """What the recording is to be called; empty for a name made of its id."""
    interim: bool = True
    """Tell what is said while somebody still speaks, too."""

    @property
    def channels(self) -> int:
        """How many there are."""
        return len(self.roles)

    @property
    def frame(self) -> int:
        """Bytes of one sample of all channels."""
        return self.channels * self.encoding.width

    def seconds(self, size: int) -> float:
        """Return how long so many bytes last."""
        return size / (self.frame * self.rate)


def check(opening: Opening) -> None:
    """Refuse audio of a form that is not taken.

    Raises:
        InputError: it is of such a form.
    """
    if opening.rate not in RATES:
        raise InputError(f"rate {opening.rate}", "is none of a live call", "send 8000 or 16000 Hz")
    if not 1 <= opening.channels <= MOST_CHANNELS:
        raise InputError(
            f"{opening.channels} roles", "are none, or too many channels", "name 1 or 2 channels"
        )


def placed(opening: Opening, principal: Principal) -> Opening:
    """Return an opening with metadata by which who opens the call may see it afterwards.

    Raises:
        InputError: its metadata are of a form that is not taken.
        Forbidden: they say that it belongs to others.
    """
    found = dict(checked(Given(opening.metadata)).metadata)
    for name, values in principal.only.items():
        if name not in found and len(values) == 1:
            [found[name]] = values
        if found.get(name) not in values:
            raise Forbidden(
                principal.name, f"may have no calls of another {name}", f"give one of your {name}s"
            )
    return replace(opening, metadata=found)
