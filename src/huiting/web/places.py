"""Where things are, as whoever asks must write it: behind a proxy we may have a path of our own."""

from fastapi import Request


def outside(request: Request, path: str) -> str:
    """Return the path by which somebody outside reaches one of ours."""
    root: str = request.scope.get("root_path", "")
    return root.rstrip("/") + path
