"""A plug-in is a module with a function `build`; its name is its kind, its parameters its options.

There is no registry, no decorator and no base class: adding an engine or an export
is adding one file. A hyphen in a kind is an underscore in the name of its module.

A package of somebody else's adds kinds by entry points, in the group that is called as our
package: `[project.entry-points."huiting.engines"]`. It cannot take the name of one of ours.
"""

import re
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from inspect import signature
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from huiting.core.errors import ConfigError


def kinds(package: str) -> list[str]:
    """Return the names that `make` accepts for `package`, without importing them."""
    return sorted(_ours(package) | entry_points(group=package).names)


def _ours(package: str) -> set[str]:
    """Return the kinds that are modules of the package."""
    found = iter_modules(import_module(package).__path__)
    names = (m.name for m in found if not m.name.startswith("_"))
    return {name for name in names if _builds(f"{package}.{name}")}


def _builds(module: str) -> bool:
    """Tell by its source whether a module has a function `build`: importing may be slow."""
    found = find_spec(module)
    if found is None or found.origin is None:
        return False
    source = Path(found.origin).read_text(encoding="utf-8", errors="replace")
    return re.search(r"^def build\(", source, re.MULTILINE) is not None


def parameters(package: str, kind: str) -> tuple[str, ...]:
    """Return the names of the options that `kind` of `package` takes.

    Raises:
        ConfigError: there is no such kind.
    """
    return tuple(signature(_build_of(package, kind)).parameters)


def declared(package: str, kind: str, name: str) -> Any:  # noqa: ANN401  (whatever it says)
    """Return what the module of `kind` of `package` calls `name`; None where it has no such.

    Raises:
        ConfigError: there is no such kind.
    """
    return getattr(import_module(_build_of(package, kind).__module__), name, None)


def declares(package: str, kind: str, name: str) -> bool:
    """Tell whether the module of `kind` of `package` sets `name` to something true.

    Raises:
        ConfigError: there is no such kind.
    """
    return bool(declared(package, kind, name))


def make(package: str, kind: str, **options: Any) -> Any:  # noqa: ANN401  (what `build` returns)
    """Build the plug-in `kind` of `package` with `options`.

    Raises:
        ConfigError: there is no such kind, or `build` does not take these options.
    """
    build = _build_of(package, kind)
    try:
        signature(build).bind(**options)
    except TypeError as error:
        raise ConfigError(
            f"{package} {kind!r}", str(error), f"it takes {signature(build)}"
        ) from error
    return build(**options)


def _build_of(package: str, kind: str) -> Callable[..., Any]:
    module = kind.replace("-", "_")
    if module in _ours(package):
        build: Callable[..., Any] = import_module(f"{package}.{module}").build
        return build
    for point in entry_points(group=package, name=kind):
        return _foreign(package, point)
    raise ConfigError(
        f"{package} {kind!r}", "no such kind", f"choose one of {', '.join(kinds(package))}"
    )


def _foreign(package: str, point: EntryPoint) -> Callable[..., Any]:
    """Return what builds a kind of another package."""
    source = point.dist.name if point.dist else point.value
    try:
        found = point.load()
    except (ImportError, AttributeError) as error:
        raise ConfigError(
            f"{package} {point.name!r}",
            f"the package {source} does not load: {error}",
            "install what it needs, or remove it",
        ) from error
    build: Callable[..., Any] = getattr(found, "build", found)
    return build
