"""How much a model host lets its child take."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a child may take. Times are in seconds."""

    parallel: int = 2
    """Tasks it runs at a time."""
    waiting: int = 1_000
    """Tasks that wait for it; further ones are refused."""
    watchdog: float = 120.0
    """How long a task may show no life."""
    loading: float = 600.0
    """How long it may take until it is ready."""
    grace: float = 10.0
    """How long a cancelled task may take to end."""
    idle: float = 900.0
    """After how long without a task it is let go; 0 for never."""
    memory: int = 0
    """Bytes beyond which it is started anew, once its tasks are done; 0 for no bound."""
    beat: float = 2.0
    """How often those who wait are told how far their task is."""
    pause: float = 0.5
    """Before it is started again the second time in a row; each further time twice as long."""
    longest_pause: float = 30.0
