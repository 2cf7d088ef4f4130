"""How soon live calls show what is said, how many a machine holds, and how well they are heard.

Usage: python bench/live.py [--shared ../shared] [--models FOLDER] [--calls 1 2 3 4 6]
                            [--seconds 60] [--threads 2] [--quick]

Stereo Mandarin calls of `calls/open` are streamed at real time, several at once, as 8 kHz PCM in
frames of 20 ms, through sessions and a desk with threads that decode, all in this process, with
the embedded engine. Delays are those of every tenth of a second of speech until text that
covers it is shown (speech to shown), of partials behind the sound they cover, and of finals behind
the end of their segment, the pause that ends it included. On a machine that does other things the
times mean little; how they grow with the calls means more. Then all calls are streamed without a
clock for the CER of live finals beside that of the whole pipeline. `--quick` leaves that out.
Writes results/live.md.
"""

import argparse
import json
import os
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from functools import reduce
from itertools import count, cycle
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from platformdirs import user_cache_path

from huiting.app.settings import Settings
from huiting.app.wiring import kit_of, voice_detector_of
from huiting.audio.arriving import Arriving, Encoding
from huiting.audio.decode import decode
from huiting.core.ports import Hints, StreamingVoice
from huiting.core.types import Audio, Channel, Role, Span
from huiting.live.asks import Ask
from huiting.live.desk import Desk
from huiting.live.hearing import segments_of
from huiting.live.plan import Plan
from huiting.live.session import Session
from huiting.live.updates import Final, Partial, Strain, Update
from huiting.pipeline import Kit, Samples, Source, analyze
from huiting.text.error_rate import NOTHING, ErrorRate, score_channel, unit_of

RESULTS = Path(__file__).parent / "results" / "live.md"
RATE = 8_000
FRAME = 0.02
STEP = 0.1
"""Seconds between the moments of speech whose delay is taken."""
HINTS = Hints(language="zh")


@dataclass(frozen=True, slots=True)
class Voices:
    """A call to be streamed."""

    name: str
    roles: tuple[Role, ...]
    samples: np.ndarray
    """16 bit, shape (frames, 2)."""
    turns: tuple[dict[str, Any], ...]

    @property
    def duration(self) -> float:
        """Seconds."""
        return len(self.samples) / RATE


@dataclass(slots=True)
class Line:
    """A call while it is streamed."""

    voices: Voices
    session: Session
    arriving: Arriving
    began: float
    lock: threading.Lock = field(default_factory=threading.Lock)
    fed: int = 0
    shown: list[tuple[float, Update]] = field(default_factory=list)
    """When what was told."""
    asked: dict[int, Ask] = field(default_factory=dict)
    """The last ask of each segment."""


@dataclass(frozen=True, slots=True)
class Delays:
    """Seconds, of all calls together."""

    calls: int
    speech: list[float]
    partials: list[float]
    finals: list[float]
    strained: int
    busy: float
    """Share of the processors that was used by this process."""


def voices_of(folder: Path) -> list[Voices]:
    found = []
    for truth in sorted(folder.glob("*.json")):
        call = json.loads(truth.read_text("utf-8"))
        if call["channels"] != 2 or call["lang"] != "zh":
            continue
        with decode(folder / call["file"], rate=RATE) as decoded:
            whole = Span(0.0, decoded.duration)
            tracks = [track.cut(whole).samples for track in decoded.tracks]
        samples = (np.clip(np.stack(tracks, axis=1), -1, 1) * 32767).astype("<i2")
        roles = tuple(Role(role) for role in call["roles"])
        found.append(Voices(call["id"], roles, samples, tuple(call["turns"])))
    return found


def line_of(voices: Voices, detector: StreamingVoice, plan: Plan, began: float) -> Line:
    channels = [Channel(i, role) for i, role in enumerate(voices.roles)]
    session = Session(channels, {c.index: detector.stream() for c in channels}, plan)
    return Line(voices, session, Arriving(RATE, len(channels), Encoding.PCM16), began)


def hear(ask: Ask, line: Line, kit: Kit) -> list[Update]:
    """Decode an ask and tell the session."""
    [hypothesis] = kit.asr.transcribe([ask.audio], HINTS)
    heard = segments_of(ask, hypothesis)
    written = [reduce(lambda s, stage: stage(s), kit.text, segment) for segment in heard]
    impressions = []
    if ask.complete and kit.emotion is not None:
        for segment in written:
            begin = ask.offsets[0] + segment.span.start - ask.spans[0].start
            place = Span(max(0.0, begin), max(0.0, begin) + segment.span.duration)
            states = hypothesis.states and hypothesis.states.cut(place)
            impressions.append(kit.emotion.listen(ask.audio.cut(place), states))
    with line.lock:
        return line.session.heard(ask, written, impressions)


def decode_all(desk: Desk, lines: dict[str, Line], kit: Kit) -> None:
    """Take from the desk until it is closed."""
    while (work := desk.take()) is not None:
        line = lines[work.session]
        with line.lock:
            wanted = line.session.wanted(work.ask)
        if wanted:
            told = hear(work.ask, line, kit)
            now = time.perf_counter()
            line.shown += [(now, update) for update in told]
        desk.done(work)


def feed(line: Line, key: str, desk: Desk, now: float) -> bool:
    """Feed what has arrived by now; tell whether the call goes on."""
    due = min(len(line.voices.samples), int((now - line.began) / FRAME) * int(FRAME * RATE))
    if due <= line.fed:
        return due < len(line.voices.samples)
    data = line.voices.samples[line.fed : due].tobytes()
    line.fed = due
    with line.lock:
        told = line.session.feed(line.arriving.feed(data))
        over = due == len(line.voices.samples)
        if over:
            told += line.session.feed(line.arriving.finish()) + line.session.finish()
        told += line.session.strained(on=desk.strained, behind=desk.behind(key))
        asks = line.session.asks()
    line.shown += [(time.perf_counter(), update) for update in told]
    line.asked |= {ask.number: ask for ask in asks}
    desk.put(key, asks)
    return not over


def streamed(
    calls: Sequence[Voices], many: int, seconds: float, threads: int, kit: Kit, detector: StreamingVoice
) -> Delays:  # fmt: skip
    """Stream so many calls at once, for so long."""
    desk, lines, running = Desk(time.perf_counter), dict[str, Line](), list[str]()
    plan, numbers, source = Plan(), count(), cycle(calls)
    workers = [
        threading.Thread(target=decode_all, args=(desk, lines, kit), daemon=True)
        for _ in range(threads)
    ]
    for worker in workers:
        worker.start()
    began, used = time.perf_counter(), time.process_time()
    while (now := time.perf_counter()) < began + seconds or running:
        while len(running) < many and now < began + seconds:
            key = str(next(numbers))
            # not all at the same moment of the same ring-back
            late = 0.7 * len(running)
            lines[key] = line_of(next(source), detector, plan, now + late)
            running.append(key)
        running = [key for key in running if feed(lines[key], key, desk, now)]
        time.sleep(FRAME / 2)
    wall, used = time.perf_counter() - began, time.process_time() - used
    while not all(line.session.over for line in lines.values()):
        time.sleep(FRAME)
    desk.close()
    for worker in workers:
        worker.join()
    return delays(many, lines.values(), used / wall / len(os.sched_getaffinity(0)))


def delays(many: int, lines: Iterable[Line], busy: float) -> Delays:
    found = Delays(many, [], [], [], 0, busy)
    strained = 0
    for line in lines:
        reached: dict[int, list[tuple[float, float, float]]] = {}
        for at, update in line.shown:
            when = at - line.began
            if isinstance(update, Partial):
                found.partials.append(when - update.span.end)
                shown = (when, update.span.start, update.span.end)
                reached.setdefault(update.channel, []).append(shown)
            elif isinstance(update, Final) and update.number in line.asked:
                ask = line.asked[update.number]
                found.finals.append(when - ask.own[-1].end)
                shown = (when, ask.own[0].start, ask.own[-1].end)
                reached.setdefault(ask.channel, []).append(shown)
            strained += isinstance(update, Strain) and update.on
        for region in line.session.call().regions:
            moments = np.arange(region.span.start, region.span.end, STEP)
            found.speech.extend(_covered(moments, reached.get(region.channel, [])))
    return replace(found, strained=strained)


def _covered(
    moments: NDArray[np.float64], shown: Sequence[tuple[float, float, float]]
) -> Iterator[float]:
    """Yield how long after each moment text is shown that reaches it."""
    for moment in moments:
        when = [at for at, start, end in shown if start <= moment + STEP and moment <= end]
        if when:
            yield float(min(when) - moment)


def written(voices: Voices, kit: Kit, detector: StreamingVoice, plan: Plan) -> list[str]:
    """Return what the finals of a call say, by channel, without a clock."""
    line = line_of(voices, detector, plan, 0.0)
    said: dict[int, str] = dict.fromkeys(range(len(voices.roles)), "")
    for start in range(0, len(voices.samples), RATE):
        line.session.feed(line.arriving.feed(voices.samples[start : start + RATE].tobytes()))
        for ask in line.session.asks():
            hear(ask, line, kit)
    line.session.feed(line.arriving.finish())
    line.session.finish()
    for ask in line.session.asks():
        hear(ask, line, kit)
    for segment in line.session.call().segments:
        said[segment.channel] += segment.text
    return list(said.values())


def batched(voices: Voices, kit: Kit) -> list[str]:
    """Return what the pipeline makes of a call, by channel."""
    audio = Samples(voices.samples.T, RATE)
    analysis = analyze(Source(audio, voices.name, voices.roles), kit, HINTS)
    said = dict.fromkeys(range(len(voices.roles)), "")
    for segment in analysis.call.segments:
        said[segment.channel] += segment.text
    return list(said.values())


def score(calls: Sequence[Voices], texts: Sequence[Sequence[str]]) -> ErrorRate:
    total = NOTHING
    for voices, said in zip(calls, texts, strict=True):
        for index, text in enumerate(said):
            turns = [(t["spoken"], t["written"]) for t in voices.turns if t["channel"] == index]
            total += score_channel(text, turns, unit_of("zh"))
    return total


def percentile(values: Sequence[float], percent: float) -> str:
    return f"{np.percentile(values, percent):.2f}" if values else "-"


def table(rows: Sequence[Delays]) -> Iterator[str]:
    yield "| calls | speech to shown p50 / p95 | partials p50 / p95 | finals p50 / p95 | finals | times strained | processors used |"
    yield "|---|---|---|---|---|---|---|"
    for row in rows:
        cells = [
            f"{percentile(values, 50)} / {percentile(values, 95)} s"
            for values in (row.speech, row.partials, row.finals)
        ]
        yield (
            f"| {row.calls} | {' | '.join(cells)} | {len(row.finals)} | {row.strained} |"
            f" {row.busy:.0%} |"
        )


def most_held(rows: Sequence[Delays]) -> int:
    """Return how many calls are held before the p95 of one call has doubled."""
    least = [np.percentile(values, 95) for values in (rows[0].speech, rows[0].finals)]
    held = 0
    for row in rows:
        now = [np.percentile(values, 95) for values in (row.speech, row.finals)]
        if any(a > 2 * b for a, b in zip(now, least, strict=True)):
            break
        held = row.calls
    return held


def accuracy(calls: Sequence[Voices], kit: Kit, detector: StreamingVoice) -> Iterator[str]:
    yield "| finals | CER |"
    yield "|---|---|"
    for name, plan in (
        ("each segment alone", Plan(interim=False, context=0.0)),
        ("with up to 4 s of earlier speech", Plan(interim=False, context=4.0)),
        ("with up to 8 s, the default", Plan(interim=False)),
    ):
        texts = [written(voices, kit, detector, plan) for voices in calls]
        yield f"| live, {name} | {score(calls, texts).rate:.1%} |"
    whole = score(calls, [batched(voices, kit) for voices in calls])
    yield f"| the whole pipeline, after the call | {whole.rate:.1%} |"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--models", type=Path, default=user_cache_path("huiting") / "models")
    parser.add_argument("--calls", type=int, nargs="+", default=[1, 2, 3, 4, 6])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--first", type=int, default=None, help="so many calls only")
    parser.add_argument("--quick", action="store_true")
    return parser.parse_args()


def main() -> None:
    """Measure, print and write."""
    given = arguments()
    folder = given.shared / "calls" / "open"
    if not folder.is_dir():
        print(f"left out: no calls in {folder}")
        return
    calls = voices_of(folder)[: given.first]
    settings = Settings(models=given.models, sounds=False)
    detector = voice_detector_of(settings)
    about = "{} calls in turn; {} processors, {} threads that decode; load at the beginning {:.1f}."
    report = [
        "# Live calls",
        "",
        about.format(len(calls), len(os.sched_getaffinity(0)), given.threads, os.getloadavg()[0]),
        "",
    ]
    with kit_of(settings, HINTS, share=nullcontext) as kit:  # two that speak are two decodings
        list(kit.asr.transcribe([Audio(np.zeros(16_000, np.float32), 16_000)], HINTS))
        rows = [
            streamed(calls, many, given.seconds, given.threads, kit, detector)
            for many in given.calls
        ]
        report += [
            *table(rows),
            "",
            f"Most calls before a p95 of one call doubles: {most_held(rows)}.",
        ]
        if not given.quick:
            report += ["", *accuracy(calls, kit, detector)]
    text = "\n".join(report) + "\n"
    print(text)
    RESULTS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
