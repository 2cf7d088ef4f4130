"""What emotion, sounds, meaning and rules add to the time of recognition.

Usage: python bench/cost.py [--shared ../shared] [--rules rules/common.yaml ...]

Analyzes the calls of `calls/open` one after the other with the product's own parts and takes
the CPU time of every stage of the same run, all threads together. Listening for emotion
happens while a call is recognized, so its tagger is timed apart and taken off. Writes
results/cost.md.
"""

import argparse
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from huiting.app.judging import Judge, context_of, flat
from huiting.app.settings import resolve
from huiting.app.wiring import hints_of, kit_of
from huiting.core.ports import EmotionTagger, States
from huiting.core.types import Audio, Emotion, Segment
from huiting.core.watch import Watch
from huiting.pipeline import Source, analyze

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "cost.md"
TARGET = 0.25
ADDED = ("emotion", "sounds", "meaning", "rules")


@dataclass
class Timed:
    """An `EmotionTagger` that tells how long listening takes."""

    tagger: EmotionTagger
    seconds: float = 0.0
    _began: float = field(default=0.0, repr=False)

    def listen(self, clip: Audio, states: States | None, /) -> NDArray[np.float32]:
        """Listen, and add up the time."""
        began = time.process_time()
        found = self.tagger.listen(clip, states)
        self.seconds += time.process_time() - began
        return found

    def judge(
        self, segments: Sequence[Segment], impressions: Sequence[NDArray[np.float32]], /
    ) -> Sequence[Emotion]:
        """Judge; its time is that of the stage."""
        return self.tagger.judge(segments, impressions)


def main() -> None:
    """Measure and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=HERE.parents[1] / "shared")
    parser.add_argument("--rules", type=Path, nargs="*", default=[HERE.parent / "rules"])
    options = parser.parse_args()
    calls = options.shared / "calls" / "open"
    files = sorted(p for p in calls.glob("*") if p.suffix != ".json")
    if not files:
        RESULTS.write_text("# Cost\n\nNot measured: there are no calls beside the project.\n")
        return
    seconds, audio, rules = measure(files, options.rules)
    RESULTS.write_text(table(seconds, audio, len(files), rules), encoding="utf-8")
    print(RESULTS.read_text(encoding="utf-8"))


def measure(files: Sequence[Path], rules: Sequence[Path]) -> tuple[dict[str, float], float, int]:
    """Return the CPU seconds of each stage, the seconds of audio, and how many rules there are."""
    settings = resolve({"sidecars": False}).settings
    hints = hints_of(settings)
    judge = Judge.read(rules, [], context_of(settings))
    total: dict[str, float] = defaultdict(float)
    audio = 0.0
    with kit_of(settings, hints) as kit:
        assert kit.emotion is not None
        timed = Timed(kit.emotion)
        parts = replace(kit, emotion=timed)
        for warm in (True, False):
            for path in files[:2] if warm else files:
                watch = Watch(clock=time.process_time)
                analysis = analyze(Source(path, str(path)), parts, hints, watch)
                with watch("rules"):
                    judge.judge(flat(analysis))
                if not warm:
                    audio += analysis.call.recording.duration
                    for stage, spent in watch.seconds.items():
                        total[stage] += spent
            if warm:
                timed.seconds = 0.0
    total["asr"] -= timed.seconds
    total["emotion"] += timed.seconds
    return dict(total), audio, sum(len(rule_set.rules) for rule_set in judge.rules)


def table(seconds: dict[str, float], audio: float, calls: int, rules: int) -> str:
    """Return the figures as Markdown."""
    base = sum(spent for stage, spent in seconds.items() if stage not in ADDED)
    added = sum(seconds.get(stage, 0.0) for stage in ADDED)
    run = f"{calls} calls, {audio / 60:.1f} minutes, {rules} rules, CPU time of one run"
    alone = f"Against recognition alone (the stage asr): {added / seconds['asr']:.1%}."
    lines = [
        "# Cost",
        "",
        f"Written by `python bench/cost.py`: {run}.",
        "",
        "| stage | CPU s | of what it took before |",
        "|---|---|---|",
    ]
    lines += [f"| {stage} | {spent:.2f} | {spent / base:.1%} |" for stage, spent in seconds.items()]
    lines += [
        f"| **added by {', '.join(ADDED)}** | {added:.2f} | **{added / base:.1%}** |",
        "",
        f"{alone} The bound is {TARGET:.0%}.",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
