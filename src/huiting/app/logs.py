"""Log lines as JSON: a fixed sentence and stable keys; never what was said in a call."""

import json
import logging
from typing import TextIO

KEYS = (
    "stage", "recording", "job", "seconds", "code", "request", "method", "route", "status",
    "principal", "permission", "channel", "inbox",
)  # fmt: skip
"""What a line may carry besides its sentence."""


OTHERS = ("uvicorn", "procrastinate")
"""Libraries whose warnings are logged too: as a sentence, without what they fill into it."""


def _ours(record: logging.LogRecord) -> bool:
    return record.name.partition(".")[0] == "huiting"


class Json(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; of an exception its type and place, not its message.

        A message may quote a file name or a piece of text, which no log may hold.
        """
        line: dict[str, object] = {
            "time": self.formatTime(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage() if _ours(record) else str(record.msg),
        }
        line |= {key: getattr(record, key) for key in KEYS if hasattr(record, key)}
        if record.exc_info and record.exc_info[1] is not None:
            error, trace = record.exc_info[1], record.exc_info[2]
            while trace is not None and trace.tb_next is not None:
                trace = trace.tb_next
            place = trace.tb_frame.f_code if trace is not None else None
            line["error"] = type(error).__name__
            line["at"] = f"{place.co_qualname}:{trace.tb_lineno}" if place and trace else None
        return json.dumps(line, ensure_ascii=False)


def start_logging(level: str, stream: TextIO) -> None:
    """Send Huiting's log lines of `level` and above to `stream`, and the warnings of libraries."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Json())
    logger = logging.getLogger("huiting")
    logger.handlers = [handler]
    logger.setLevel(level.upper())
    logger.propagate = False
    for name in OTHERS:
        other = logging.getLogger(name)
        other.handlers = [handler]
        other.setLevel(logging.WARNING)
        other.propagate = False
