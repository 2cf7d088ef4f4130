"""Huiting (慧听): listen to every call.

from huiting import analyze
analysis = analyze("call.wav", hotwords=["七天无理由退货"])
for segment in analysis.call.segments:
print(segment.span.start, segment.role, segment.text)
"""

import os
from typing import TYPE_CHECKING

# ONNX Runtime tells its makers of every session, from Linux too since 1.31, and keeps what it
# could not send for later. It looks at this when it is loaded, so it must be said before.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

if TYPE_CHECKING:
    from huiting.app.library import Analyzer, analyze

__all__ = ["Analyzer", "__version__", "analyze"]
__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """Import the library when it is first asked for: a part of Huiting needs not all of it."""
    if name not in {"Analyzer", "analyze"}:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from huiting.app import library

    return getattr(library, name)
