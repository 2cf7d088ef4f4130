"""Hold a request while its audio is heard, without holding a thread."""

from dataclasses import dataclass
from typing import BinaryIO

import anyio
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile

from huiting.access.principal import Principal
from huiting.core.analysis import Analysis
from huiting.core.errors import InputError
from huiting.service.transcriber import Wishes
from huiting.web.parts import Parts

SHORTEST, LONGEST = 0.05, 0.5
"""Seconds between two looks, growing from one to the other."""


def audio_of(sent: FormData) -> UploadFile:
    """Return the one file of a form.

    Raises:
        InputError: there is none, or there are several.
    """
    files = [item for item in sent.getlist("file") if isinstance(item, UploadFile)]
    if len(files) != 1:
        raise InputError("file", f"{len(files)} files", "send one recording as `file`")
    return files[0]


def text_of(sent: FormData, name: str) -> str | None:
    """Return a field of a form; None when it is absent, empty or a file."""
    value = sent.get(name)
    return value.strip() or None if isinstance(value, str) else None


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known at the end of the time that a request may take."""

    heard: Analysis | None
    """None: it is still being heard, and asking again will be answered."""
    job: int | None
    """That hears it; None when it was heard before."""


async def heard(
    stream: BinaryIO, name: str, wishes: Wishes, principal: Principal, parts: Parts
) -> Answer:
    """Return what was heard.

    Raises:
        UndecodableAudio: it is no audio.
        TooLarge: it has more bytes than are taken.
        EngineError: it could not be heard.
    """
    desk = parts.transcriber
    question = await run_in_threadpool(desk.ask, stream, name, wishes, principal)
    pause, waited = SHORTEST, 0.0
    while (found := await run_in_threadpool(desk.look, question)) is None:
        if waited >= parts.limits.answer:
            break
        await anyio.sleep(pause)
        waited, pause = waited + pause, min(LONGEST, pause * 1.5)
    return Answer(found, question.job)
