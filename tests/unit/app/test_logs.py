import io
import json
import logging

from huiting.app.logs import start_logging

log = logging.getLogger("huiting.test")


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_has_a_sentence_and_stable_keys() -> None:
    stream = io.StringIO()
    start_logging("info", stream)
    log.info("stage ended", extra={"stage": "asr", "seconds": 1.5, "text": "秘密"})
    log.debug("not shown")

    [line] = lines(stream)
    assert (line["message"], line["stage"], line["seconds"]) == ("stage ended", "asr", 1.5)
    assert (line["level"], line["logger"]) == ("info", "huiting.test")
    assert "text" not in line


def test_what_a_library_warns_of_is_a_line_without_what_it_fills_in() -> None:
    stream = io.StringIO()
    start_logging("debug", stream)
    logging.getLogger("uvicorn.asked").warning("Invalid request from %s", "13800138000")
    logging.getLogger("uvicorn.asked").info("started")

    [line] = lines(stream)
    assert (line["message"], line["logger"]) == ("Invalid request from %s", "uvicorn.asked")


def test_an_exception_shows_its_place_and_not_its_message() -> None:
    stream = io.StringIO()
    start_logging("warning", stream)
    try:
        int("客户张伟民的电话")
    except ValueError:
        log.exception("recording failed", extra={"recording": "ab"})

    [line] = lines(stream)
    assert line["error"] == "ValueError"
    assert str(line["at"]).startswith("test_an_exception_shows_its_place")
    assert "张伟民" not in stream.getvalue()
