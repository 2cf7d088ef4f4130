"""Say what is known of a file before it is heard, as the settings tell where to look."""

from collections.abc import Callable
from pathlib import Path

from huiting.app.settings import Settings, in_zone, zone_of
from huiting.audio.metadata import Manifest, Pattern, gather
from huiting.audio.raw import RawFormat
from huiting.pipeline import Source


def describer(
    settings: Settings, manifest: Path | None = None, raw: str | None = None
) -> Callable[[Path], Source]:
    """Return a function that gives the `Source` of a file.

    Args:
        settings: pattern of names, time zone, sidecars, roles.
        manifest: CSV file with a row a call.
        raw: how all files are read that have no header.

    Raises:
        InputError: the pattern, the manifest or the raw format is wrong.
        ConfigError: there is no such time zone.
    """
    zone = zone_of(settings)
    pattern = Pattern.compile(settings.metadata, zone) if settings.metadata else None
    table = Manifest.read(manifest, zone) if manifest else None
    form = RawFormat.parse(raw) if raw else None

    def describe(path: Path) -> Source:
        known = gather(path, pattern=pattern, sidecars=settings.sidecars, manifest=table, zone=zone)
        return Source(
            audio=path,
            name=str(path),
            roles=known.roles or settings.roles,
            started_at=in_zone(known.started_at, settings),
            metadata=known.values,
            raw=form,
        )

    return describe
