"""One live call: samples in, updates out.

All that follows from the audio alone follows tick by tick, so that it does not depend on how
the audio was cut. Answers to what was asked may come at any time and in any order.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import count

import numpy as np
from numpy.typing import NDArray

from huiting.core.errors import Conflict
from huiting.core.ports import RoleDecider, StreamingDetector
from huiting.core.types import (
    Call,
    Channel,
    Emotion,
    EmotionLabel,
    Party,
    Recording,
    Region,
    Rejected,
    Role,
    RoleSource,
    Segment,
)
from huiting.live.asks import Ask
from huiting.live.plan import Plan
from huiting.live.pulse import Talk
from huiting.live.scene import Board, Scene, Watcher
from huiting.live.segmenting import RATE, Moment, Segmenting, Withdrawn
from huiting.live.transcript import Answer, Transcript
from huiting.live.updates import Final, Lost, Mood, Pulse, Speech, Strain, Update

TICK = 1_536
"""Samples that are worked on at once: 96 ms, three frames of the voice detector."""
UNKNOWN = Recording(
    id="live", path="live", size=0, duration=0.0, rate=RATE, codec="live", channels=()
)


class Session:
    """A live call. One thread at a time."""

    def __init__(
        self,
        channels: Sequence[Channel],
        detectors: Mapping[int, StreamingDetector],
        plan: Plan | None = None,
        *,
        recording: Recording = UNKNOWN,
        watchers: Sequence[Watcher] = (),
        decide: RoleDecider | None = None,
        language: str | None = None,
    ) -> None:
        """Begin a call at 0:00.

        Args:
            channels: in the order in which `feed` gets them, with the roles that are known.
            detectors: a fresh one for each channel, by its index.
            plan: how it is cut and told.
            recording: what is known of it: id, name, metadata, when it began.
            watchers: what gives cues; fresh ones.
            decide: says who is who where a role is not known; None to leave it open.
            language: of the call, ISO 639, where it is known.
        """
        self._plan = plan or Plan()
        numbers = count(1)
        self._voices = {
            c.index: Segmenting(c.index, detectors[c.index], self._plan, numbers.__next__)
            for c in channels
        }
        self._recording = replace(recording, channels=tuple(channels))
        self._watchers = tuple(watchers)
        self._decide = decide
        self._language = language
        self._parties = tuple(_party(channel) for channel in channels)
        self._transcript = Transcript(self._voices)
        self._left = [np.zeros(0, np.float32) for _ in channels]
        self._samples = 0
        self._asks: list[Ask] = []
        self._talk = Talk(self._voices)
        self._pulsed = 0.0
        self._board = Board()
        self._strained = False
        self._finished = False

    @property
    def at(self) -> float:
        """Seconds of audio heard."""
        return self._samples / RATE

    @property
    def over(self) -> bool:
        """Finished, and all that was said is told."""
        return self._finished and not self._transcript.waiting

    def feed(self, channels: Sequence[NDArray[np.float32]]) -> list[Update]:
        """Take the next audio at 16 kHz; return what follows from it.

        Args:
            channels: a row of samples for each channel, all of the same length.

        Raises:
            Conflict: the call was finished before.
            ValueError: the rows do not fit.
            EngineError: a voice detector failed.
        """
        if self._finished:
            raise Conflict("live call", "audio came after its end", "open another call")
        if len(channels) != len(self._left) or len({len(row) for row in channels}) > 1:
            raise ValueError(f"need {len(self._left)} rows of one length")
        rows = [np.concatenate(pair) for pair in zip(self._left, channels, strict=True)]
        whole = len(rows[0]) // TICK * TICK
        self._left = [row[whole:] for row in rows]
        found: list[Update] = []
        for start in range(0, whole, TICK):
            found += self._tick([row[start : start + TICK] for row in rows])
        return found

    def finish(self) -> list[Update]:
        """End the call; what is being said is asked for as it is. Nothing follows a second time."""
        if self._finished:
            return []
        found = list(self._tick(self._left))
        self._finished = True
        for voice in self._voices.values():
            found += self._moments(voice.channel, voice.finish())
        if self.at > self._pulsed or not self._samples:
            found.append(self._pulse())
        return [*found, *self._look()]

    def asks(self) -> list[Ask]:
        """Return what is to be decoded since the last time, in the order in which it came up.

        Of what is not final only the newest of each channel, and that only while it is open.
        """
        newest = {ask.channel: ask for ask in self._asks}
        asks = [ask for ask in self._asks if ask.final or newest[ask.channel] is ask]
        self._asks = []
        return [ask for ask in asks if self.wanted(ask)]

    def wanted(self, ask: Ask) -> bool:
        """Tell whether an answer to it would still be of use: ask just before decoding."""
        return self._transcript.wanted(ask)

    def heard(
        self,
        ask: Ask,
        segments: Sequence[Segment],
        impressions: Sequence[NDArray[np.float32]] = (),
    ) -> list[Update]:
        """Take what was said in what was asked for.

        Args:
            ask: as given.
            segments: by start, times on the clock of the call; without those of earlier speech
                (see `hearing.segments_of`).
            impressions: of each segment, of an ask that is `complete`; empty when nobody listens
                for emotion.
        """
        role = self._role(ask.channel)
        said = tuple(replace(s, channel=ask.channel, role=role) for s in segments)
        found: list[Update] = list(self._transcript.hear(ask, Answer(said, tuple(impressions))))
        return [*found, *self._said(found)]

    def failed(self, ask: Ask, reason: str) -> list[Update]:
        """Take that it could not be decoded; of what was not final nothing follows."""
        found: list[Update] = list(self._transcript.fail(ask, reason))
        return [*found, *self._said(found)]

    def voice(self, channel: int) -> tuple[Sequence[Segment], Sequence[NDArray[np.float32]]]:
        """Return what a channel has said, and the impressions of it: to be judged for emotion.

        As many of one as of the other, or no impressions at all.
        """
        return self._transcript.voice(channel)

    def felt(self, channel: int, emotions: Sequence[Emotion]) -> list[Update]:
        """Take the emotions of the segments that `voice` gave, or of the first of them."""
        self._transcript.feel(channel, emotions)
        return list(self._look())

    def strained(self, *, on: bool, behind: float) -> list[Update]:
        """Take whether the machine keeps up; tells it when that changes.

        Args:
            on: partials are left out.
            behind: seconds of speech that wait to be decoded.
        """
        if on is self._strained:
            return []
        self._strained = on
        return [Strain(self.at, on, behind)]

    def call(self) -> Call:
        """Return all that is known of the call."""
        regions = [
            Region(index, None, span)
            for index, voice in self._voices.items()
            for span in voice.regions
        ]
        roles = {party.channel: party.role for party in self._parties}
        segments = [replace(s, role=roles[s.channel]) for s in self._transcript.segments()]
        return Call(
            recording=replace(self._recording, duration=self.at),
            parties=self._parties,
            regions=tuple(sorted(regions, key=lambda r: (r.span, r.channel))),
            segments=tuple(segments),
            rejected=tuple(
                Rejected(channel, span, "unheard")
                for channel, span in sorted(self._transcript.gaps(), key=lambda gap: gap[1])
            ),
            language=self._language or most_spoken(segments),
        )

    def _tick(self, rows: Sequence[NDArray[np.float32]]) -> Iterator[Update]:
        self._samples += len(rows[0])
        for voice, row in zip(self._voices.values(), rows, strict=True):
            yield from self._moments(voice.channel, voice.feed(row))
        if self.at - self._pulsed >= self._plan.pulse:
            yield self._pulse()
            yield from self._look()

    def _moments(self, channel: int, moments: Iterable[Moment]) -> Iterator[Update]:
        for moment in moments:
            if isinstance(moment, Speech):
                yield moment
            elif isinstance(moment, Withdrawn):
                yield from self._transcript.withdraw(channel, moment.number, self.at)
            else:
                yield from self._asked(moment)
        self._talk.count(channel, self._voices[channel].regions)

    def _asked(self, ask: Ask) -> Iterator[Update]:
        self._asks.append(ask)
        if ask.final:
            told = list(self._transcript.end(ask))
            yield from told
            yield from self._said(told)

    def _said(self, told: Sequence[Update]) -> Iterator[Update]:
        """Take note of what was told."""
        finals = [update for update in told if isinstance(update, Final | Lost)]
        if not finals:
            return
        for final in finals:
            self._talk.say(final.segments if isinstance(final, Final) else ())
        if self._decide is not None and any(
            p.source is not RoleSource.GIVEN for p in self._parties
        ):
            self._parties = tuple(self._decide(self.call()))
        yield from self._look()

    def _role(self, channel: int) -> Role:
        return next(party.role for party in self._parties if party.channel == channel)

    def _pulse(self) -> Pulse:
        self._pulsed = self.at
        return Pulse(
            at=self.at,
            talk=dict(self._talk.seconds),
            silence=max(0.0, self.at - self._quiet_since()),
            overlap=self._talk.overlap,
            rate=self._talk.rates,
            moods={index: moods[-1] for index in self._voices if (moods := self._moods(index))},
            roles={party.channel: party.role for party in self._parties},
        )

    def _moods(self, channel: int) -> list[Mood]:
        return [
            Mood(segment.span.end, emotion.label, emotion.odds.get(EmotionLabel.ANGRY))
            for segment, emotion in self._transcript.felt(channel)
        ]

    def _quiet_since(self) -> float:
        """Return when anybody spoke last; now, while somebody does."""
        if any(v.going is not None and v.going.sure for v in self._voices.values()):
            return self.at
        return max((v.regions[-1].end for v in self._voices.values() if v.regions), default=0.0)

    def _settled(self) -> float:
        """Return the moment before which all that was said is told."""
        moments = []
        for index, voice in self._voices.items():
            moments += [voice.settled]
            moments += [
                at for at in (voice.open, self._transcript.unheard(index)) if at is not None
            ]
        return min(moments)

    def _look(self) -> Iterator[Update]:
        if not self._watchers:
            return
        scene = Scene(
            at=self.at,
            settled=self.at if self.over else self._settled(),
            over=self._finished,
            silent_since=self._quiet_since(),
            overlaps=self._talk.overlaps,
            make=self.call,
        )
        cues = [cue for watcher in self._watchers for cue in watcher.look(scene)]
        yield from self._board.now(cues, self.at)


def _party(channel: Channel) -> Party:
    known = channel.role is not Role.UNKNOWN
    return Party(
        channel.index, None, channel.role, RoleSource.GIVEN if known else RoleSource.ASSUMED
    )


def most_spoken(segments: Iterable[Segment]) -> str | None:
    """Return the language in which most is said."""
    said: dict[str, int] = {}
    for segment in segments:
        if segment.language is not None:
            said[segment.language] = said.get(segment.language, 0) + len(segment.text)
    return max(said, key=lambda code: said[code], default=None)
