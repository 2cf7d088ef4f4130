"""What can go wrong between a question and its answer, by what is to be done about it.

None of these leaves this package: what is left of them at the end is an `EngineError`.
"""


class Lost(Exception):
    """Nothing came, or nothing whole, or the server failed: tried again, and counted."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Busy(Exception):
    """The server is there and asks to come later."""

    def __init__(self, status: int, wait: float | None) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status
        self.wait = wait
        """Seconds, where it says how many."""


class Refused(Exception):
    """The server is there and will answer the same again."""

    def __init__(self, status: int, text: str = "") -> None:
        super().__init__(f"HTTP {status}")
        self.status = status
        self.text = text
        """What it said, in lower case; never shown, as it may quote what it was sent."""


class Untrusted(Exception):
    """The certificate is not one that is trusted."""


class Unusable(Exception):
    """The answer is none; asking again would bring the same."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
