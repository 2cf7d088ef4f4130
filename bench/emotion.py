"""How well emotion is told from voice and words, how sure it is, and what it costs.

Usage: python bench/emotion.py [--shared ../shared] [--models FOLDER] [--cache FOLDER]
       [--recognized FOLDER]

German acted speech, each speaker in turn left out of all training (tools/train_emotion.py
holds the protocol), and with the words left out too; neutral speech in four languages; the turns of `calls/open` from their
text alone, and from their sound with what Huiting recognized. `--recognized` names a folder of
analyses in JSON that `huiting analyze` wrote; without it the calls are analyzed, which takes
minutes. Writes results/emotion.md.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import soundfile  # type: ignore[import-untyped]
import soxr
from numpy.typing import NDArray
from platformdirs import user_cache_path
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from huiting import Analyzer
from huiting.audio.decode import decode
from huiting.core.codec import from_json
from huiting.core.ports import Hints, States
from huiting.core.types import Audio, Emotion, EmotionLabel, Role, Segment, Span
from huiting.engines import emotion
from huiting.engines._emotion_heads import CALM
from huiting.engines.emotion import Emotions, joined, labelled
from huiting.engines.whisper import Whisper, build

sys.path.insert(0, str(Path(__file__).parents[1] / "tools"))
import emotion_corpus  # type: ignore[import-not-found]
import train_emotion  # type: ignore[import-not-found]

RESULTS = Path(__file__).parent / "results" / "emotion.md"
SAID = {
    "neutral": EmotionLabel.NEUTRAL,
    "angry": EmotionLabel.ANGRY,
    "happy": EmotionLabel.HAPPY,
    "anxious": EmotionLabel.FEARFUL,
    "sad": EmotionLabel.SAD,
}
"""What the turns of the calls are labeled, and the label nearest to it."""
BINS = (0.45, 0.55, 0.65, 0.75, 0.85, 0.95, 1.01)
RATE = 16_000
Floats = NDArray[np.float32]


def auc(scores: Floats, positive: NDArray[np.bool_]) -> float:
    """Return how often a positive is ranked above a negative."""
    above = scores[positive][:, None] - scores[~positive][None]
    return float(np.mean((above > 0) + 0.5 * (above == 0)))


def percent(value: float) -> str:
    return f"{100 * value:.1f} %"


@dataclass(frozen=True, slots=True)
class Acted:
    """The acted corpus, and what heads make of what was left out of them."""

    corpus: train_emotion.Corpus
    voices: Sequence[train_emotion.Fold]
    """A speaker left out of each."""
    wordings: Sequence[train_emotion.Fold]
    """A speaker and two of the ten wordings left out of each."""
    scale: tuple[float, float]

    def odds(self, take: str, how: str, *, seen: bool = True) -> Floats:
        """Return the odds of each sentence: "alone", as a "voice", or with "other words"."""
        folds = self.wordings if how == "other words" else self.voices
        found: Floats = train_emotion.odds_of(
            folds, take, alone=how != "voice", scale=self.scale, seen=seen
        )
        return found


def acted(known: Acted) -> list[str]:
    corpus = known.corpus
    names = corpus.classes
    ways = ("alone", "voice", "other words")
    lines = [
        "## Acted German, each speaker left out",
        "",
        "EMO-DB: 535 sentences, 10 speakers, seven classes as labeled (anger, boredom, disgust,",
        "fear, happiness, neutral, sadness). For each speaker both heads and all statistics are",
        "learnt anew from the nine others, in all takes. *Alone*: each sentence is a call of its",
        "own, nothing is known of the voice. *Voice*: all sentences of the speaker are one voice,",
        "whose calm baseline is estimated without labels, as in a call. *Other words*: alone, and",
        "of the ten wordings those two that are judged are left out too, as nobody who calls says",
        "what was learnt; this is the figure to expect more of. Unweighted recall of seven classes;",
        "of six labels (boredom counted as neutral); area under the curve for anger against all",
        "else. How the discriminants are mixed was chosen by these figures, which flatters them.",
        "",
        f"| take | {' | '.join(f'{how}: 7 classes | 6 labels | anger' for how in ways)} |",
        "|---" * 10 + "|",
    ]
    merged = merge(names)
    for take in corpus.heard:
        row = [cell for how in ways for cell in figures(known.odds(take, how), corpus, merged)]
        lines.append(f"| {' | '.join([take, *row])} |")
    for take in ("wide", "phone"):
        row = [
            cell
            for how in ways
            for cell in figures(known.odds(take, how, seen=False), corpus, merged)
        ]
        lines.append(f"| {' | '.join([f'{take}, prosody alone', *row])} |")
    lines += ["", "### Confusion", "", "Wide band, alone; rows are the truth.", ""]
    odds = known.odds("wide", "alone")
    lines += [f"| | {' | '.join(n.lower() for n in names)} |", "|---" * (len(names) + 1) + "|"]
    for c, name in enumerate(names):
        found = np.bincount(odds.argmax(axis=1)[corpus.truth == c], minlength=len(names))
        lines.append(f"| {name.lower()} | {' | '.join(map(str, found))} |")
    return [*lines, "", *calibration(known), "", *outbursts(known)]


def outbursts(known: Acted) -> list[str]:
    """Return what is named where one sentence of a voice is emotional and nineteen are calm."""
    lines = [
        "### One outburst in a calm voice",
        "",
        "Each sentence as the last of a call whose other 19 are calm ones of the same speaker;",
        "speaker and wording left out, labels given as in calls, without words. Of *calm*, which",
        "stands for neutral and bored, the share that is given no other label than unknown.",
        "",
        "| take | angry | sad | happy | fearful | disgusted | calm |",
        "|---|---|---|---|---|---|---|",
    ]
    for take in ("wide", "phone", "phone-noisy"):
        counted: Counter[tuple[str, bool]] = Counter()
        for true, label in outburst(known, take):
            calm = true in CALM
            quiet = label in {EmotionLabel.NEUTRAL, EmotionLabel.UNKNOWN}
            counted["calm" if calm else true, quiet if calm else label.value == true] += 1
        shares = [
            percent(counted[name, True] / (counted[name, True] + counted[name, False]))
            for name in ("ANGRY", "SAD", "HAPPY", "FEARFUL", "DISGUSTED", "calm")
        ]
        lines.append(f"| {take} | {' | '.join(shares)} |")
    return lines


def outburst(known: Acted, take: str) -> Iterator[tuple[str, EmotionLabel]]:
    rng = np.random.default_rng(0)
    classes = known.corpus.classes
    for fold in known.wordings:
        heads = replace(fold.heads, scale=known.scale)
        rows = fold.impressions[take]
        true = [classes[c] for c in known.corpus.truth[fold.places]]
        calm = [i for i, name in enumerate(true) if name in CALM]
        for i, name in enumerate(true if calm else []):
            odds = heads.odds([*rows[rng.choice(calm, 19)], rows[i]])[-1]
            assert odds is not None
            yield name, joined(labelled(classes, odds, 20), []).label


def merge(names: Sequence[str]) -> list[int]:
    """Return for each class its label, boredom being neutral."""
    calm = names.index("NEUTRAL")
    return [calm if name == "BORED" else i for i, name in enumerate(names)]


def figures(odds: Floats, corpus: train_emotion.Corpus, merged: Sequence[int]) -> list[str]:
    labels = np.array(merged)[corpus.truth]
    summed = np.zeros_like(odds)
    for i, label in enumerate(merged):
        summed[:, label] += odds[:, i]
    anger = corpus.classes.index("ANGRY")
    return [
        percent(train_emotion.recall(corpus.truth, odds.argmax(axis=1))),
        percent(train_emotion.recall(labels, summed.argmax(axis=1))),
        f"{auc(odds[:, anger], corpus.truth == anger):.3f}",
    ]


def calibration(known: Acted) -> list[str]:
    """Return how often the label that is given is right, by its score; all takes, both ways."""
    lines = ["### Is a score of 0.8 right eight times in ten?", ""]
    lines += [
        "The score of a label is its share of the odds, the classes weighted by how usual they are",
        f"in calls ({', '.join(f'{n.lower()} {w}' for n, w in emotion.USUAL.items())}; neutral and",
        "bored 1); sentences count by the same weights. All takes, alone, the speaker and the",
        "wording left out.",
        "",
    ]
    corpus = known.corpus
    weights = np.array([emotion.usual(corpus.classes[c], 1) for c in corpus.truth])
    usual = np.tile(weights, len(corpus.heard))
    after: tuple[Floats, NDArray[np.bool_]] | None = None
    for name, used in (("before", (1.0, 1.0)), ("after", known.scale)):
        scores, right = scored(replace(known, scale=used))
        lines.append(f"Expected calibration error {name} scaling: {ece(scores, right, usual):.3f}.")
        after = scores, right
    assert after is not None
    lines += ["", "| score | labels given | mean score | right |", "|---|---|---|---|"]
    scores, right = after
    for low, high in pairwise(BINS):
        inside = (scores >= low) & (scores < high)
        if inside.any():
            lines.append(
                f"| {low:.2f} to {min(high, 1):.2f} | {inside.sum()} "
                f"| {np.average(scores[inside], weights=usual[inside]):.2f} "
                f"| {np.average(right[inside], weights=usual[inside]):.2f} |"
            )
    unsure = scores < emotion.UNSURE
    return [
        *lines,
        "",
        f"Below {emotion.UNSURE} nothing is named: {percent(float(unsure.mean()))} of the",
        f"sentences, of which {percent(float(right[unsure].mean()))} would have been right.",
    ]


def scored(known: Acted) -> tuple[Floats, NDArray[np.bool_]]:
    corpus = known.corpus
    scores: list[float] = []
    right: list[bool] = []
    truth = [labelled([corpus.classes[c]], np.ones(1, np.float32), 1) for c in corpus.truth]
    for take in corpus.heard:
        for row, true in zip(known.odds(take, "other words"), truth, strict=True):
            odds = labelled(corpus.classes, row, 1)
            best = max(odds, key=lambda label, odds=odds: odds[label])  # type: ignore[misc]
            scores.append(odds[best])
            right.append(best in true)
    return np.array(scores, np.float32), np.array(right)


def ece(scores: Floats, right: NDArray[np.bool_], weights: NDArray[np.float64]) -> float:
    """Return the mean distance of score and accuracy over ten bins."""
    place = np.minimum((scores * 10).astype(int), 9)
    apart = np.bincount(place, weights * (scores - right), minlength=10)
    return float(np.abs(apart).sum() / weights.sum())


def segment(text: str, role: Role, language: str | None, seconds: float) -> Segment:
    return Segment(0, None, role, Span(0, seconds), text, text, language=language)


def sounds(tagger: Emotions, recognizer: Whisper, samples: Floats) -> Floats:
    heard = emotion_corpus.heard(recognizer, [samples])[0]
    return tagger.listen(Audio(samples, RATE), States(heard.states, heard.step))


def neutral(shared: Path, tagger: Emotions, recognizer: Whisper) -> list[str]:
    """Judge read speech, none of which is emotional or was learnt from."""
    lines = [
        "## Neutral speech, from its sound alone",
        "",
        "Read speech of real people, each clip a call of its own; nothing of it was learnt from.",
        "",
        "| speech | clips | labels given | highest odds of anger |",
        "|---|---|---|---|",
    ]
    rows = [
        json.loads(line)
        for line in (shared / "data" / "manifest.jsonl").read_text("utf-8").splitlines()
    ]
    for language in ("zh", "en", "ja", "ko"):
        clips = [row for row in rows if row["path"].startswith(f"speech-{language}/")]
        for name in ("wide", "phone"):
            labels: Counter[str] = Counter()
            anger = 0.0
            for row in clips:
                samples = read(shared / "data" / row["path"])
                samples = emotion_corpus.phone(samples) if name == "phone" else samples
                kept = sounds(tagger, recognizer, samples)
                said = segment("", Role.UNKNOWN, language, len(samples) / RATE)
                judged = tagger.judge([said], [kept])[0]
                labels[judged.label.value] += 1
                anger = max(anger, judged.odds.get(EmotionLabel.ANGRY, 0.0))
            given = ", ".join(f"{label} {n}" for label, n in labels.most_common())
            lines.append(f"| {language}, {name} | {len(clips)} | {given} | {anger:.2f} |")
    return lines


def read(path: Path) -> Floats:
    found, rate = soundfile.read(path, dtype="float32", always_2d=True)
    return np.asarray(soxr.resample(found.mean(axis=1), rate, RATE), np.float32)[: 20 * RATE]


def table(pairs: Sequence[tuple[EmotionLabel, EmotionLabel]]) -> list[str]:
    """Return precision and recall by label; what is not among those asked for is neutral."""
    known = set(SAID.values())
    counted = Counter(
        (true, found if found in known else EmotionLabel.NEUTRAL) for true, found in pairs
    )
    lines = ["| emotion | turns | precision | recall | F1 |", "|---|---|---|---|---|"]
    for name, label in SAID.items():
        hit = counted[label, label]
        given = sum(n for (_, found), n in counted.items() if found is label)
        there = sum(n for (true, _), n in counted.items() if true is label)
        f1 = 2 * hit / (given + there) if given + there else 0.0
        lines.append(
            f"| {name} | {there} | {percent(hit / max(1, given))} | {percent(hit / max(1, there))}"
            f" | {f1:.2f} |"
        )
    return lines


def truths(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))]


def emotion_of(turn: dict[str, Any]) -> EmotionLabel:
    return SAID[turn.get("emotion") or "neutral"]


def from_words(listed: Sequence[dict[str, Any]], tagger: Emotions) -> list[str]:
    pairs = []
    unheard = tagger.listen(Audio(np.zeros(0, np.float32), RATE), None)
    for truth in listed:
        for turn in truth["turns"]:
            said = segment(turn["written"], Role(turn["speaker"]), truth["lang"], 1.0)
            pairs.append((emotion_of(turn), tagger.judge([said], [unheard])[0].label))
    return table(pairs)


def from_audio(
    folder: Path,
    listed: Sequence[dict[str, Any]],
    tagger: Emotions,
    recognizer: Whisper,
    recognized: Path | None,
    models: Path,
) -> list[str]:
    pairs: list[tuple[EmotionLabel, EmotionLabel]] = []
    voice: list[tuple[EmotionLabel, EmotionLabel]] = []
    given: Counter[tuple[Role, EmotionLabel]] = Counter()
    with Analyzer(models=models) as analyzer:
        for truth in listed:
            path = folder / truth["file"]
            kept = list(recognized.glob(f"{path.stem}*.json")) if recognized else []
            call = from_json(kept[0].read_bytes()).call if kept else analyzer.analyze(path).call
            judged = judge_call(path, call.segments, tagger, recognizer)
            given.update((s.role, e.label) for s, e in zip(call.segments, judged, strict=True))
            mute = [replace(s, spoken="", text="", edits=(), words=()) for s in call.segments]
            unworded = judge_call(path, mute, tagger, recognizer)
            for turn in truth["turns"]:
                span = Span(turn["start"], turn["end"])
                near = [
                    (s.span.overlap(span), i)
                    for i, s in enumerate(call.segments)
                    if s.role.value == turn["speaker"]
                ]
                overlap, i = max(near, default=(0.0, 0))
                if overlap > 0:
                    pairs.append((emotion_of(turn), judged[i].label))
                    voice.append((emotion_of(turn), unworded[i].label))
    false = sum(
        found is EmotionLabel.ANGRY and true is not EmotionLabel.ANGRY for true, found in voice
    )
    return [
        *table(pairs),
        "",
        f"The voices are synthetic and show nothing. From their sound alone, {false} of the",
        f"{sum(t is not EmotionLabel.ANGRY for t, _ in voice)} turns that are not angry are called",
        "angry.",
        "",
        "Labels of all segments, by role, sound and words together:",
        "",
        *by_role(given),
    ]


def by_role(given: Counter[tuple[Role, EmotionLabel]]) -> list[str]:
    labels = [label for label in EmotionLabel if any(label is one for _, one in given)]
    lines = [f"| role | {' | '.join(label.value for label in labels)} |"]
    lines.append("|---" * (len(labels) + 1) + "|")
    return lines + [
        f"| {role} | {' | '.join(str(given[role, label]) for label in labels)} |"
        for role in sorted({role for role, _ in given})
    ]


def judge_call(
    path: Path, segments: Sequence[Segment], tagger: Emotions, recognizer: Whisper
) -> list[Emotion]:
    """Judge the segments of a call voice by voice, as the pipeline does."""
    found: dict[int, Emotion] = {}
    with decode(path, rate=RATE) as call:
        tracks = {track.channel: track for track in call.tracks}
        kept = [
            sounds(tagger, recognizer, samples)
            if len(samples := tracks[s.channel].cut(s.span).samples) >= RATE // 10
            else tagger.listen(Audio(samples, RATE), None)
            for s in segments
        ]
    for voice in {(s.channel, s.speaker) for s in segments}:
        places = [i for i, s in enumerate(segments) if (s.channel, s.speaker) == voice]
        judged = tagger.judge([segments[i] for i in places], [kept[i] for i in places])
        found.update(zip(places, judged, strict=True))
    return [found[i] for i in range(len(segments))]


def cost(folder: Path, listed: Sequence[dict[str, Any]], tagger: Emotions, model: Path) -> str:
    """Return what listening and judging cost, against recognizing the same clips."""
    recognizer = build(weights=model, threads=1, states=True)
    spent = [0.0, 0.0]
    seconds = 0.0
    for truth in listed[:10]:
        with decode(folder / truth["file"], rate=RATE) as call:
            clips = [
                call.tracks[turn["channel"]].cut(Span(turn["start"], turn["end"]))
                for turn in truth["turns"]
            ]
        seconds += sum(clip.duration for clip in clips)
        begun = time.process_time()
        heard = list(recognizer.transcribe(clips, Hints(language=truth["lang"])))
        spent[0] += time.process_time() - begun
        begun = time.process_time()
        kept = [tagger.listen(c, h.states) for c, h in zip(clips, heard, strict=True)]
        said = [
            segment(h.text, Role.CUSTOMER, None, c.duration)
            for c, h in zip(clips, heard, strict=True)
        ]
        tagger.judge(said, kept)
        spent[1] += time.process_time() - begun
    return (
        f"Listening and judging took {1000 * spent[1] / seconds:.1f} ms of CPU a second of speech, "
        f"{percent(spent[1] / spent[0])} of recognizing it ({seconds:.0f} s of speech, one thread)."
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--shared", type=Path, default=Path(__file__).parents[2] / "shared")
    options.add_argument("--models", type=Path, default=user_cache_path("huiting") / "models")
    options.add_argument("--cache", type=Path, default=user_cache_path("huiting") / "emotion")
    options.add_argument("--recognized", type=Path)
    chosen = options.parse_args()
    if not (chosen.shared / "data" / "emotion-emodb").is_dir():
        print(f"left out: everything; there are no labeled recordings in {chosen.shared}")
        return
    tagger = emotion.build()
    recognizer = emotion_corpus.recognizer_in(chosen.models)
    folder = chosen.shared / "calls" / "open"
    listed = truths(folder)
    corpus = train_emotion.corpus_in(chosen.shared, chosen.cache, chosen.models)
    lines = ["# Emotion", "", "Written by `python bench/emotion.py`.", ""]
    wordings = train_emotion.leave_wording_out(corpus)
    known = Acted(
        corpus,
        train_emotion.leave_one_out(corpus),
        wordings,
        train_emotion.scales(corpus, wordings),
    )
    lines += acted(known)
    lines += ["", *neutral(chosen.shared, tagger, recognizer), "", "## Calls, by what is said", ""]
    lines += [
        "Synthetic calls, turns of both sides; the truth goes by the words, *anxious* is FEARFUL.",
        "The words were collected with the calls in view, how usual calm is in a call and what a",
        "voice needs to be named were chosen with them, and the sound of their turns, unlabeled, is",
        "in the statistics of the classifier: expect less of other calls.",
        "",
        "From the reference text alone:",
        "",
        *from_words(listed, tagger),
        "",
        "From the sound and the recognized text:",
        "",
        *from_audio(folder, listed, tagger, recognizer, chosen.recognized, chosen.models),
        "",
        "## Cost",
        "",
    ]
    with threadpool_limits(1):
        lines.append(cost(folder, listed, tagger, chosen.models / "whisper-base"))
    RESULTS.write_text("\n".join(lines) + "\n", "utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
