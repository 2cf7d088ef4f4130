"""What two engines are said to have heard in a call of `served.refund`, as a job keeps it."""

from datetime import datetime

from huiting.core.types import Span
from huiting.service.comparing import Comparison, Example, Failure, Row
from huiting.service.comparisons.outcome import packed
from huiting.store import Store
from huiting.store.comparisons import keep
from huiting.text.error_rate import ErrorRate, Unit

FIRST, SECOND = "whisper", "second"
RETURN, NUMBER = "我要退货你们太慢了", "我的手机号是一三八零零一三八零零零"


def comparison(
    call: str, *, referenced: bool = True, deaf: str | None = None, lines: int = 1
) -> Comparison:
    """Return what came of it.

    Args:
        call: in which lines differ.
        referenced: somebody corrected it.
        deaf: another call, which the second engine could not hear.
        lines: of it that differ, besides the one with a telephone number.
    """
    said = "我要退货，你们太慢了！" if referenced else None
    rates = [{Unit.CHARACTER: ErrorRate(edits, 20)} if referenced else {} for edits in (1, 4)]
    failures = [Failure(deaf, "no audio that we can read")] if deaf else []
    rows = (
        Row(FIRST, rates[0], 2, 120.0, 60.0, 12.0, 300_000_000, cards=2_000_000_000),
        Row(SECOND, rates[1], 2, 120.0, 60.0, 30.0, None, 5.0, 65.0, failures),
    )
    apart = {(FIRST, SECOND): ErrorRate(5, 25), (SECOND, FIRST): ErrorRate(5, 24)}
    private = Example(
        call, Span(7.5, 10.0), 1, NUMBER if referenced else None,
        {FIRST: NUMBER, SECOND: "我的手机好是一三八零零一三八零洞洞"}, 3,
    )  # fmt: skip
    differing = [
        Example(
            call, Span(2.5 + n / 10, 5.0), 1, said, {FIRST: RETURN, SECOND: "我要推货你们慢了"}, 2
        )
        for n in range(lines)
    ]
    return Comparison(rows, apart, (private, *differing), referenced, 1)


def end(store: Store, asked: str, found: Comparison, at: datetime, calls: int = 1) -> None:
    """Keep what came of a comparison, as its job does."""
    with store.database.writing() as connection:
        keep(connection, asked, packed(found, calls), at)
