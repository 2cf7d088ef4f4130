"""An answer of a language model, read; one that is of no use is not kept."""

from collections.abc import Callable
from typing import TypeVar

from huiting.core.errors import EngineError
from huiting.core.ports import LanguageModel

Read = TypeVar("Read")


def answered(
    model: LanguageModel, instructions: str, text: str, read: Callable[[str], Read]
) -> Read:
    """Return what `read` makes of the model's answer.

    Args:
        model: answers.
        instructions: what to do; ours.
        text: what to do it with.
        read: raises EngineError for an answer that is of no use.

    Raises:
        EngineError: the server did not answer, or its answer was of no use; it is then
            forgotten, so that the question is asked anew the next time.
    """
    answer = model.ask(instructions, text)
    try:
        return read(answer)
    except EngineError:
        model.forget(instructions, text)
        raise
