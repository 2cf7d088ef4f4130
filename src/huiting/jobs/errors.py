"""What interrupts the work on a job. Not failures: the worker knows what each means."""

from huiting.core.errors import HuitingError


class LeaseLost(HuitingError):
    """Another worker has the job, or it is over: what this one made of it must not be written."""

    code = "lease-lost"


class Cancelled(HuitingError):
    """Somebody asked that the job be cancelled."""

    code = "cancelled"


class Stopping(HuitingError):
    """The worker is told to end; the job is run again by another, and the attempt not counted."""

    code = "stopping"


class TookTooLong(HuitingError):
    """The attempt took longer than the job allows."""

    code = "took-too-long"
    retryable = True
