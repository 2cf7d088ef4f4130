"""Keeping libraries that would look for models on a network from doing so."""

from collections.abc import MutableMapping

SWITCHES = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_DATASETS_OFFLINE")
"""Variables that keep huggingface_hub, transformers and datasets from opening a connection."""
ON = "1"


def keep_offline(environ: MutableMapping[str, str]) -> None:
    """Switch the network of libraries off, unless whoever runs us switched it on."""
    for name in SWITCHES:
        environ.setdefault(name, ON)
