"""What the service is made of and how it is: for an administrator's page. Says no secret."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ModelState:
    """A model that recordings are analyzed with."""

    name: str
    licence: str
    sha256: str
    """Of its main file, as published."""
    state: str
    """`verified`, `missing` or `damaged`."""


@dataclass(frozen=True, slots=True)
class DeviceState:
    """What models run on."""

    processor: str
    threads: int
    accelerator: str | None = None


@dataclass(frozen=True, slots=True)
class DiskState:
    """Room for what grows."""

    use: str
    """`database`, `recordings` or `models`."""
    free: int
    """Bytes."""
    total: int


@dataclass(frozen=True, slots=True)
class SettingState:
    """A setting in force, as it may be shown."""

    name: str
    group: str
    value: str
    """Without secrets; of a table the names in it; empty for nothing."""
    source: str
    """`default`, `option`, the variable, or the file that it came from."""


@dataclass(frozen=True, slots=True)
class State:
    """How this machine is."""

    version: str
    engine: str
    models: Sequence[ModelState] = field(default=())
    device: DeviceState | None = None
    disks: Sequence[DiskState] = field(default=())
    settings: Sequence[SettingState] = field(default=())
    """By group; empty where nobody tells."""
