"""Hotwords for any engine: the transcript corrected by how it sounds.

A place in the text that sounds like a hotword is written as the hotword, when the
recognizer was unsure there or the sounds are the same, and never when what stands
there is a common word. Every correction is an edit of stage `hotword`, so what was
heard stays in `Segment.spoken`. Knows no engine.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ahocorasick_rs import AhoCorasick

from huiting.core.ports import Hotword
from huiting.core.rewrite import Change, offsets, rewrite
from huiting.core.types import Segment
from huiting.text._hotwords.dictionary import Token, tokens
from huiting.text._hotwords.latin import COMMON
from huiting.text._hotwords.latin_index import LatinIndex, NearWords
from huiting.text._hotwords.listed import check_hotwords, for_prompt, parse_hotwords, read_hotwords
from huiting.text._hotwords.sound_index import Near, SoundIndex
from huiting.text._hotwords.sounds import Sound, any_reading, fold, lower, sounds

__all__ = ["Hotwords", "build", "for_prompt", "parse_hotwords", "read_hotwords"]

STAGE = "hotword"
_LONG = 4  # sounds; so many are not the same by chance
_WIDEST = 0.4  # distance a sound beyond which no weight reaches
_LIMITS = {2: 0.02, 3: 0.3}  # distance of a whole word; longer ones by the sound:
_LIMIT = 0.2
_ALIKE = 0.1  # distance a sound up to which common words may be meant otherwise
_ROUNDS = 8  # one is the rule; a second where a correction made another word fit
_LATIN_LIMIT = 0.25
_CERTAIN = 0.95
# A character counted so often among 60 million is likely meant as it stands: 好, 听, 谁
# where the recognizer was certain, only the dozen commonest (的, 是, 到) where it was not.
_PLAIN_WHEN_CERTAIN, _PLAIN = 20_000, 200_000
_STOPS = re.compile(r"[。！？；!?;\n]|\w")
_PAUSES = re.compile(r"[^\s'’·-]")
_KANA = re.compile(r"[ぁ-ゖァ-ヺ]")
_NUMBER = re.compile(r"[0-9０-９]{2}")
_LATIN = re.compile(r"[A-Za-z0-9]")


def build(*, hotwords: Sequence[Hotword], unsure: float = 0.6) -> "Hotwords":
    """Build the text stage that corrects towards `hotwords`.

    Args:
        hotwords: the list; its order decides between words that fit equally well.
        unsure: word confidence below which the recognizer counts as unsure.

    Raises:
        InputError: a hotword is empty, or a misheard form is itself a hotword.
    """
    check_hotwords(hotwords, "hotwords")
    return Hotwords(hotwords, unsure)


@dataclass(frozen=True, slots=True)
class _Found:
    """A correction to be made: hotword number `word` in place of [start, end)."""

    word: int
    start: int
    end: int
    score: float | None
    """How alike the two sound, in [0, 1]; None for a fixed pair."""
    worth: float
    """The one worth more is made where two overlap."""


class Hotwords:
    """A `TextStage`. One instance may be called from several threads; not to be pickled."""

    def __init__(self, hotwords: Sequence[Hotword], unsure: float) -> None:
        self._hotwords = tuple(hotwords)
        self._unsure = unsure
        self._mandarin, self._japanese = SoundIndex(), SoundIndex()
        self._latin = LatinIndex(_LATIN_LIMIT)
        for number, hotword in enumerate(self._hotwords):
            self._latin.add(number, fold(hotword.text))
            for said in _word_ways(hotword.text):
                self._mandarin.add(number, said, _limit(said, hotword.weight))
            if _KANA.search(hotword.text):
                said = sounds(hotword.text, hanzi="as written")
                self._japanese.add(number, said, _limit(said, hotword.weight))
        known = [(h.text, number, False) for number, h in enumerate(self._hotwords)]
        known += [(form, n, True) for n, h in enumerate(self._hotwords) for form in h.heard]
        self._known = known
        self._forms = AhoCorasick([lower(form) for form, _, _ in known])

    def __call__(self, segment: Segment) -> Segment:
        """Return the segment with hotwords written where they were said.

        Done again it changes nothing: what is written as a hotword, and what this
        stage wrote before, is left alone.
        """
        for _ in range(_ROUNDS):
            kept = _written(segment)
            exact, pairs = self._literal(segment.text)
            chosen = _apart(pairs, kept)
            heard = _Heard(segment)
            believed = [f for f in self._by_sound(heard) if self._keeps(f, exact)]
            chosen = _apart(believed, [*kept, *((f.start, f.end) for f in chosen)]) + chosen
            changes = [Change(f.start, f.end, self._hotwords[f.word].text, f.score) for f in chosen]
            changed = rewrite(segment, changes, STAGE)
            if changed.text == segment.text:
                break
            segment = changed
        return segment

    def _literal(self, text: str) -> tuple[list[_Found], list[_Found]]:
        """Return the hotwords that stand in the text, and the misheard forms of pairs."""
        exact: list[_Found] = []
        pairs: list[_Found] = []
        matches = self._forms.find_matches_as_indexes(lower(text), overlapping=True)
        for pattern, start, end in matches:
            form, word, misheard = self._known[pattern]
            place = _Found(word, start, end, None, end - start)
            if misheard and not _cuts_latin(text, start, end):
                pairs.append(place)
            elif text[start:end] == form and not _cuts_latin(text, start, end):
                exact.append(place)
        # The misheard form of a word may be part of another hotword that stands there.
        pairs = [p for p in pairs if not any(_inside(p, e) for e in exact)]
        return exact, pairs

    def _keeps(self, found: _Found, exact: Sequence[_Found]) -> bool:
        """Tell whether no hotword that stands in the text is lost by the correction."""
        written = self._hotwords[found.word].text
        return all(
            found.end <= e.start
            or e.end <= found.start
            or (_inside(e, found) and self._hotwords[e.word].text in written)
            for e in exact
        )

    def _by_sound(self, heard: "_Heard") -> Iterator[_Found]:
        """Yield the places that sound like a hotword and may be believed to be it."""
        text = heard.text
        japanese = heard.segment.language == "ja" or _KANA.search(text) is not None
        index = self._japanese if japanese else self._mandarin
        ways = [sounds(text, hanzi="as written")] if japanese else _ways(text)
        for said in ways:
            for near in index.find(said):
                score = self._believe(near, said, heard)
                if score is not None:
                    start, end = said[near.first].start, said[near.last - 1].end
                    yield _Found(near.word, start, end, score, near.size - 3 * near.distance)
        for words in self._latin.find(fold(text)):
            if self._believe_words(words, heard):
                size = words.letters / 3
                score = 1 - words.distance
                yield _Found(words.word, words.start, words.end, score, size * (3 * score - 2))

    def _believe(self, near: Near, said: Sequence[Sound], heard: "_Heard") -> float | None:
        """Return how alike they sound, or None when the place should stay as it is."""
        hotword = self._hotwords[near.word]
        start, end = said[near.first].start, said[near.last - 1].end
        if not _whole(said, near, heard.text):
            return None
        changed = [(said[i].start, said[i].end) for i in near.changed]
        confidence = heard.confidence(changed)
        unsure = confidence < self._unsure * hotword.weight
        if near.distance and not unsure:
            return None
        if near.size < _LONG or near.distance:
            paused = _PAUSES.search(_between(said, near, heard.text)) is not None
            counted = any(heard.text[s:e].isascii() for s, e in changed)
            if paused or (counted and near.size < _LONG):
                return None
        if near.distance > _ALIKE * near.size and heard.makes_sense(changed):
            return None
        if heard.means_itself(
            start, end, changed, confidence, unsure=unsure, long=near.size >= _LONG
        ):
            return None
        return 1 - near.distance / near.size

    def _believe_words(self, words: NearWords, heard: "_Heard") -> bool:
        if words.distance == 0:
            return True
        places = [heard.text[s:e].casefold() for s, e in words.changed]
        weight = self._hotwords[words.word].weight
        return (
            words.distance <= _LATIN_LIMIT * min(weight, 1.0)
            and not all(place in COMMON for place in places)
            and heard.confidence(words.changed) < self._unsure * weight
        )


class _Heard:
    """What a segment says, and how likely each place of it is to be wrong."""

    def __init__(self, segment: Segment) -> None:
        self.segment = segment
        self.text = segment.text
        self._tokens: list[Token] | None = None
        self._confidences: list[float] | None = None

    @property
    def tokens(self) -> list[Token]:
        """Words of the text as the dictionary cuts it."""
        if self._tokens is None:
            self._tokens = tokens(self.text)
        return self._tokens

    def confidence(self, places: Sequence[tuple[int, int]]) -> float:
        """Return the mean confidence of the characters at `places`; 1 where nothing is known."""
        if self._confidences is None:
            self._confidences = _confidences(self.segment)
        found = [self._confidences[i] for start, end in places for i in range(start, end)]
        return sum(found) / len(found) if found else 1.0

    def makes_sense(self, changed: Sequence[tuple[int, int]]) -> bool:
        """Tell whether all of what would be changed is words in their own right."""
        return all(
            t.is_common or t.is_plain(least=_PLAIN_WHEN_CERTAIN) for t in self._touched(changed)
        )

    def _touched(self, places: Sequence[tuple[int, int]]) -> list[Token]:
        return [t for t in self.tokens if any(s < t.end and t.start < e for s, e in places)]

    def means_itself(
        self,
        start: int,
        end: int,
        changed: Sequence[tuple[int, int]],
        confidence: float,
        *,
        unsure: bool,
        long: bool,
    ) -> bool:
        """Tell whether what stands at [start, end) may be meant as it stands.

        Args:
            start: of the place.
            end: of the place.
            changed: the characters that would be changed.
            confidence: of the recognizer in these.
            unsure: whether that is little.
            long: whether the hotword is too long to be hit by chance.
        """
        touched = self._touched(changed)
        crossing = [t for t in touched if t.is_word and (t.start < start or end < t.end)]
        if any(t.is_common and t.start <= start and end <= t.end for t in touched):
            return True
        if any(t.is_common or not (unsure and long) for t in crossing):
            return True
        if long:
            return False
        least = _PLAIN if confidence < _CERTAIN else _PLAIN_WHEN_CERTAIN
        return any(
            t.is_common or (t.is_word and not unsure) or t.is_plain(least=least) for t in touched
        )


def _limit(said: Sequence[Sound], weight: float) -> float:
    """Return the largest distance at which a word is taken to be heard."""
    count = len(said)
    return min(_LIMITS.get(count, _LIMIT * count) * weight, _WIDEST * count)


def _ways(text: str) -> list[tuple[Sound, ...]]:
    """Return the ways a text with numbers in it may be said; one when it has none."""
    ways = [sounds(text)]
    return [*ways, sounds(text, "one by one")] if _NUMBER.search(text) else ways


def _word_ways(word: str) -> list[tuple[Sound, ...]]:
    """Return the ways a hotword may be said: a 儿 at its end is often not heard."""
    ways = [tuple(any_reading(sound) for sound in way) for way in _ways(word)]
    return ways + [way[:-1] for way in ways if word.endswith("儿") and len(way) > 2]  # noqa: PLR2004


def _confidences(segment: Segment) -> list[float]:
    """Return the confidence of each character of the text; 1 where nothing is known."""
    known = 1.0 if segment.confidence is None else segment.confidence
    spoken = [known] * len(segment.spoken)
    for word, (start, end) in zip(segment.words, offsets(segment), strict=True):
        if word.confidence is not None:
            spoken[start:end] = [word.confidence] * (end - start)
    found, at = list[float](), 0
    for edit in segment.edits:
        found += spoken[at : edit.start]
        found += [min(spoken[edit.start : edit.end], default=1.0)] * len(edit.written)
        at = edit.end
    return found + spoken[at:]


def _written(segment: Segment) -> list[tuple[int, int]]:
    """Return where this stage has already written."""
    places, gained = [], 0
    for edit in segment.edits:
        start = edit.start + gained
        if STAGE in edit.stages:
            places.append((start, start + len(edit.written)))
        gained += len(edit.written) - (edit.end - edit.start)
    return places


def _apart(found: Sequence[_Found], kept: Sequence[tuple[int, int]]) -> list[_Found]:
    """Return what does not overlap `kept` nor anything worth more; earlier ones first."""
    taken, chosen = list(kept), list[_Found]()
    for f in sorted(found, key=lambda f: (-f.worth, f.start, f.word)):
        if all(f.end <= start or end <= f.start for start, end in taken):
            taken.append((f.start, f.end))
            chosen.append(f)
    return chosen


def _inside(inner: _Found, outer: _Found) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _cuts_latin(text: str, start: int, end: int) -> bool:
    """Tell whether [start, end) begins or ends in the middle of a word in Latin letters."""
    return any(
        0 < at < len(text) and _LATIN.match(text[at - 1]) and _LATIN.match(text[at])
        for at in (start, end)
    )


def _whole(said: Sequence[Sound], near: Near, text: str) -> bool:
    """Tell whether a place takes numbers and Latin words whole and crosses no end of sentence."""
    first, last = said[near.first], said[near.last - 1]
    opens = near.first == 0 or said[near.first - 1].start != first.start
    closes = near.last == len(said) or said[near.last].start != last.start
    cut = _cuts_latin(text, first.start, last.end)
    return opens and closes and not cut and not _STOPS.search(_between(said, near, text))


def _between(said: Sequence[Sound], near: Near, text: str) -> str:
    """Return what stands between the sounds of a place."""
    row = said[near.first : near.last]
    return "".join(text[a.end : b.start] for a, b in pairwise(row))
