"""Build the parts that the settings ask for. The only place that chooses an engine."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import fields, replace
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from huiting import __version__
from huiting.app import choices, recognizers, understanding
from huiting.app.readers import Readers
from huiting.app.settings import Settings
from huiting.app.streaming import parts_that_stream
from huiting.audio.clips import CUTTINGS, PAUSE, Cutting
from huiting.audio.decode import Limits
from huiting.core.analysis import MadeBy
from huiting.core.errors import ConfigError
from huiting.core.plugins import make
from huiting.core.ports import (
    Diarizer,
    EmotionTagger,
    Hints,
    RoleDecider,
    SoundTagger,
    TextStage,
)
from huiting.engines import catalogue
from huiting.engines.gather import gathering
from huiting.engines.resting import Roster
from huiting.pipeline import Kit
from huiting.service.speech.desk import Detector as SpeechDetector
from huiting.text.hotwords import read_hotwords

DIARIZER_MODELS = ("campplus", "pyannote-segmentation-3.0")
MOST_PARALLEL = 4
"""Calls in flight beyond which only memory grows: one recognizer serves them all."""
ROOM = 11.0
"""Seconds of a clip that with its padding fits into the memory of each engine without times."""


def models_of(settings: Settings) -> tuple[catalogue.Model, ...]:
    """Return the catalogue entries that these settings need."""
    names = ["silero-v6"] if settings.vad == choices.SILERO else []
    usual = settings.diarizer == choices.VOICE_PRINTS
    names += DIARIZER_MODELS if usual and settings.speakers != 1 else ()
    found = (
        *recognizers.models_of(settings),
        *(entry for one in parts_that_stream(settings) for entry in recognizers.models_of(one)),
        *(catalogue.model(name) for name in names),
        *choices.models_of(settings),
    )
    return tuple(dict.fromkeys(found))


def threads_of(settings: Settings) -> int:
    """Return the CPU threads of the recognizer."""
    return settings.threads or len(os.sched_getaffinity(0))


def parallel_of(settings: Settings) -> int:
    """Return how many calls are in flight: enough to fill the recognizer's batches."""
    return settings.parallel or min(MOST_PARALLEL, threads_of(settings) + 1)


def hints_of(settings: Settings) -> Hints:
    """Return what the caller knows before a call is heard.

    Raises:
        InputError: the hotword list cannot be read.
        ConfigError: the model knows no such language.
    """
    _check_languages(settings)
    words = read_hotwords(settings.hotwords) if settings.hotwords else ()
    language = None if settings.language == "auto" else settings.language
    return Hints(language=language, hotwords=words)


def _check_languages(settings: Settings) -> None:
    """Refuse a language that would fail every call, before the first one."""
    if recognizers.choice_of(settings).engine != "whisper":
        return  # what another engine knows it says itself
    from huiting.engines.whisper import STAND_INS

    known = {code for model in recognizers.models_of(settings) for code in model.covers}
    if not known:
        return  # weights of the team's own
    known |= STAND_INS.keys()
    unknown = {settings.language, *settings.languages} - known - {"auto"}
    if unknown:
        raise ConfigError(
            f"language {', '.join(sorted(unknown))}",
            f"{settings.engine} does not know it",
            f"choose auto or one of {', '.join(sorted(known))}",
        )


@contextmanager
def kit_of(
    settings: Settings,
    hints: Hints,
    readers: Readers | None = None,
    *,
    share: recognizers.Share = gathering,
    roster: Roster | None = None,
) -> Iterator[Kit]:
    """Load the models while inside; give the parts an analysis is made with.

    Args:
        settings: what is wanted.
        hints: what is known before a call is heard.
        readers: models that are shared with what judges; by default our own.
        share: lets several threads use the recognizer.
        roster: has the recognizers; by default our own, which lasts as long as the kit.

    Raises:
        ConfigError: an option does not fit.
        ModelUnavailable: weights are missing or wrong.
    """
    readers = readers or Readers(settings)
    with ExitStack() as stack:
        if roster is None:
            roster = recognizers.roster_of(settings, threads_of(settings), share)
            stack.callback(roster.close)
        asr = roster.get(settings.engine)
        _ = asr.rate  # loads it: what is wrong is told before the first call
        yield Kit(
            vad=voice_detector_of(settings),
            asr=asr,
            diarizer=diarizer_of(settings),
            roles=roles_of(settings),
            emotion=emotion_of(settings),
            sounds=sounds_of(settings),
            meaning=understanding.stages_of(settings, readers),
            documents=understanding.documents_of(settings, readers),
            text=text_of(settings, hints),
            made_by=made_by(settings),
            speakers=speakers_of(settings),
            limits=audio_limits_of(settings),
            languages=recognizers.languages_of(settings),
            cutting=cutting_of(settings),
        )


def hearing_with(kit: Kit, settings: Settings, roster: Roster) -> Kit:
    """Return a kit with the recognizer that the settings name, and speech cut for it.

    Raises:
        ConfigError: there is no such engine, or an option of the cutting makes no sense.
    """
    return replace(kit, asr=roster.get(settings.engine), cutting=cutting_of(settings))


def voice_detector_of(settings: Settings) -> choices.Detector:
    """Load the voice detector.

    Raises:
        ConfigError: there is no such engine or option.
        ModelUnavailable: weights are missing or wrong.
    """
    return choices.voice_detector_of(settings)


def speech_of(settings: Settings) -> SpeechDetector:
    """Return what is known of the voice detector without loading it.

    Raises:
        ConfigError: its options do not go together.
    """
    return choices.speech_of(settings)


def audio_limits_of(settings: Settings) -> Limits:
    """Return what a recording may cost before it is refused."""
    return Limits(duration=settings.max_hours * 3600)


def cutting_of(settings: Settings) -> Cutting:
    """Return how speech is cut for the recognizer: as the profile has it, but for the options.

    Where words may have no times a clip becomes one segment, so no pause may be in it.

    Raises:
        ConfigError: there is no such option, or its value makes no sense.
    """
    usual = CUTTINGS[settings.profile]
    if recognizers.untimed(settings):
        usual = replace(usual, max_gap=PAUSE, max_length=ROOM)
    try:
        return replace(usual, **settings.cutting_options)
    except (TypeError, ValueError) as error:
        known = ", ".join(f.name for f in fields(Cutting))
        raise ConfigError(
            "setting cutting_options", str(error), f"give seconds for some of {known}"
        ) from error


def speakers_of(settings: Settings) -> int:
    """Return how many voices a mono recording has; 0 to estimate, as in a meeting."""
    return 0 if settings.kind == "meeting" and settings.speakers == 2 else settings.speakers  # noqa: PLR2004


def emotion_of(settings: Settings) -> EmotionTagger | None:
    """Load the emotion classifier, unless nobody wants it."""
    if not settings.emotion:
        return None
    found: EmotionTagger = make("huiting.engines", "emotion")
    return found


def sounds_of(settings: Settings) -> SoundTagger | None:
    """Load the sound event detector, unless nobody wants it; with YAMNet where it is installed.

    Raises:
        ConfigError: there is no such engine or option.
        ModelUnavailable: YAMNet is installed and damaged, or weights of another are missing.
    """
    if not settings.sounds:
        return None
    other = choices.sound_detector_of(settings)
    if other is not None:
        return other
    found: SoundTagger = make("huiting.engines", "sounds", yamnet=yamnet_of(settings))
    return found


def yamnet_of(settings: Settings) -> Path | None:
    """Return where the optional model of sounds is; None when it was not asked for."""
    if settings.sound_detector != choices.YAMNET:
        return None
    if (
        catalogue.check(catalogue.model(choices.YAMNET), settings.models).state
        is catalogue.State.MISSING
    ):
        return None
    return next(iter(catalogue.weights(choices.YAMNET, settings.models).paths.values()))


def diarizer_of(settings: Settings) -> Diarizer | None:
    """Load the diarizer, unless mono recordings are to be left whole.

    Raises:
        ConfigError: there is no such engine or option.
        ModelUnavailable: weights are missing or wrong.
    """
    if settings.speakers == 1:
        return None
    other = choices.diarizer_of(settings)
    if other is not None:
        return other
    embedding, segmentation = (
        next(iter(catalogue.weights(name, settings.models).paths.values()))
        for name in DIARIZER_MODELS
    )
    found: Diarizer = make(
        "huiting.engines", "diarizer", embedding=embedding, segmentation=segmentation
    )
    return found


def roles_of(settings: Settings) -> RoleDecider:
    """Return what says who is who."""
    found: RoleDecider = make(
        "huiting.quality", "meeting" if settings.kind == "meeting" else "roles"
    )
    return found


def text_of(settings: Settings, hints: Hints, *, itn: bool = True) -> tuple[TextStage, ...]:
    """Return the text stages, in the order they run; without `itn`, numbers stay spoken."""
    punctuator = choices.punctuator_of(settings)
    script = None if settings.script == "as-heard" else settings.script
    return (
        make("huiting.text", "script", target=script),
        make("huiting.text", "hotwords", hotwords=hints.hotwords),
        *([make("huiting.text", "itn")] if itn else []),
        *([make("huiting.text", "marks", punctuator=punctuator)] if punctuator else []),
        make("huiting.text", "punctuation"),
    )


def made_by(settings: Settings) -> MadeBy:
    """Return what an analysis with these settings is made by; its digest is the pipeline's."""
    known = (catalogue.known(model, settings.models) for model in models_of(settings))
    models = {m.name: m.files[0].sha256 for m in known}
    if settings.emotion:
        models["emotion"] = _digest("emotion.npz", "emotion_words.toml", "meaning.npz")
    if settings.sounds and yamnet_of(settings) is not None:
        models[choices.YAMNET] = catalogue.model(choices.YAMNET).files[0].sha256
    return MadeBy(
        huiting=__version__,
        engine=settings.engine,
        models=models,
        meaning=understanding.digest_of(settings),
        settings=repr(
            (
                settings.profile,
                sorted(_tables(settings)),
                sorted(settings.vad_options.items()),
                settings.script,
                settings.kind,
                settings.sounds,
                # what is not named is not here: what was heard before is not heard anew
                *choices.told(settings),
            )
        ),
    )


def _tables(settings: Settings) -> Iterator[tuple[str, str]]:
    """Yield the options of the recognizer, and of those it is made of, as text."""
    for name in (settings.engine, *recognizers.parts_of(settings)):
        choice = recognizers.choice_of(recognizers.part(settings, name))
        yield name, repr((choice.engine, choice.model, sorted(choice.options.items())))


@cache
def _digest(*names: str) -> str:
    """Return the SHA-256 of files that come with the engines."""
    folder = files("huiting.engines")
    return sha256(b"".join((folder / name).read_bytes() for name in names)).hexdigest()
