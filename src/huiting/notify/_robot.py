"""What chat robots answer: HTTP 200 always, and a number that says whether they took it."""

from collections.abc import Set as AbstractSet
from typing import Any

from huiting.notify.notice import DeliveryError, Undeliverable


def accepted(shown: str, answer: Any, key: str, *, busy: AbstractSet[int]) -> None:  # noqa: ANN401  (JSON)
    """Check the answer's number.

    Args:
        shown: the receiver, for errors.
        answer: JSON that came back.
        key: the number's name; 0 for taken.
        busy: numbers that say to come again.

    Raises:
        DeliveryError: the answer is none, or says to come again.
        Undeliverable: the robot refuses.
    """
    number = answer.get(key) if isinstance(answer, dict) else None
    if not isinstance(number, int):
        raise DeliveryError(shown, "no answer of a robot", "check the address")
    if number in busy:
        raise DeliveryError(shown, f"busy ({key} {number})", "send fewer messages to this robot")
    if number != 0:
        raise Undeliverable(
            shown, f"refused ({key} {number})", "check the address, the secret and the key words"
        )
