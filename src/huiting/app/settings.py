"""Settings: one TOML file, overridden by `HUITING_…` variables, overridden by options.

Read once, into a frozen object that is passed on; nothing below `app` reads the
environment. `resolve` also says where each value came from.
"""

import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any, Literal, get_type_hints
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from platformdirs import user_cache_path, user_config_path, user_data_path
from pydantic import TypeAdapter, ValidationError

from huiting.core.errors import ConfigError
from huiting.core.types import Role

FILE = "huiting.toml"


def _help(text: str, **default: Any) -> Any:  # noqa: ANN401  (a dataclass field of any type)
    return field(metadata={"help": text}, **default)


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting there is. `huiting settings` prints them; docs/reference/settings.md explains."""

    profile: Literal["fast", "accurate"] = _help(
        "fast: a day's calls by the next coffee; accurate: fewest errors", default="fast"
    )
    engine: str = _help("recognizer: a module of huiting.engines", default="whisper")
    engine_options: Mapping[str, Any] = _help(
        "options of the recognizer, beyond those of the profile", default_factory=dict
    )
    engines: Mapping[str, Mapping[str, Any]] = _help(
        "more recognizers by name, a table each: engine, model, and its options; a circuit joins them",
        default_factory=dict,
    )
    engine_idle: float = _help(
        "minutes after which a recognizer that nobody uses leaves memory; 0 for never", default=30.0
    )
    vad: str = _help("voice detector: silero, fsmn-vad or ten-vad", default="silero")
    vad_options: Mapping[str, Any] = _help(
        "options of the voice detector: thresholds, shortest speech and silence",
        default_factory=dict,
    )
    cutting_options: Mapping[str, Any] = _help(
        "how speech is cut for the recognizer: max_length, max_gap, pad (seconds)",
        default_factory=dict,
    )
    enhancer: str = _help(
        "takes noise out of speech before it is recognized: gtcrn; empty for nothing", default=""
    )
    enhancer_options: Mapping[str, Any] = _help("options of the enhancer", default_factory=dict)
    language: str = _help("ISO 639 code, or auto to detect it per channel", default="auto")
    languages: tuple[str, ...] = _help(
        "codes among which auto chooses", default=("zh", "en", "ja", "ko")
    )
    script: Literal["simplified", "traditional", "as-heard"] = _help(
        "Chinese characters of the text", default="simplified"
    )
    hotwords: Path | None = _help(  # noqa: RUF009  (a field, not a value)
        "list of words the team wants recognized", default=None
    )
    punctuation: str = _help(
        "what puts marks into text that has none: rules or ct-transformer", default="rules"
    )
    punctuation_options: Mapping[str, Any] = _help(
        "options of the model of punctuation", default_factory=dict
    )
    kind: Literal["call", "meeting"] = _help(
        "call: agent and customer; meeting: speakers, their number estimated", default="call"
    )
    roles: tuple[Role, ...] = _help("whom each channel carries, in order", default=())
    speakers: int = _help(
        "voices on a mono recording; 0 to estimate, 1 to leave it whole", default=2
    )
    metadata: str = _help(
        "pattern of file names, such as {agent}_{time:%Y%m%d%H%M%S}_{phone}_{direction}",
        default="",
    )
    timezone: str = _help(
        "of times that state none, such as Asia/Shanghai; empty for none", default=""
    )
    sidecars: bool = _help("read NAME.json beside NAME.wav", default=True)
    diarizer: str = _help(
        "tells the voices of a mono recording apart: voice-prints or sherpa", default="voice-prints"
    )
    diarizer_options: Mapping[str, Any] = _help("options of the diarizer", default_factory=dict)
    emotion: bool = _help("listen for how each segment sounds", default=True)
    sounds: bool = _help("listen for music, tones, laughter and the like", default=True)
    sound_detector: str = _help(
        "hears laughter, coughs and the like: yamnet, where it is installed, or audio-tagging",
        default="yamnet",
    )
    sound_detector_options: Mapping[str, Any] = _help(
        "options of the sound detector", default_factory=dict
    )
    names: bool = _help("find names of people and places (LAC)", default=True)
    rules: tuple[Path, ...] = _help("rule files that every call is judged by", default=())
    scorecards: tuple[Path, ...] = _help("scorecards filled in from the rules", default=())
    intents: tuple[Path, ...] = _help(
        "hierarchies of intents, or what was learnt; empty for the built-in one", default=()
    )
    entities: Path | None = _help(  # noqa: RUF009  (a field, not a value)
        "the team's own entities: products, kinds, tags", default=None
    )
    documents: Path | None = _help(  # noqa: RUF009  (a field, not a value)
        "which document goes with which condition", default=None
    )
    home_languages: tuple[str, ...] = _help(
        "languages the team serves itself; calls in others get routing advice",
        default=("zh", "yue"),
    )
    llm_url: str = _help(
        "server of a language model that speaks OpenAI's protocol; empty for none", default=""
    )
    llm_model: str = _help("name of the model on that server", default="")
    llm_key_file: Path | None = _help(  # noqa: RUF009  (a field, not a value)
        "file that holds the server's key", default=None
    )
    llm_summary: bool = _help("let the model sum up each call", default=False)
    llm_redact: bool = _help("take personal data out of what the model is shown", default=True)
    llm_timeout: float = _help("seconds for one answer of the model", default=60.0)
    llm_budget: int = _help("questions one run may send to the model", default=1000)
    store: str = _help(
        "database: sqlite:///FILE or postgresql+psycopg://…",
        default_factory=lambda: f"sqlite:///{user_data_path('huiting') / 'huiting.db'}",
    )
    models: Path = _help(  # noqa: RUF009  (a field, not a value)
        "folder of model weights", default_factory=lambda: user_cache_path("huiting") / "models"
    )
    threads: int = _help("CPU threads of the recognizer; 0 for all cores", default=0)
    parallel: int = _help("calls in flight at once; 0 to choose from the machine", default=0)
    max_hours: float = _help("longest recording accepted", default=24.0)
    address: str = _help(
        "where people reach the service, such as https://qa.example/huiting; for links", default=""
    )
    root_path: str = _help(
        "path under which a proxy serves us, such as /huiting; empty for none", default=""
    )
    trusted_proxies: tuple[str, ...] = _help(
        "addresses of our own proxies, whose X-Forwarded-For is believed", default=()
    )
    allowed_addresses: tuple[str, ...] = _help(
        "addresses and networks that may come, such as 10.0.0.0/8; empty for all", default=()
    )
    hosts: tuple[str, ...] = _help(
        "names under which we may be asked for, *.example.com; empty for any", default=()
    )
    rate: float = _help("requests a second that one address may send; 0 for any", default=50.0)
    audit_key_file: Path | None = _help(  # noqa: RUF009  (a field, not a value)
        "file with the key of the audit log's chain; set it before the first start and keep it",
        default=None,
    )
    sign_on: Mapping[str, Any] = _help(
        "single sign-on by OpenID Connect: issuer, client_id, secret_file, roles…; empty for none",
        default_factory=dict,
    )
    inboxes: Mapping[str, Mapping[str, Any]] = _help(
        "places where recordings are dropped, by name: kind, path, after…", default_factory=dict
    )
    channels: Mapping[str, Mapping[str, Any]] = _help(
        "where alerts and digests go, by name: kind, url, topics…", default_factory=dict
    )
    jobs: Literal["embedded", "cluster"] = _help(
        "embedded: work is shared through the database; cluster: by Procrastinate on PostgreSQL",
        default="embedded",
    )
    recordings: Path | Mapping[str, Any] | None = _help(  # noqa: RUF009  (a field, not a value)
        "folder of recordings, on shared storage for several machines, beside the database if "
        "not given; or a table for S3: place, endpoint, region, cache_gb…",
        default=None,
    )
    storages: Mapping[str, str | Mapping[str, Any]] = _help(
        "places from which recordings may be handed in over the API, by name: folders, or tables "
        "for S3 and SFTP",
        default_factory=dict,
    )
    digest: str = _help(
        "when the digest of the day before is sent, as in cron: 30 8 * * 1-5; empty for never",
        default="",
    )
    mail_domains: tuple[str, ...] = _help(
        "domains of addresses that people may have reports mailed to; empty for none", default=()
    )
    mail_files: int = _help(
        "most MB that the files of a mailed report take in the mail; 0 for no files", default=5
    )
    vault_keys: Path | None = _help(  # noqa: RUF009  (a field, not a value)
        "file of keys that recordings are sealed with, the current one first; none: kept plain",
        default=None,
    )
    retention: Mapping[str, Mapping[str, Any]] = _help(
        "how long what is kept, by name of a rule: audio, transcripts (days), where, language",
        default_factory=dict,
    )
    appeal_days: int = _help("days after a verdict in which its agent may appeal", default=7)
    bin_days: int = _help("days that calls lie in the bin", default=30)
    transcription_days: int = _help("days that text is kept which is no call's", default=30)
    backups: Path | None = _help(  # noqa: RUF009  (a field, not a value)
        "folder of backups that are asked for over the API", default=None
    )
    live_calls: int = _help("calls that may be heard at once while they run; 0 for none", default=8)
    live_calls_per_user: int = _help(
        "of those, how many of one user, or of one program's token", default=4
    )
    live_gap: float = _help(
        "seconds that a live call waits for its caller whose connection was cut", default=30.0
    )
    live_parallel: int = _help(
        "stretches of speech of live calls that are decoded at once", default=2
    )
    live_warm: bool = _help(
        "load the models of live calls when the service starts, and keep them", default=False
    )
    live_partials: str = _help(
        "engine whose stream tells what is being said in live calls, such as zipformer; empty "
        "for that of the recognizer, if it streams",
        default="",
    )
    live_options: Mapping[str, Any] = _help(
        "how live calls are cut and told: pause, longest, every, pulse… (seconds)",
        default_factory=dict,
    )
    live_unconsented: Literal["words", "nothing", "all"] = _help(
        "what is kept of a live call whose customer does not agree to being recorded",
        default="words",
    )
    live_tokens: Mapping[str, Path] = _help(
        "networks whose FunASR clients can show no token, and the file of the one that counts",
        default_factory=dict,
    )
    live_origins: tuple[str, ...] = _help(
        "addresses of other sites' pages that may speak FunASR's protocol here", default=()
    )
    metrics_port: int = _help(
        "port on 127.0.0.1 on which a worker answers Prometheus; 0 for none", default=0
    )
    otlp_url: str = _help(
        "OpenTelemetry collector that traces go to, up to /v1/traces; empty for none", default=""
    )
    log: Literal["debug", "info", "warning", "error"] = _help(
        "how much is logged, as JSON lines on standard error", default="error"
    )


@dataclass(frozen=True, slots=True)
class Resolved:
    """The settings, and for each the place its value came from."""

    settings: Settings
    sources: Mapping[str, str]


def resolve(
    options: Mapping[str, Any],
    environment: Mapping[str, str] | None = None,
    file: Path | None = None,
) -> Resolved:
    """Return the settings in force.

    Args:
        options: from the command line; None stands for an option not given.
        environment: the process's by default.
        file: the TOML file; by default HUITING_CONFIG, else huiting.toml in this folder,
            else in the user's configuration folder, where there is one.

    Raises:
        ConfigError: a name is unknown or a value does not fit; nothing was read half.
    """
    environment = os.environ if environment is None else environment
    _check_names(options, "option ")
    path = file or _file(environment)
    values: dict[str, Any] = {}
    sources = {f.name: "default" for f in fields(Settings)}
    for name, value in (_read(path) if path else {}).items():
        values[name], sources[name] = value, str(path)
    for name in sources:
        variable = f"HUITING_{name.upper()}"
        if variable in environment:
            values[name], sources[name] = _from_text(name, environment[variable]), variable
    for name, value in options.items():
        if value is not None:
            values[name], sources[name] = value, "option"
    return Resolved(_build(values, sources), sources)


def zone_of(settings: Settings) -> tzinfo | None:
    """Return the time zone of times that state none; None for that of the machine.

    Raises:
        ConfigError: there is no such zone.
    """
    if not settings.timezone:
        return None
    try:
        return ZoneInfo(settings.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigError(
            f"setting timezone: {settings.timezone!r}",
            "no such time zone",
            "give one such as Asia/Shanghai",
        ) from error


def in_zone(when: datetime | None, settings: Settings) -> datetime | None:
    """Give a time that states no zone the one of the settings.

    Raises:
        ConfigError: there is no such zone.
    """
    if when is None or when.tzinfo is not None:
        return when
    zone = zone_of(settings)
    return when.replace(tzinfo=zone) if zone else when.astimezone()


def _file(environment: Mapping[str, str]) -> Path | None:
    if "HUITING_CONFIG" in environment:
        return Path(environment["HUITING_CONFIG"])
    usual = [Path(FILE), user_config_path("huiting") / FILE]
    return next((path for path in usual if path.is_file()), None)


def _read(path: Path) -> dict[str, Any]:
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(str(path), str(error.strerror), "give a file that can be read") from error
    except ValueError as error:
        raise ConfigError(str(path), f"not TOML ({error})", "mend this line") from error
    _check_names(found, f"{path}: ")
    return found


def _check_names(found: Iterable[str], where: str) -> None:
    known = [f.name for f in fields(Settings)]
    for name in found:
        if name not in known:
            raise ConfigError(
                f"{where}{name}", "no such setting", f"choose one of {', '.join(known)}"
            )


def _from_text(name: str, text: str) -> object:
    """Read a variable: lists are separated by commas, tables are inline TOML."""
    kind = str(get_type_hints(Settings)[name])
    if kind.startswith("tuple"):
        return [part.strip() for part in text.split(",") if part.strip()]
    if name == "recordings" and not text.lstrip().startswith("{"):
        return text
    if "Mapping" in kind:
        try:
            return tomllib.loads(f"x = {text}")["x"]
        except ValueError as error:
            raise ConfigError(
                f"HUITING_{name.upper()}", f"not an inline table ({error})", "write {name = value}"
            ) from error
    return text


def _build(values: Mapping[str, Any], sources: Mapping[str, str]) -> Settings:
    hints = get_type_hints(Settings)
    checked = {}
    for name, value in values.items():
        if name == "recordings" and isinstance(value, str) and "://" in value:
            value = {"place": value}  # noqa: PLW2901  (the short form of a table)
        try:
            checked[name] = TypeAdapter(hints[name]).validate_python(value)
        except ValidationError as error:
            reason = error.errors()[0]["msg"]
            raise ConfigError(
                f"setting {name} ({sources[name]})", f"{value!r}: {reason}", "correct the value"
            ) from error
    return Settings(**checked)
