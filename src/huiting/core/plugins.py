"""A plug-in is a module with a function `build`; its name is its kind, its parameters its options.

There is no registry, no decorator and no base class: adding an engine or an export
is adding one file.
"""

from importlib import import_module
from inspect import signature
from pkgutil import iter_modules
from typing import Any

from huiting.core.errors import ConfigError


def kinds(package: str) -> list[str]:
    """Return the names that `make` accepts for `package`, without importing them."""
    found = iter_modules(import_module(package).__path__)
    return sorted(m.name for m in found if not m.name.startswith("_"))


def make(package: str, kind: str, **options: Any) -> Any:  # noqa: ANN401  (what `build` returns)
    """Build the plug-in `kind` of `package` with `options`.

    Raises:
        ConfigError: there is no such kind, or `build` does not take these options.
    """
    if kind not in kinds(package):
        raise ConfigError(
            f"{package} {kind!r}", "no such kind", f"choose one of {', '.join(kinds(package))}"
        )
    build = import_module(f"{package}.{kind}").build
    try:
        signature(build).bind(**options)
    except TypeError as error:
        raise ConfigError(
            f"{package} {kind!r}", str(error), f"it takes {signature(build)}"
        ) from error
    return build(**options)
