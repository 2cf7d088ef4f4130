"""The models of live calls, loaded before the first words come: cold, these wait for seconds."""

import logging
import threading
from collections.abc import Callable

from huiting.core.errors import HuitingError
from huiting.service.live.hearing import Listener

log = logging.getLogger(__name__)


class Warmth:
    """Has the models loaded. May be used from several threads.

    Args:
        listener: whose models.
        every: seconds after which it is seen to it again that they are loaded; None for only when
            somebody asks.
        clock: seconds, of any origin.
    """

    def __init__(self, listener: Listener, every: float | None, clock: Callable[[], float]) -> None:
        self._listener = listener
        self._every = every
        self._clock = clock
        self._tended: float | None = None
        self._lock = threading.Lock()
        self._loading = False

    def warm(self) -> None:
        """Begin to load the models, unless they are loaded, or being loaded; returns at once."""
        with self._lock:
            if self._loading:
                return
            self._loading = True
        threading.Thread(target=self._load, name="live-warm", daemon=True).start()

    def tend(self) -> None:
        """See to it that the models are loaded, where they always should be, and it is time."""
        now = self._clock()
        if self._every is None:
            return
        if self._tended is None or now - self._tended >= self._every:
            self._tended = now
            self.warm()

    def _load(self) -> None:
        try:
            self._listener.warm()
        except HuitingError as error:
            log.warning("models of live calls are not loaded", extra={"code": error.code})
        finally:
            with self._lock:
                self._loading = False
