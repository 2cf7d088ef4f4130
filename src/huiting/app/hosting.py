"""The model host as the settings ask for it, and what its child runs.

`host_of` is for the worker; `build` runs in the child, which is told the settings as data.
Recognizers are loaded once, when they are first asked for, and let go when nobody needs them;
what a single request wants otherwise, such as a language or hotwords, costs no loading.
"""

import json
import logging
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from huiting.app import understanding
from huiting.app.logs import start_logging
from huiting.app.readers import Readers
from huiting.app.recognizers import languages_of, named, parts_of, roster_of
from huiting.app.settings import Settings
from huiting.app.wiring import (
    audio_limits_of,
    diarizer_of,
    hearing_with,
    hints_of,
    kit_of,
    made_by,
    roles_of,
    speakers_of,
    text_of,
    threads_of,
    voice_detector_of,
)
from huiting.audio.decode import Limits as AudioLimits
from huiting.core.analysis import Analysis
from huiting.core.codec import to_json
from huiting.core.errors import ConfigError, InputError
from huiting.core.ports import Hints, Recognizer, SpeechMeter
from huiting.core.watch import Progress, Watch
from huiting.engines.careful import shared_with_care
from huiting.engines.footprint import Footprint, together
from huiting.engines.life import living
from huiting.engines.lively import (
    LivelyDiarizer,
    LivelySoundTagger,
    LivelySpeechMeter,
    LivelyVoiceDetector,
)
from huiting.engines.resting import Roster
from huiting.jobs.host.child import Function
from huiting.jobs.host.journal import Journal
from huiting.jobs.host.limits import Limits
from huiting.jobs.host.model_host import ModelHost
from huiting.pipeline import Kit, Source, analyze
from huiting.service.speech.measuring import measure
from huiting.service.tasks import ANALYZE, COMPARE, SPEECH, TRANSCRIBE, Measured, Request
from huiting.text.hotwords import parse_hotwords

log = logging.getLogger(__name__)

FACTORY = "huiting.app.hosting:build"
PLAIN = ("language", "languages", "script", "kind", "speakers", "profile", "engine")
"""Settings that a request may have otherwise."""
OTHER = ("hotwords", "roles", "itn")
"""What else it may say."""
RECOGNITION = ("language", "asr")
"""Stages in which a recognizer works."""
REST = 30.0
"""Seconds between looks for recognizers that nobody needs."""
KITS = 32
"""Kits kept that differ in what costs no loading."""
_settings = TypeAdapter(Settings)


def host_of(settings: Settings, limits: Limits) -> ModelHost:
    """Return the model host; nothing is loaded yet."""
    return ModelHost(FACTORY, _settings.dump_json(settings), tuple(sys.path), limits)


@contextmanager
def build(payload: bytes, journal: Journal) -> Iterator[Mapping[str, Function]]:
    """Load the models while inside; give the tasks of the child. A `child.Factory`.

    Raises:
        ConfigError: a setting is wrong.
        ModelUnavailable: weights are missing or wrong.
    """
    settings = _settings.validate_json(payload)
    start_logging(settings.log, sys.stderr)
    with ExitStack() as stack:
        kits = Kits(settings, journal, stack)
        kits.of("{}", whole=True)
        stack.enter_context(_at_rest(kits))
        yield {
            ANALYZE: partial(hear, kits=kits, whole=True),
            TRANSCRIBE: partial(hear, kits=kits, whole=False),
            COMPARE: partial(compare, kits=kits),
            SPEECH: partial(
                listen_for_speech,
                meter=LivelySpeechMeter(voice_detector_of(settings), journal.alive),
                limits=audio_limits_of(settings),
            ),
        }


@contextmanager
def _at_rest(kits: "Kits") -> Iterator[None]:
    """Let recognizers go that nobody needs, while inside."""
    over = threading.Event()

    def look() -> None:
        while not over.wait(REST):
            kits.rest()

    looking = threading.Thread(target=look, name="rest", daemon=True)
    looking.start()
    try:
        yield
    finally:
        over.set()
        looking.join()


def hear(
    payload: bytes, listen: Callable[[Progress], None], *, kits: "Kits", whole: bool
) -> bytes:  # fmt: skip
    """Return the analysis of a recording as JSON.

    Raises:
        InputError: the recording cannot be read, or what is wanted makes no sense.
        EngineError: a model failed.
    """
    request = Request.read(payload)
    with kits.living():
        made = kits.of(request.options, whole=whole)
        return to_json(_analyzed(request, made, Watch(listen)))


def compare(payload: bytes, listen: Callable[[Progress], None], *, kits: "Kits") -> bytes:
    """Return the words of a recording, and what hearing them took.

    Raises:
        InputError: the recording cannot be read, or what is wanted makes no sense.
        EngineError: a model failed.
    """
    request = Request.read(payload)
    made = kits.of(request.options, whole=False)
    watch = Watch(listen)
    with kits.living(), kits.held(made.settings):
        analysis = _analyzed(request, made, watch)
        taken = kits.taken(made.settings)
    seconds = sum(watch.seconds.get(stage, 0.0) for stage in RECOGNITION)
    return Measured(to_json(analysis), seconds, taken.memory, taken.cards).packed()


def _analyzed(request: Request, made: "Made", watch: Watch) -> Analysis:
    source = Source(
        audio=Path(request.path),
        name=request.name,
        roles=made.settings.roles or request.roles,
        started_at=request.started_at,
        metadata=dict(request.metadata),
    )
    analysis = analyze(source, made.kit, made.hints, watch)
    seconds = {stage: round(taken, 3) for stage, taken in watch.seconds.items()}
    log.info(
        "recording heard",
        extra={"recording": analysis.call.recording.id, "seconds": seconds},
    )
    return analysis


def listen_for_speech(
    payload: bytes, listen: Callable[[Progress], None], *, meter: SpeechMeter, limits: AudioLimits
) -> bytes:
    """Return how likely somebody speaks in a recording.

    Raises:
        InputError: the recording cannot be read.
        EngineError: the model failed.
    """
    request = Request.read(payload)
    watch = Watch(listen)
    found = measure(Path(request.path), meter, called=request.name, limits=limits, watch=watch)
    return found.packed()


@dataclass(frozen=True, slots=True)
class Made:
    """What one way of hearing is made with."""

    kit: Kit
    hints: Hints
    settings: Settings


class Kits:
    """Kits by what requests want. May be used from several threads.

    Args:
        settings: what holds where a request says nothing.
        journal: of the child.
        stack: closes what is opened.
        share: lets several threads use a recognizer.
    """

    def __init__(
        self,
        settings: Settings,
        journal: Journal,
        stack: ExitStack,
        share: Callable[
            [Recognizer, Journal], AbstractContextManager[Recognizer]
        ] = shared_with_care,
    ) -> None:
        self._share = share
        self._settings = settings
        self._journal = journal
        self._stack = stack
        self._readers = Readers(settings)
        self._loaded: Kit | None = None
        self._rosters: dict[str, Roster] = {}
        self._made: OrderedDict[tuple[str, bool], Made] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, options: str, *, whole: bool) -> Made:
        """Return the kit for a request.

        Args:
            options: JSON object of what it wants otherwise than the settings.
            whole: hear all there is; else only the words.

        Raises:
            InputError: it wants what there is not.
            ModelUnavailable: weights for it are missing.
        """
        with self._lock:
            made = self._made.pop((options, whole), None)
            if made is None:
                made = self._make(options, whole=whole)
            self._made[options, whole] = made
            while len(self._made) > KITS:
                self._made.popitem(last=False)
            return made

    def _make(self, options: str, *, whole: bool) -> Made:
        wanted = _read(options)
        settings = _changed(self._settings, wanted)
        hints = _hints(settings, wanted)
        loaded = self._load(settings)
        text = text_of(settings, hints, itn=wanted.get("itn") is not False)
        kit = replace(
            loaded,
            diarizer=loaded.diarizer or diarizer_of(settings),
            roles=roles_of(settings),
            text=text,
            made_by=made_by(settings),
            speakers=speakers_of(settings),
            languages=languages_of(settings),
        )
        if not whole:
            kit = replace(kit, emotion=None, sounds=None, meaning=(), documents=None)
        elif settings.kind != self._settings.kind:
            kit = replace(kit, meaning=understanding.stages_of(settings, self._readers))
        return Made(kit, hints, settings)

    def living(self) -> AbstractContextManager[None]:
        """Let engines that wait for another process say while inside that the task works on."""
        return living(self._journal.alive)

    def rest(self) -> None:
        """Let recognizers go that nobody has used for as long as the settings say."""
        for roster in self._rosters.copy().values():
            roster.rest()

    def held(self, settings: Settings) -> AbstractContextManager[Recognizer]:
        """Have the recognizer of the settings loaded while inside.

        Raises:
            ModelUnavailable: weights are missing, or it does not fit even alone.
        """
        return self._rosters[settings.profile].using(settings.engine)

    def taken(self, settings: Settings) -> Footprint:
        """Return what a recognizer took, and those it is made of that are loaded."""
        names = {settings.engine, *parts_of(settings)}
        known = self._rosters[settings.profile].loaded()
        return together(one.took for one in known if one.name in names)

    def _load(self, settings: Settings) -> Kit:
        """Return the kit with the recognizer that is wanted, and what shows life and a journal."""
        roster = self._roster(settings)
        if self._loaded is None:
            base = replace(self._settings, profile=settings.profile)
            hints = hints_of(self._settings)
            kit = self._stack.enter_context(kit_of(base, hints, self._readers, roster=roster))
            alive = self._journal.alive
            self._loaded = replace(
                kit,
                vad=LivelyVoiceDetector(kit.vad, alive),
                diarizer=None if kit.diarizer is None else LivelyDiarizer(kit.diarizer, alive),
                sounds=None if kit.sounds is None else LivelySoundTagger(kit.sounds, alive),
            )
        return hearing_with(self._loaded, settings, roster)

    def _shared(self, recognizer: Recognizer) -> AbstractContextManager[Recognizer]:
        return self._share(recognizer, self._journal)

    def _roster(self, settings: Settings) -> Roster:
        """Return the recognizers of a profile."""
        profile = settings.profile
        if profile not in self._rosters:
            base = replace(self._settings, profile=profile)
            made = roster_of(base, threads_of(base), self._shared, self._journal.waiting)
            self._stack.callback(made.close)
            self._rosters[profile] = made
        return self._rosters[profile]


def _read(options: str) -> dict[str, Any]:
    """Return what a request wants otherwise, without what it leaves open."""
    try:
        found = json.loads(options)
    except ValueError as error:
        raise InputError("options", f"not JSON ({error})", "give a JSON object") from error
    if not isinstance(found, dict):
        raise InputError("options", "no JSON object", "give one")
    if unknown := found.keys() - {*PLAIN, *OTHER}:
        raise InputError(
            f"options: {', '.join(sorted(unknown))}",
            "there is no such option",
            f"choose from {', '.join((*PLAIN, *OTHER))}",
        )
    return {name: value for name, value in found.items() if value is not None}


def _changed(settings: Settings, wanted: Mapping[str, Any]) -> Settings:
    """Return the settings with what a request wants otherwise."""
    changes = {name: wanted[name] for name in (*PLAIN, "roles") if name in wanted}
    if not changes:
        return settings
    if (engine := changes.pop("engine", None)) is not None:
        try:
            settings = named(settings, str(engine))
        except ConfigError as error:
            raise InputError(error.subject, error.reason, error.remedy) from error
    try:
        return _settings.validate_python(_settings.dump_python(settings, mode="json") | changes)
    except ValidationError as error:
        wrong = error.errors()[0]
        name = str(wrong["loc"][0]) if wrong["loc"] else "options"
        raise InputError(f"option {name}", wrong["msg"], "correct the value") from error


def _hints(settings: Settings, wanted: Mapping[str, Any]) -> Hints:
    """Return what is known before the call is heard: the team's list, and the request's words."""
    try:
        hints = hints_of(settings)
    except ConfigError as error:
        raise InputError(error.subject, error.reason, error.remedy) from error
    lines = wanted.get("hotwords") or []
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        raise InputError("option hotwords", "no list of words", "give a list of strings")
    own = parse_hotwords("\n".join(lines), "hotwords")
    both = {word.text: word for word in [*hints.hotwords, *own]}
    return replace(hints, hotwords=tuple(both.values()))
