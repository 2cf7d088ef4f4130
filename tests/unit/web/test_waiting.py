"""A request that waits while its audio is heard; forms; routes by their names."""

import io
from pathlib import Path

import anyio
import pytest
from fastapi import APIRouter, FastAPI
from starlette.datastructures import FormData, Headers, UploadFile

from huiting.core.analysis import Analysis
from huiting.core.errors import InputError
from huiting.service.transcriber import Question, Transcriber, Wishes
from huiting.web import templates, waiting
from huiting.web.parts import Limits
from served import PEOPLE, Served, refund, serving


def file(name: str = "a.wav") -> UploadFile:
    return UploadFile(io.BytesIO(b"sound"), filename=name, headers=Headers())


def test_a_form_has_one_file() -> None:
    one = file()

    assert waiting.audio_of(FormData([("file", one), ("other", file())])) is one
    wrong: list[list[tuple[str, str | UploadFile]]] = [
        [], [("file", "text")], [("file", one), ("file", file())],
    ]  # fmt: skip
    for items in wrong:
        with pytest.raises(InputError, match="send one recording"):
            waiting.audio_of(FormData(items))


@pytest.mark.parametrize(
    ("items", "text"),
    [([], None), ([("a", " ")], None), ([("a", " x ")], "x"), ([("a", file())], None)],
    ids=["absent", "empty", "text", "a-file"],
)
def test_a_field_is_text_or_nothing(
    items: list[tuple[str, str | UploadFile]], text: str | None
) -> None:
    assert waiting.text_of(FormData(items), "a") == text


def asked(served: Served) -> waiting.Answer:
    async def ask() -> waiting.Answer:
        stream = io.BytesIO(b"sound")
        return await waiting.heard(stream, "a.wav", Wishes(), PEOPLE["root"], served.parts)

    return anyio.run(ask)


def test_what_is_still_being_heard_is_told_with_its_job(tmp_path: Path) -> None:
    with serving(tmp_path, Limits(answer=0.2)) as served:
        answer = asked(served)

    assert answer.heard is None
    assert answer.job == 1


def test_what_is_heard_meanwhile_is_answered(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, looks = refund(), list[Question]()

    def look(_: Transcriber, question: Question) -> Analysis | None:
        looks.append(question)
        return made if len(looks) > 1 else None

    monkeypatch.setattr(Transcriber, "look", look)

    assert asked(served) == waiting.Answer(made, 1)
    assert len(looks) == 2


def test_a_route_is_named_with_what_it_stands_under() -> None:
    router, app = APIRouter(), FastAPI()

    @router.get("/calls/{call}")
    def one(call: str) -> str:
        return call

    @router.websocket("/live")
    async def live() -> None: ...

    templates.name(app, {"/api/v1": [router], "": []})

    assert templates.template({"app": app, "endpoint": one}) == "/api/v1/calls/{call}"
    assert templates.template({"app": app, "endpoint": live}) == templates.NONE
    assert templates.template({"app": app}) == templates.NONE
