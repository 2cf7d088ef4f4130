import pytest

from huiting.audio.raw import RawFormat
from huiting.core.errors import InputError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mulaw:8000:2", RawFormat("mulaw", 8000, 2)),
        ("ULAW", RawFormat("mulaw", 8000, 1)),
        ("alaw:16000", RawFormat("alaw", 16_000, 1)),
        ("s16le:44100:8", RawFormat("s16le", 44_100, 8)),
        (" u8::2 ", RawFormat("u8", 8000, 2)),
        ("g722", RawFormat("g722", 16_000, 1)),
        ("g729:8000:1", RawFormat("g729", 8000, 1)),
    ],
)
def test_a_raw_format_is_written_in_one_word(text: str, expected: RawFormat) -> None:
    assert RawFormat.parse(text) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is not known"),
        ("mp3:8000", "is not known"),
        ("mulaw:fast", "rate must be 4000 to 384000, not 'fast'"),
        ("mulaw:٨٠٠٠", "rate must be"),
        ("mulaw:100", "rate must be"),
        ("mulaw:8000:9", "number of channels must be 1 to 8"),
        ("g722:8000", "one channel at 16000 Hz"),
        ("gsm:8000:2", "one channel at 8000 Hz"),
    ],
)
def test_what_is_wrong_with_a_raw_format_is_told(text: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        RawFormat.parse(text)
