import json

import pytest

from huiting.service.people.log_export import LogFormat, written
from huiting.store.audit import Entry, Noted
from unit.service.people.house import NOON

NOTED = Noted(
    7, NOON, Entry("user:1", "王伟", "saw", "call:a", "::1", "ok", {"count": 2}), "0", "f"
)


def test_json_lines_hold_all_that_verification_needs() -> None:
    [line] = written([NOTED], LogFormat.JSONL)

    assert json.loads(line) == {
        "number": 7, "at": "2025-03-12T12:00:00.000000+00:00", "who": "user:1", "name": "王伟",
        "action": "saw", "subject": "call:a", "address": "::1", "result": "ok",
        "detail": {"count": 2}, "previous": "0", "digest": "f",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "\tx", "\r=1"])
def test_a_spreadsheet_runs_nothing(name: str) -> None:
    noted = Noted(1, NOON, Entry("", name, "sign-in-failed"), "0", "f")
    _, line = written([noted], LogFormat.CSV)

    assert f"'{name}" in line


def test_a_name_with_a_quote_stays_one_cell() -> None:
    noted = Noted(1, NOON, Entry("", 'a","b\n', "x"), "0", "f")
    _, line = written([noted], LogFormat.CSV)

    assert '"a"",""b\n"' in line
