"""The meaning stage that says why a customer calls."""

from collections.abc import Sequence
from dataclasses import replace

from huiting.core.meaning import Intent, IntentSource, Meaning, Quote
from huiting.core.ports import Embedder, MeaningStage, Sound
from huiting.core.reading import Reader
from huiting.core.types import Call, Role
from huiting.quality.intents.decide import (
    BY_NEARNESS,
    BY_READING,
    BY_WORDS,
    UNRELATED,
    Judge,
    Look,
    chances,
)
from huiting.quality.intents.kinds import Kind
from huiting.quality.intents.learnt import Learnt
from huiting.quality.intents.nearness import Told
from huiting.quality.said.lines import quote

LEAST = 0.1
"""Score below which a further intent is not worth naming."""
MOST = 5
MOST_QUOTES = 3
_HEAVIEST = 10
"""Keywords looked at for quotes; several may stand in one sentence."""


def intent_stage(
    kinds: Sequence[Kind],
    sound: Sound,
    *,
    embedder: Embedder | None = None,
    learnt: Learnt | None = None,
    reader: Reader | None = None,
) -> MeaningStage:
    """Return the stage that fills `Meaning.intents`.

    Args:
        kinds: the team's list, from `read_intents`.
        sound: how characters sound, so that misheard keywords are found.
        embedder: for calls in which no keyword decides; None to do without.
        learnt: what labels of the team taught, from `read_learnt`; it has the last word.
        reader: for wording that nobody listed; None to do without.
    """
    vectors = learnt is not None and learnt.meaning > 0
    judge = Judge(kinds, sound, embedder, reader=reader, vectors=vectors)

    def tell(call: Call, meaning: Meaning) -> Meaning:
        return replace(meaning, intents=intents_of(judge.look(call), learnt))

    return tell


def intents_of(look: Look, learnt: Learnt | None = None) -> tuple[Intent, ...]:
    """Return the main intent and the others that are likely enough, the main one first.

    Empty when nobody said anything to tell by.
    """
    if not look.tells:
        return ()
    names, logits = learnt.improve(look) if learnt is not None else (look.names, look.logits)
    scores = chances(logits)
    order = sorted(range(len(names)), key=lambda n: -scores[n])[:MOST]
    chosen = [n for rank, n in enumerate(order) if rank == 0 or scores[n] >= LEAST]
    return tuple(
        Intent(
            name=names[n],
            score=round(float(scores[n]), 4),
            source=IntentSource.LEARNT if learnt is not None else _source(look, names[n]),
            quotes=_quotes(look, names[n], taught=learnt is not None),
        )
        for n in chosen
    )


def _source(look: Look, name: str) -> IntentSource:
    near = look.near.get(name)
    said = look.evidence[name].weight * BY_WORDS if name in look.evidence else 0.0
    alike = (near.similarity - UNRELATED) * BY_NEARNESS if near is not None else 0.0
    read = look.worded[name].odds * BY_READING if name in look.worded else 0.0
    return IntentSource.SIMILARITY if max(alike, read) > said else IntentSource.WORDS


def _decisive(look: Look, name: str) -> Told | None:
    """Return the sentence whose meaning speaks most for an intent; None where none does."""
    near, read = look.near.get(name), look.worded.get(name)
    if near is None or read is None:
        return near.told if near is not None else read.told if read is not None else None
    alike = (near.similarity - UNRELATED) * BY_NEARNESS
    return near.told if alike > read.odds * BY_READING else read.told


def _quotes(look: Look, name: str, *, taught: bool) -> tuple[Quote, ...]:
    """Return the sentences that decided: with keywords, else the one that is near in meaning.

    Where labels decided and neither speaks, what the customer said first.
    """
    spoken = look.evidence[name].spoken[:_HEAVIEST] if name in look.evidence else ()
    found = [quote(hit.line, hit.start, hit.end) for hit in spoken]
    told = _decisive(look, name)
    if told is not None and (not found or _source(look, name) is IntentSource.SIMILARITY):
        found.insert(0, quote(told.line, told.start, told.start + len(told.text)))
    if not found and taught:
        asks = (t for t in look.turns if t.tells and t.role in (Role.CUSTOMER, Role.UNKNOWN))
        found = [quote(line, 0, len(line.folded)) for turn in list(asks)[:1] for line in turn.lines]
    return tuple(dict.fromkeys(found))[:MOST_QUOTES]
