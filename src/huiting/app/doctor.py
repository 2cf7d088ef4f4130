"""What is installed, what is verified, what is missing, and what would leave the machine.

Only looks: nothing is installed, written or repaired, and no connection is opened but
the one to the database that the settings name.
"""

import os
import platform
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from huiting import __version__
from huiting.app.models_table import STANDINGS
from huiting.app.offline import SWITCHES
from huiting.app.recordings import Described
from huiting.app.tongue import say
from huiting.app.translate import in_tongue
from huiting.core.errors import HuitingError
from huiting.engines import catalogue
from huiting.engines.catalogue import Model, State
from huiting.engines.device import CUDA, Choice, Device, choose, device, size
from huiting.engines.hub.standing import Standing, stand
from huiting.engines.provision import room

HERE = {"localhost", "127.0.0.1", "::1"}
TOPICS = {
    "python": ("python", "Python"),
    "package": ("package", "软件包"),
    "model": ("model", "模型"),
    "hubs": ("hubs", "模型站"),
    "device": ("device", "设备"),
    "codec": ("codec", "编解码"),
    "database": ("database", "数据库"),
    "recordings": ("recordings", "录音"),
    "disk": ("disk", "磁盘"),
    "network": ("network", "网络"),
}
"""What rows are about, in English and Chinese."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that keeps Huiting from working, or from working as set."""

    subject: str
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the report."""

    topic: str
    """One of `TOPICS`."""
    subject: str
    state: str
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that was found, in the order in which people read it."""

    rows: tuple[Row, ...]
    outgoing: tuple[str, ...]
    """What the settings let out to a network; empty for nothing, as an analysis opens none."""

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What must be mended, in order."""
        return tuple(row.fault for row in self.rows if row.fault)

    @property
    def status(self) -> int:
        """Exit status: 0 when calls can be analysed as set, 1 when something must be mended."""
        return 1 if self.faults else 0


def examine(
    cache: Path,
    store: str,
    look: Callable[[], str],
    models: Sequence[Model] | None = None,
    model_server: str = "",
    bucket: Described | None = None,
    speech_servers: Sequence[str] = (),
) -> Report:
    """Look at this machine.

    Args:
        cache: the folder of all models.
        store: URL of the database.
        look: opens the database and says in a few words what state it is in.
        models: those that the settings need; by default all that are not optional.
        model_server: URL of the language model; empty for none.
        bucket: where recordings are kept; None for a folder.
        speech_servers: URLs of servers that recognize.
    """
    wanted = catalogue.needed() if models is None else models
    outgoing = (
        *_outgoing(store),
        *_heard(speech_servers),
        *_asked(model_server),
        *_sent(bucket),
        *_unguarded(os.environ),
    )
    rows = (
        Row("python", f"Python {platform.python_version()}", sys.executable),
        Row("python", say(f"Huiting {__version__}", f"慧听 {__version__}"), _home()),
        *_packages(),
        *(_model(entry, cache) for entry in wanted),
        *_others(cache, wanted),
        *_hubs(os.environ),
        *_device(device(), sum(entry.files[0].size for entry in wanted)),
        *_codecs(),
        _database(store, look),
        *_bucket(bucket),
        _disk(cache, wanted),
        *(Row("network", say("goes out", "外发"), what) for what in outgoing),
    )
    return Report(rows, outgoing)


def _packages() -> Iterator[Row]:
    """Go through what Huiting declares to need; an extra is reported, never missed."""
    try:
        needed = metadata.requires("huiting") or ()
    except metadata.PackageNotFoundError:
        fault = Fault("package huiting", "is run without being installed", "set Huiting up again")
        yield Row("package", "huiting", say("missing", "缺失"), fault)
        return
    for line in sorted(needed, key=str.casefold):
        name = re.split(r"[^\w.-]", line, maxsplit=1)[0]
        try:
            yield Row("package", name, metadata.version(name))
        except metadata.PackageNotFoundError:
            if "platform_machine" in line and platform.machine() not in line:
                unfit = say("not for this kind of processor", "不适用于这种处理器")
                yield Row("package", name, unfit)
                continue
            if "extra ==" in line:
                yield Row("package", name, say("not installed (optional)", "未安装（可选）"))
                continue
            fault = Fault(f"package {name}", "is not installed", "set Huiting up again")
            yield Row("package", name, say("missing", "缺失"), fault)


def _model(entry: Model, cache: Path) -> Row:
    found = catalogue.check(entry, cache)
    if found.state is State.VERIFIED:
        task = in_tongue(entry.task)
        verified = say(f"verified ({task}, {entry.licence})", f"已校验（{task}，{entry.licence}）")
        return Row("model", entry.name, verified)
    error = catalogue.unavailable(entry, entry.files[0], found.reason)
    fault = Fault(error.subject, error.reason, error.remedy)
    return Row("model", entry.name, in_tongue(found.state.value), fault)


def _others(cache: Path, wanted: Sequence[Model]) -> Iterator[Row]:
    """Go through models that are here and that nothing needs; their bytes are not read."""
    needed = {entry.name for entry in wanted}
    for entry in catalogue.models():
        if entry.name in needed or not (entry.pulled or (cache / entry.name).exists()):
            continue
        found = stand(entry, cache)
        if found.standing is not Standing.ABSENT:
            when = f", {found.verified:%Y-%m-%d}" if found.verified else ""
            yield Row("model", entry.name, say(*STANDINGS[found.standing]) + when)


def _hubs(environ: Mapping[str, str]) -> Iterator[Row]:
    """Say what fetches models, and what keeps libraries from doing so by themselves."""
    commands = "huiting setup, huiting models pull"
    yield Row("hubs", say("asked only by", "仅由以下命令访问"), commands)
    for name in SWITCHES:
        yield Row("hubs", name, environ.get(name, say("not set", "未设置")))


def _unguarded(environ: Mapping[str, str]) -> Iterator[str]:
    """Name libraries that somebody let look for models on a network."""
    for name in SWITCHES:
        if name in environ and environ[name].upper() not in {"1", "ON", "YES", "TRUE"}:
            yield say(
                f"libraries may look for models on a network, as {name} is set",
                f"按 {name} 的设置，程序库可能联网查找模型",
            )


def _device(found: Device, weights: int) -> Iterator[Row]:
    """Tell what there is, and what `device = auto` would take for models of this many bytes."""
    cores = say(f"{found.threads} cores for this process", f"本进程可用 {found.threads} 核")
    sets = ", ".join(found.instructions) or say("not stated", "未注明")
    none = say("none: models run here", "无：模型在处理器上运行")
    yield Row("device", found.processor, cores)
    yield Row("device", say("instruction sets", "指令集"), sets)
    yield Row("device", say("number formats", "数值格式"), ", ".join(found.precisions))
    for card in found.cards:
        yield Row("device", f"{CUDA}:{card.index}", f"{card.name}, {size(card.total)}")
    if not found.cards:
        yield Row("device", "CUDA", none)
    yield Row("device", "auto", _taken(found, weights))


def _taken(found: Device, weights: int) -> str:
    try:
        choice: Choice = choose("auto", "auto", lambda _kind, _format: weights, found=found)
    except HuitingError as error:
        return in_tongue(error.reason)
    return f"{choice.name}, {choice.compute} ({in_tongue(choice.reason)})"


def _codecs() -> Iterator[Row]:
    """Name the FFmpeg libraries that PyAV brings along."""
    try:
        import av
    except ImportError as error:
        fault = Fault("PyAV", str(error), "set Huiting up again")
        yield Row("codec", say("FFmpeg libraries", "FFmpeg 库"), say("missing", "缺失"), fault)
        return
    for name, version in sorted(av.library_versions.items()):
        yield Row("codec", name, ".".join(str(part) for part in version))


def _database(store: str, look: Callable[[], str]) -> Row:
    subject = store.partition(":")[0]
    try:
        return Row("database", subject, look())
    except HuitingError as error:
        fault = Fault(error.subject, error.reason, error.remedy)
        return Row("database", subject, say("cannot be used", "无法使用"), fault)


def _disk(cache: Path, wanted: Sequence[Model]) -> Row:
    """Compare what is free with what models that are not there yet would take."""
    existing = next(path for path in (cache, *cache.parents) if path.exists())
    free = shutil.disk_usage(existing).free
    missing = [m for m in wanted if not (cache / m.name).exists()]
    state = say(f"{free / 1e9:.1f} GB free", f"剩余 {free / 1e9:.1f} GB")
    if free >= room(missing):
        return Row("disk", str(cache), state)
    remedy = "make room, or name another folder with HUITING_MODELS"
    fault = Fault(str(cache), f"{free / 1e6:.0f} MB free, {room(missing) / 1e6:.0f} needed", remedy)
    return Row("disk", str(cache), state, fault)


def _outgoing(store: str) -> tuple[str, ...]:
    """Name what the settings send off this machine."""
    parts = urlsplit(store)
    hosts = [parts.hostname or "", *parse_qs(parts.query).get("host", ())]
    away = [host for host in hosts if host and host not in HERE and not host.startswith("/")]
    return tuple(
        say(f"results go to the database on {host}, as set", f"按设置，结果存入 {host} 上的数据库")
        for host in away
    )


def _asked(server: str) -> tuple[str, ...]:
    """Name a language model elsewhere that is told what was said."""
    host = urlsplit(server).hostname or ""
    away = bool(host) and host not in HERE
    told = say(
        f"transcripts go to the language model on {host}, as set",
        f"按设置，文字记录发给 {host} 上的语言模型",
    )
    return (told,) if away else ()


def _bucket(bucket: Described | None) -> Iterator[Row]:
    """Say where recordings are kept; whether it answers is said by /readyz."""
    if bucket is None:
        return
    state = say(f"on {bucket.server}, {bucket.rights}", f"{bucket.server}，{bucket.rights}")
    if find_spec("s3fs") is None:
        fault = Fault("package s3fs", "is not installed", "install huiting[s3]")
        yield Row("recordings", bucket.place, state, fault)
        return
    yield Row("recordings", bucket.place, state)


def _sent(bucket: Described | None) -> tuple[str, ...]:
    """Name a bucket elsewhere that recordings go to."""
    if bucket is None or bucket.server in HERE:
        return ()
    return (
        say(
            f"recordings go to {bucket.place} on {bucket.server}, as set",
            f"按设置，录音存入 {bucket.server} 上的 {bucket.place}",
        ),
    )


def _heard(servers: Sequence[str]) -> Iterator[str]:
    """Name servers elsewhere that are sent what is spoken."""
    for host in dict.fromkeys(urlsplit(server).hostname or "" for server in servers):
        if host and host not in HERE:
            yield say(
                f"speech goes to the recognizer on {host}, as set",
                f"按设置，语音发给 {host} 上的识别服务",
            )


def _home() -> str:
    return str(Path(__file__).parents[1])
