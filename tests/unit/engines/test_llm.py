import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from huiting.core.errors import ConfigError, EngineError
from huiting.core.ports import LanguageModel
from huiting.engines.llm import BUSY, LOST, PROBE, ChatModel, build
from llm_server import Asked, Reply, serving

MADE: list[ChatModel] = []


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    while MADE:
        MADE.pop().close()


def quick(url: str, **options: object) -> ChatModel:
    """A model that does not wait between tries."""
    made = build(url=url, model="qwen", **options)  # type: ignore[arg-type]
    made.sleep = lambda _: None
    MADE.append(made)
    return made


def test_what_is_asked_reaches_the_server_and_its_answer_comes_back() -> None:
    with serving(lambda asked: f"heard {asked.text}") as server:
        model: LanguageModel = quick(server.url, key="secret")

        assert model.ask("be brief", "你好") == "heard 你好"

    (asked,) = server.asked
    assert (asked.path, asked.model) == ("/v1/chat/completions", "qwen")
    assert (asked.instructions, asked.authorization) == ("be brief", "Bearer secret")


def test_without_a_key_none_is_sent() -> None:
    with serving(lambda _: "ok") as server:
        quick(server.url).ask("", "x")

    assert server.asked[0].authorization is None


@pytest.mark.parametrize("status", sorted(BUSY))
def test_a_busy_server_is_asked_again(status: int) -> None:
    replies = iter([Reply("", status), Reply("at last")])
    with serving(lambda _: next(replies)) as server:
        assert quick(server.url).ask("", "x") == "at last"


def test_a_server_that_asks_for_a_pause_gets_it() -> None:
    waits: list[float] = []
    replies = iter(
        [Reply("", 429, {"Retry-After": "3"}), Reply("", 503, {"Retry-After": "9999"}), Reply("ok")]
    )
    with serving(lambda _: next(replies)) as server:
        model = quick(server.url)
        model.sleep = waits.append
        model.ask("", "x")

    assert waits == [3.0, 30.0]


def test_pauses_grow_when_the_server_names_none() -> None:
    waits: list[float] = []
    replies = iter([Reply("", 500), Reply("", 500, {"Retry-After": "Wed, 21 Oct"}), Reply("ok")])
    with serving(lambda _: next(replies)) as server:
        model = quick(server.url)
        model.sleep = waits.append
        model.ask("", "x")

    assert 0.5 <= waits[0] <= 1.5
    assert 1.0 <= waits[1] <= 3.0


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        pytest.param(Reply("", 500), "HTTP 500", id="busy to the end"),
        pytest.param(Reply("", 401), "HTTP 401; check the key", id="a wrong key"),
        pytest.param(Reply("", 404), "check llm_url", id="a wrong address"),
        pytest.param(Reply(raw=b"<html>"), "no chat completion", id="a web page"),
        pytest.param(Reply(raw=b'{"choices": []}'), "no chat completion", id="no choice"),
        pytest.param(
            Reply(raw=b'{"choices": [{"message": {"content": null}}]}'), "no text", id="no text"
        ),
        pytest.param(Reply(raw=b"x" * (1 << 21)), "endless", id="an endless answer"),
        pytest.param(Reply(raw=b"[" * 100_000), "no chat completion", id="nested without end"),
        pytest.param(
            Reply(raw=b"plain", headers={"Content-Encoding": "gzip"}), "no answer", id="no gzip"
        ),
    ],
)
def test_what_is_no_answer_is_an_error(reply: Reply, reason: str) -> None:
    with serving(lambda _: reply) as server, pytest.raises(EngineError, match=reason):
        quick(server.url).ask("", "x")


def test_a_refusal_is_not_tried_again() -> None:
    with serving(lambda _: Reply("", 400)) as server, pytest.raises(EngineError):
        quick(server.url).ask("", "x")

    assert len(server.asked) == 1


def test_a_server_that_is_not_there_is_an_error_after_all_tries() -> None:
    waits: list[float] = []
    model = quick("http://127.0.0.1:9/v1", retries=2)
    model.sleep = waits.append

    with pytest.raises(EngineError, match="no answer"):
        model.ask("", "x")
    assert len(waits) == 2


def test_a_server_that_is_down_is_not_waited_for_by_every_call() -> None:
    tries: list[float] = []
    model = quick("http://127.0.0.1:9/v1", retries=1)
    model.sleep = tries.append

    for n in range(LOST + 2 * PROBE):
        with pytest.raises(EngineError, match=r"no answer \(ConnectError\)"):
            model.ask("", f"question {n}")

    assert len(tries) == LOST + 2  # one in PROBE looks whether it is back
    assert model.sent == LOST + 2


def test_a_server_that_is_back_is_asked_again() -> None:
    with serving(lambda _: "ok") as server:
        model = quick(server.url)
        model._lost = LOST + PROBE - 1

        assert model.ask("", "a") == "ok"
        assert model.ask("", "b") == "ok"


def test_a_server_that_takes_too_long_is_an_error() -> None:
    held = threading.Event()

    def slow(_: Asked) -> str:
        held.wait(5)
        return "late"

    with serving(slow) as server:
        with pytest.raises(EngineError, match="ReadTimeout"):
            quick(server.url, timeout=0.05, retries=0).ask("", "x")
        held.set()


def test_a_question_is_paid_for_once(tmp_path: Path) -> None:
    with serving(lambda asked: asked.text.upper()) as server:
        first = quick(server.url, cache=tmp_path / "kept", budget=1)
        assert first.ask("i", "a") == "A"
        assert first.ask("i", "a") == "A"
        assert quick(server.url, cache=tmp_path / "kept", budget=0).ask("i", "a") == "A"

        with pytest.raises(EngineError, match="budget of 1 questions is spent"):
            first.ask("other instructions", "a")
    assert len(server.asked) == 1


def test_half_a_character_in_an_answer_is_replaced(tmp_path: Path) -> None:
    content = b'{"choices": [{"message": {"content": "a\\ud800"}}]}'
    with serving(lambda _: Reply(raw=content)) as server:
        assert quick(server.url, cache=tmp_path).ask("", "x") == "a?"


def test_what_is_kept_is_read_by_nobody_else(tmp_path: Path) -> None:
    with serving(lambda _: "A") as server:
        quick(server.url, cache=tmp_path / "kept").ask("i", "a")

    [kept] = (tmp_path / "kept").iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_a_failed_question_is_not_kept(tmp_path: Path) -> None:
    replies = iter([Reply("", 400), Reply("ok")])
    with serving(lambda _: next(replies)) as server:
        model = quick(server.url, cache=tmp_path)
        with pytest.raises(EngineError):
            model.ask("", "x")

        assert model.ask("", "x") == "ok"


def test_an_answer_of_no_use_is_asked_for_anew(tmp_path: Path) -> None:
    with serving(lambda _: "A") as server:
        model = quick(server.url, cache=tmp_path)
        model.ask("i", "a")
        model.forget("i", "a")
        model.forget("i", "never asked")
        model.ask("i", "a")

        quick(server.url).forget("i", "a")  # keeps nothing
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"url": "localhost:8000"}, id="no scheme"),
        pytest.param({"url": "ftp://host/v1"}, id="another protocol"),
        pytest.param({"model": ""}, id="no model"),
        pytest.param({"timeout": 0}, id="no time"),
        pytest.param({"retries": -1}, id="fewer than no tries"),
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        build(**({"url": "http://h/v1", "model": "m"} | options))  # type: ignore[arg-type]
