"""What OpenAI's clients send and read: answers in the shapes of its audio API.

What Huiting does not measure is null, not made up. Fields that change nothing here
(`temperature`, `include`, `chunking_strategy`, `known_speaker_names`) are taken and left.

Source:
    OpenAI API reference, "Create transcription" and "List models", as its Python client
    3.54 types them.
"""

import json
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from math import log
from typing import Any

from starlette.responses import JSONResponse, Response, StreamingResponse

from huiting.core.analysis import Analysis
from huiting.core.types import Segment
from huiting.exports import srt, vtt
from huiting.web.api.shapes.transcripts import joined, speakers

FORMATS = ("json", "text", "srt", "verbose_json", "vtt", "diarized_json")
GRANULARITIES = ("segment", "word")
STREAMED = frozenset({"json", "text", "diarized_json"})
"""Formats that may be streamed; OpenAI's whisper-1 knows no stream at all."""
MOST_HOTWORDS, LONGEST_HOTWORD = 100, 24
_APART = re.compile(r"[,，、;；。.!?！？:：\s]*[,，、;；。.!?！？:：\n\t]+\s*")
_WORD = re.compile(r"[\w][\w .&+'-]*")
_LANGUAGES = {
    "zh": "chinese", "yue": "cantonese", "en": "english", "ja": "japanese", "ko": "korean",
    "de": "german", "fr": "french", "es": "spanish", "ru": "russian", "it": "italian",
    "pt": "portuguese", "vi": "vietnamese", "th": "thai", "id": "indonesian", "ar": "arabic",
}  # fmt: skip
_CODES = {name: code for code, name in _LANGUAGES.items()}
_SEEK = 100
"""Whisper counts frames of a hundredth of a second."""


def hotwords_of(prompt: str | None) -> tuple[str, ...]:
    """Return the short terms of a prompt; sentences in it are no terms.

    A prompt is free text: `蓝牙耳机, 七天无理由, Huawei Mate 70`.
    """
    found = (piece.strip() for piece in _APART.split(prompt or ""))
    terms = [t for t in found if len(t) <= LONGEST_HOTWORD and _WORD.fullmatch(t)]
    return tuple(dict.fromkeys(terms))[:MOST_HOTWORDS]


def language_of(text: str | None) -> str | None:
    """Return the ISO 639 code of a language that is given as code, as name, or as zh-CN."""
    plain = (text or "").lower()
    return _CODES.get(plain) or plain.partition("-")[0] or None


def answered(heard: Analysis, form: str, granularities: Sequence[str]) -> Response:
    """Return what was heard in one of `FORMATS`."""
    one = len(set(speakers(heard.call.segments))) < 2  # noqa: PLR2004  (voices)
    match form:
        case "text":
            return Response(_text(heard) + "\n", media_type="text/plain")
        case "srt":
            body = srt.build(voices=not one).write(heard)
            return Response(body, media_type="text/plain")  # as OpenAI sends it
        case "vtt":
            return Response(vtt.build(voices=not one).write(heard), media_type="text/vtt")
        case "verbose_json":
            return JSONResponse(_verbose(heard, granularities))
        case "diarized_json":
            return JSONResponse(_diarized(heard))
    return JSONResponse({"text": _text(heard), "usage": _usage(heard)})


def streamed(heard: Analysis, form: str) -> StreamingResponse:
    """Return what was heard as the events of a stream, a segment at a time."""
    events = _segments(heard) if form == "diarized_json" else _deltas(heard)

    def told() -> Iterator[str]:
        for event in [*events, {"type": "transcript.text.done", "text": _text(heard)}]:
            yield f"data: {json.dumps(event, ensure_ascii=False)}\n\n"
        yield "data: [DONE]\n\n"

    return StreamingResponse(
        told(), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
    )


def error(status: int, code: str, detail: str, headers: Mapping[str, str]) -> Response:
    """Return an error as OpenAI's clients read it."""
    kind = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}
    usual = "server_error" if status >= 500 else "invalid_request_error"  # noqa: PLR2004
    body = {"message": detail, "type": kind.get(status, usual), "param": None, "code": code}
    return JSONResponse({"error": body}, status, dict(headers))


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the errors of a route for its description."""
    content = {"application/json": {"schema": _ERROR}}
    return {status: {"description": "An error.", "content": content} for status in statuses}


def _text(heard: Analysis) -> str:
    return joined(segment.text for segment in heard.call.segments)


def _usage(heard: Analysis) -> dict[str, Any]:
    return {"type": "duration", "seconds": round(heard.call.recording.duration, 2)}


def _verbose(heard: Analysis, granularities: Sequence[str]) -> dict[str, Any]:
    call = heard.call
    found: dict[str, Any] = {
        "task": "transcribe",
        "language": _LANGUAGES.get(call.language or "", call.language or "unknown"),
        "duration": round(call.recording.duration, 2),
        "text": _text(heard),
        "usage": _usage(heard),
    }
    if "segment" in granularities or not granularities:
        found["segments"] = [_segment(n, segment) for n, segment in enumerate(call.segments)]
    if "word" in granularities:
        found["words"] = [
            {"word": word.text, "start": round(word.span.start, 3), "end": round(word.span.end, 3)}
            for segment in call.segments
            for word in segment.words
        ]
    return found


def _segment(number: int, segment: Segment) -> dict[str, Any]:
    data = segment.text.encode()
    sure = segment.confidence
    return {
        "id": number,
        "seek": round(segment.span.start * _SEEK),
        "start": round(segment.span.start, 3),
        "end": round(segment.span.end, 3),
        "text": segment.text,
        "tokens": [],
        "temperature": 0.0,
        "avg_logprob": None if not sure else round(log(sure), 4),
        "compression_ratio": round(len(data) / len(zlib.compress(data)), 3) if data else None,
        "no_speech_prob": None,
    }


def _diarized(heard: Analysis) -> dict[str, Any]:
    return {
        "task": "transcribe",
        "duration": round(heard.call.recording.duration, 2),
        "text": _text(heard),
        "segments": list(_segments(heard)),
        "usage": _usage(heard),
    }


def _segments(heard: Analysis) -> Iterator[dict[str, Any]]:
    segments = heard.call.segments
    for number, (segment, speaker) in enumerate(zip(segments, speakers(segments), strict=True)):
        yield {
            "type": "transcript.text.segment",
            "id": f"seg_{number:03}",
            "start": round(segment.span.start, 3),
            "end": round(segment.span.end, 3),
            "text": segment.text,
            "speaker": speaker,
        }


def _deltas(heard: Analysis) -> Iterator[dict[str, Any]]:
    end = ""  # of the text so far: it decides whether a space follows
    for segment in heard.call.segments:
        delta = joined((end, segment.text))[len(end) :]
        end = segment.text[-1:] or end
        yield {"type": "transcript.text.delta", "delta": delta}


_ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["message", "type", "param", "code"],
            "properties": {
                "message": {"type": "string"},
                "type": {"type": "string"},
                "param": {"type": ["string", "null"]},
                "code": {"type": ["string", "null"]},
            },
        }
    },
}
FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file", "model"],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "model": {"type": "string", "description": "One of /v1/models."},
                        "language": {"type": "string"},
                        "prompt": {
                            "type": "string",
                            "description": "Its short terms are used as hotwords.",
                        },
                        "response_format": {"type": "string", "enum": list(FORMATS)},
                        "timestamp_granularities[]": {
                            "type": "array",
                            "items": {"type": "string", "enum": list(GRANULARITIES)},
                        },
                        "stream": {"type": "string", "enum": ["true", "false"]},
                        "temperature": {"type": "string", "description": "Taken and left."},
                    },
                }
            }
        },
    }
}
