"""Where things are, as whoever asks must write it: behind a proxy we may have a path of our own."""

from fastapi import Request


def outside(request: Request, path: str) -> str:
    """Return the path by which somebody outside reaches one of ours."""
    root: str = request.scope.get("root_path", "")
    return root.rstrip("/") + path


def ours(path: str) -> str:
    """Return a path of ours; the front page instead of any other address."""
    own = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if own and path.isascii() and "\\" not in path else "/"
