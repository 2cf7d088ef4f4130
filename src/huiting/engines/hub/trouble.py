"""What may go wrong with one try to get a file, before it is known whether it matters."""


class HubTrouble(Exception):
    """A try that failed; another place, or another try, may do."""

    def __init__(self, reason: str, remedy: str, *, passing: bool = False, wait: float = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy
        self.passing = passing
        """Whether the same place is worth another try."""
        self.wait = wait
        """Seconds that the server asks for before it."""
