"""A model of a few bytes that a hub has, in each way that hubs have models."""

import bz2
import gzip
import io
import lzma
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path

from huiting.engines.catalogue import Archive, File, Hosted, Hub, Model, Place
from small_models import sha256

CONTENT = {
    "model.bin": bytes(range(256)) * 200,
    "config.json": b'{"small": true}',
    "tokenizer/vocab.json": b'["a", "b"]',
}
FOLDER = "cake-2026-01-01"
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "tar": bytes,
    "tar.gz": gzip.compress,
    "tar.bz2": bz2.compress,
    "tar.xz": lzma.compress,
}


def hosted(
    name: str = "cake",
    content: Mapping[str, bytes] = CONTENT,
    *,
    hubs: tuple[Hub, ...] = (Hub.MODELSCOPE, Hub.HUGGINGFACE),
    unknown: tuple[str, ...] = (),
    archive: Archive | None = None,
) -> Model:
    """Return a model that hubs have.

    Args:
        name: of the model.
        content: of its files.
        hubs: that have it.
        unknown: files whose digest nobody published.
        archive: that holds it.
    """
    files = tuple(
        File(
            one,
            0 if one in unknown else len(data),
            "" if one in unknown else sha256(data),
            Hosted(tuple(Place(hub, f"baker/{name}", "main", one) for hub in hubs)),
        )
        for one, data in content.items()
    )
    return Model(
        name,
        "baking",
        "the baker",
        "MIT",
        ("zh",),
        files,
        optional=True,
        engine="oven",
        runtime="gas",
        attribution="Name the baker.",
        archive=archive,
    )


def tarred(content: Mapping[str, bytes], folder: str = FOLDER, kind: str = "tar") -> bytes:
    """Return a tar of files that stand in one folder."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, data in content.items():
            info = tarfile.TarInfo(f"{folder}/{name}" if folder else name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return PACKERS[kind](buffer.getvalue())


def released(packed: bytes, *, known: bool = True) -> Archive:
    """Return the entry of an archive of a release."""
    place = Place(Hub.RELEASE, "baker/cakes", "models", f"{FOLDER}.tar.bz2")
    return Archive(place, len(packed) if known else 0, sha256(packed) if known else "")


def laid(folder: Path, content: Mapping[str, bytes]) -> Path:
    """Write files to a folder."""
    for name, data in content.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder
