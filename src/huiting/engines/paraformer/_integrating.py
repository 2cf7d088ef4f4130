"""FunASR's integrate-and-fire, made safe for batches whose last clips hold no token.

FunASR 1.4 writes one place beyond its array then: an `IndexError` on a processor, and on a CUDA
device an assertion after which the whole process can use the device no more. A clip with one
token is put behind the batch while it integrates, so that the last one always holds a token.
"""

from collections.abc import Callable
from functools import cache, wraps

from huiting.engines._torch import Native

Integrate = Callable[[Native, Native, float], tuple[Native, Native]]


@cache
def install() -> None:
    """Let FunASR integrate safely; doing it again does nothing."""
    from funasr.models.paraformer import cif_predictor

    cif_predictor.cif_v1 = safely(cif_predictor.cif_v1)


def safely(integrate: Integrate) -> Integrate:
    """Return `integrate` for any batch."""

    @wraps(integrate)
    def guarded(hidden: Native, weights: Native, threshold: float) -> tuple[Native, Native]:
        """Return what is heard of each token, shape (clips, tokens, size), and the firing.

        Args:
            hidden: shape (clips, frames, size).
            weights: of each frame, shape (clips, frames).
            threshold: sum of weights that makes a token.
        """
        import torch

        last = torch.zeros_like(weights[:1])
        last[:, 0] = threshold
        longer = torch.cat((hidden, torch.zeros_like(hidden[:1])))
        heard, firing = integrate(longer, torch.cat((weights, last)), threshold)
        return heard[:-1], firing[:-1]

    return guarded
