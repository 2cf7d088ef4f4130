"""Bodies of answers of OpenAI's audio API, read with good will and without trust.

Source:
    OpenAI's Python client 3.54 types the fields. speaches and funasr-server put words into
    segments, vLLM writes the duration as a string, funasr-server's `text` is a JSON string.
"""

import json
import math
import re
from collections.abc import Iterator, Sequence
from typing import Any

from huiting.engines.remote._answer import Answer
from huiting.engines.remote._spoken import code_of
from huiting.engines.remote._times import Timed
from huiting.engines.remote._trouble import Unusable

MOST = 20_000
"""Words and segments that are read."""
HEAD = 4096
"""Bytes of a refusal that are looked at."""
_BINARY = re.compile(r"[\x00-\x08\x0e-\x1f\ufffd]")
"""What no text holds."""


def read(content: bytes, *, believe_language: bool = True) -> Answer:
    """Return what an answer says.

    Args:
        content: JSON with a text, a JSON string, or plain text.
        believe_language: whether the language in it is one that was heard.

    Raises:
        Unusable: it is none of these.
    """
    body = _parsed(content)
    if isinstance(body, str):
        return Answer(_whole(body))
    if not isinstance(body, dict) or not isinstance(body.get("text"), str):
        raise Unusable("its answer is no transcription")
    segments = [s for s in _list(body.get("segments")) if isinstance(s, dict)]
    return Answer(
        _whole(body["text"]),
        code_of(_language(body)) if believe_language else None,
        tuple(_words(body, segments)),
        _log_probability(segments, _list(body.get("logprobs"))),
        _no_speech(segments),
    )


def models_of(content: bytes) -> tuple[str, ...]:
    """Return the names in an answer of `/v1/models`; none where it is no list."""
    try:
        body = _parsed(content)
    except Unusable:
        return ()
    listed = _list(body.get("data")) if isinstance(body, dict) else []
    names = [entry.get("id") for entry in listed if isinstance(entry, dict)]
    return tuple(name for name in names if isinstance(name, str) and 0 < len(name) <= 200)  # noqa: PLR2004


def failure_of(content: bytes) -> str:
    """Return the beginning of a refusal, in lower case; for looking at, not for showing."""
    return content[:HEAD].decode(errors="replace").casefold()


def _parsed(content: bytes) -> Any:  # noqa: ANN401  (JSON)
    text = content.decode(errors="replace")
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        if text.lstrip()[:1] in {"<", "{", "["} or _BINARY.search(text):
            raise Unusable("its answer is no transcription") from error
        return text  # a server that knows no other form than plain text


def _language(body: dict[str, Any]) -> object:
    several = _list(body.get("languages"))
    first = several[0] if several else None
    if isinstance(first, dict):
        first = first.get("code") or first.get("language")
    return body.get("language") or first


def _words(body: dict[str, Any], segments: Sequence[dict[str, Any]]) -> Iterator[Timed]:
    given = _list(body.get("words")) or [w for s in segments for w in _list(s.get("words"))]
    for word in given[:MOST]:
        if not isinstance(word, dict):
            continue
        text = word.get("word", word.get("text"))
        if isinstance(text, str):
            yield Timed(
                text,
                _number(word.get("start")),
                _number(word.get("end")),
                _number(word.get("probability")),
            )


def _log_probability(segments: Sequence[dict[str, Any]], tokens: Sequence[Any]) -> float | None:
    """Return the mean over the tokens; None where a server does not say, or says 0 of all.

    A probability of exactly 1 is what servers write that know none.
    """
    weighted = [(_number(s.get("avg_logprob")), _weight(s)) for s in segments]
    weighted += [(_number(t.get("logprob")), 1) for t in tokens if isinstance(t, dict)]
    known = [(value, weight) for value, weight in weighted if value is not None and value <= 0]
    if not known or len(known) < len(weighted) or all(value == 0 for value, _ in known):
        return None
    return sum(v * w for v, w in known) / sum(w for _, w in known)


def _weight(segment: dict[str, Any]) -> int:
    text = segment.get("text")
    return max(1, len(_list(segment.get("tokens"))) or len(text if isinstance(text, str) else ""))


def _no_speech(segments: Sequence[dict[str, Any]]) -> float | None:
    known = [_number(s.get("no_speech_prob")) for s in segments]
    sure = [p for p in known if p is not None and 0 <= p <= 1]
    return min(sure) if sure and len(sure) == len(known) else None


def _list(value: object) -> list[Any]:
    return value[:MOST] if isinstance(value, list) else []


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if math.isfinite(found) else None


def _whole(text: str) -> str:
    return text.encode(errors="replace").decode()  # JSON may hold half a character
