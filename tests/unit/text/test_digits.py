"""Numbers that may be somebody's are told by their digits, however they are written."""

import pytest

from huiting.text.redaction.digits import may_identify


@pytest.mark.parametrize(
    ("text", "may"),
    [
        ("13800138000", True),
        ("+86 138-0013-8000", True),
        ("(021) 5555.1234", True),
        ("一三八零零幺三八零零零", True),
        ("１３８００１３８０００", True),
        ("退货 2024", False),
        ("1234567", True),
        ("123456", False),
        ("一二三 四五六", False),
        ("退货", False),
        ("", False),
    ],
)
def test_long_numbers_are_told(text: str, *, may: bool) -> None:
    assert may_identify(text) == may
