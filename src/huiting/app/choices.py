"""Which of several engines the settings name for one work, and which model it is to load."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

from huiting.app.settings import Settings
from huiting.core.errors import ConfigError
from huiting.core.plugins import make
from huiting.core.ports import (
    Diarizer,
    Enhancer,
    Punctuator,
    SoundTagger,
    SpeechMeter,
    StreamingVoice,
    VoiceDetector,
)
from huiting.core.speech import OPTIONS, SpeechOptions
from huiting.engines import catalogue, fsmn_vad, ten_vad
from huiting.engines.silero import regions_of
from huiting.service.speech.desk import Detector as SpeechDetector

USUAL = {"whisper": "whisper-base"}
"""Model of an engine that comes with every installation."""


USUAL_SPEECH = {"fsmn-vad": fsmn_vad.USUAL, "ten-vad": ten_vad.USUAL}
"""When speech begins and ends where a team says nothing, of detectors but the usual one."""
VOICE_PRINTS = "voice-prints"
"""The diarizer that comes with every installation."""
YAMNET = "yamnet"
"""What hears laughter and the like where nothing else is set, if it is installed."""
SHERPA_DIARIZER = "sherpa-diarizer"
SEGMENTATION = "pyannote-segmentation-sherpa"
"""The one of its two models that a team does not choose by name."""
DIARIZERS = {"sherpa": SHERPA_DIARIZER}
"""Engines that go by a shorter name."""
RUNTIMES = {"ct-transformer": "sherpa"}
"""The only one that an engine is run by, where the catalogue has models for others."""
RULES = "rules"
SILERO = "silero"
"""The voice detector that comes with every installation."""


class Detector(VoiceDetector, SpeechMeter, StreamingVoice, Protocol):
    """Finds speech, in what is there and in what arrives, and tells what it decides on."""


@dataclass(frozen=True, slots=True)
class Choice:
    """An engine by the name that people ask for it."""

    name: str
    engine: str
    """Module of huiting.engines, or a package's entry point."""
    model: str
    """Of the catalogue; empty for the usual one, or where `options` say where the weights are."""
    options: Mapping[str, Any]


def choice(name: str, options: Mapping[str, Any], setting: str) -> Choice:
    """Return an engine with its options, one of which may name its model.

    Raises:
        ConfigError: that is no name.
    """
    rest = dict(options)
    model = rest.pop("model", "")
    if not isinstance(model, str):
        raise ConfigError(f"setting {setting}", "model is no text", "write a name")
    return Choice(name, name, model, rest)


def model_of(wanted: Choice, cache: Path) -> catalogue.Model | None:
    """Return the model that an engine is to load: as told, else the first that is installed.

    None where the options say where the weights are, or the catalogue has none for it.
    """
    if wanted.model:
        return catalogue.model(wanted.model)
    if "weights" in wanted.options:
        return None
    if wanted.engine in USUAL:
        return catalogue.model(USUAL[wanted.engine])
    runtime = str(wanted.options.get("runtime", RUNTIMES.get(wanted.engine, "auto")))
    fitting = catalogue.models_for(wanted.engine, "" if runtime == "auto" else runtime)
    here = (entry for entry in fitting if _installed(entry, cache))
    return next(here, fitting[0] if fitting else None)


def choices_of(settings: Settings) -> dict[str, Choice]:
    """Return what the settings name besides recognizers, by setting; not what is usual.

    Raises:
        ConfigError: options make no sense.
    """
    found = {}
    if settings.vad != SILERO:
        found["vad"] = choice(settings.vad, settings.vad_options, "vad_options")
    if settings.enhancer:
        found["enhancer"] = choice(settings.enhancer, settings.enhancer_options, "enhancer_options")
    if settings.punctuation != RULES:
        found["punctuation"] = choice(
            settings.punctuation, settings.punctuation_options, "punctuation_options"
        )
    if settings.diarizer != VOICE_PRINTS and settings.speakers != 1:
        name = DIARIZERS.get(settings.diarizer, settings.diarizer)
        found["diarizer"] = choice(name, settings.diarizer_options, "diarizer_options")
    if settings.sound_detector != YAMNET and settings.sounds:
        found["sound_detector"] = choice(
            settings.sound_detector, settings.sound_detector_options, "sound_detector_options"
        )
    return found


def models_of(settings: Settings) -> tuple[catalogue.Model, ...]:
    """Return the catalogue entries that these need."""
    return tuple(
        entry
        for one in choices_of(settings).values()
        for entry in parts_of(one, settings.models).values()
    )


def parts_of(wanted: Choice, cache: Path) -> dict[str, catalogue.Model]:
    """Return the models that an engine is to load, by the option that says where each is."""
    if wanted.engine.replace("_", "-") != SHERPA_DIARIZER:
        entry = model_of(wanted, cache)
        return {} if entry is None else {"weights": entry}
    usual = catalogue.model(SEGMENTATION)
    prints = [m for m in catalogue.models_for("diarizer", "sherpa") if m != usual]
    here = (entry for entry in prints if _installed(entry, cache))
    chosen = catalogue.model(wanted.model) if wanted.model else next(here, prints[0])
    both = {"segmentation": usual, "embedding": chosen}
    return {option: entry for option, entry in both.items() if option not in wanted.options}


def told(settings: Settings) -> tuple[str, ...]:
    """Return these with their options as text; empty when all is as usual."""
    return tuple(
        repr((setting, one.engine, one.model, sorted(one.options.items())))
        for setting, one in choices_of(settings).items()
    )


def enhancer_of(settings: Settings) -> Enhancer | None:
    """Load what takes noise out of clips before they are recognized, if anything does.

    Raises:
        ConfigError: there is no such engine, or it enhances nothing.
        ModelUnavailable: weights are missing or wrong.
    """
    found: Enhancer | None = _named(
        settings, "enhancer", "enhance", "this enhances nothing", "choose gtcrn"
    )
    return found


def punctuator_of(settings: Settings) -> Punctuator | None:
    """Load what says where punctuation belongs, if it is a model.

    Raises:
        ConfigError: there is no such engine, or it knows no punctuation.
        ModelUnavailable: weights are missing or wrong.
    """
    found: Punctuator | None = _named(
        settings,
        "punctuation",
        "marks",
        "this knows no punctuation",
        "choose rules or ct-transformer",
    )
    return found


def voice_detector_of(settings: Settings) -> Detector:
    """Load the voice detector.

    Raises:
        ConfigError: there is no such engine or option, or it finds no speech.
        ModelUnavailable: weights are missing or wrong.
    """
    found: Detector | None = _named(
        settings, "vad", "speech", "this finds no speech", "choose silero or fsmn-vad"
    )
    if found is not None:
        return found
    usual: Detector = make("huiting.engines", SILERO, **settings.vad_options)
    return usual


def diarizer_of(settings: Settings) -> Diarizer | None:
    """Load what says who speaks when, if it is not the usual one.

    Raises:
        ConfigError: there is no such engine or option, or it tells no speakers apart.
        ModelUnavailable: weights are missing or wrong.
    """
    found: Diarizer | None = _named(
        settings,
        "diarizer",
        "turns",
        "this tells no speakers apart",
        "choose voice-prints or sherpa",
    )
    return found


def sound_detector_of(settings: Settings) -> SoundTagger | None:
    """Load what hears sounds besides words, if it is not the usual one.

    Raises:
        ConfigError: there is no such engine or option, or it hears no sounds.
        ModelUnavailable: weights are missing or wrong.
    """
    found: SoundTagger | None = _named(
        settings,
        "sound_detector",
        "events",
        "this hears no sounds",
        "choose yamnet or audio-tagging",
    )
    return found


def speech_of(settings: Settings) -> SpeechDetector:
    """Return what is known of the voice detector without loading it.

    Raises:
        ConfigError: its options do not go together.
    """
    usual = asdict(USUAL_SPEECH.get(settings.vad.replace("_", "-"), SpeechOptions()))
    given = dict(settings.vad_options)
    where = [str(given.pop(name, "")) for name in ("weights", "model")]
    others = {name: value for name, value in given.items() if name not in OPTIONS}
    try:
        own = {n: float(v) for n, v in given.items() if n in OPTIONS}
        options = SpeechOptions(**usual | own)
    except (TypeError, ValueError) as error:
        raise ConfigError(
            "setting vad_options", str(error), f"give numbers for some of {', '.join(OPTIONS)}"
        ) from error
    wanted = choices_of(settings).get("vad")
    entry = model_of(wanted, settings.models) if wanted else catalogue.model("silero-v6")
    heard_by = catalogue.known(entry, settings.models).files[0].sha256 if entry else ""
    told_of: tuple[object, ...] = (heard_by, sorted(others.items()))
    told_of = told_of if wanted is None else (settings.vad, *where, *told_of)
    digest = sha256(repr(told_of).encode()).hexdigest()[:16]
    return SpeechDetector(digest, options, regions_of, others)


def _named(settings: Settings, setting: str, does: str, reason: str, remedy: str) -> Any:  # noqa: ANN401  (whatever the engine is)
    """Load what a setting names; None where that is what is usual.

    Args:
        settings: all of them.
        setting: one of `choices_of`.
        does: method that tells an engine for this work from others.
        reason: why another is refused.
        remedy: what to name instead.

    Raises:
        ConfigError: there is no such engine or option, or it is for other work.
        ModelUnavailable: weights are missing or wrong.
    """
    wanted = choices_of(settings).get(setting)
    if wanted is None:
        return None
    options = _options(wanted, settings)
    if setting == "punctuation":
        found: Any = _shared(wanted.engine, json.dumps(options, default=str))
    else:
        found = make("huiting.engines", wanted.engine, **options)
    if not hasattr(found, does):
        raise ConfigError(f"setting {setting}: {wanted.engine!r}", reason, remedy)
    return found


def _options(wanted: Choice, settings: Settings) -> dict[str, Any]:
    ours: dict[str, Any] = {}
    for option, entry in parts_of(wanted, settings.models).items():
        installed = catalogue.weights(entry.name, settings.models)
        alone = next(iter(installed.paths.values()))
        ours[option] = installed.folder if option == "weights" else alone
    return ours | dict(wanted.options)


@lru_cache(maxsize=1)  # text stages are made anew for every kind of request, and share it
def _shared(engine: str, options: str) -> Punctuator:
    found: Punctuator = make("huiting.engines", engine, **json.loads(options))
    return found


def _installed(entry: catalogue.Model, cache: Path) -> bool:
    """Tell whether all files of a model are there; `catalogue.weights` looks at what they are."""
    return all(catalogue.place(entry, file, cache).exists() for file in entry.files)
