"""What a server takes of what it may be asked for. Learned from its refusals; not forgotten.

A server that does not know an option refuses the whole question. The first refusal says which
option it was, or is taken to mean all of them; from then on they are left out.
"""

import logging
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from huiting.engines.remote._trouble import Refused

log = logging.getLogger(__name__)

VERBOSE = "verbose_json"
"""The answer with segments and language; without it, the text alone."""
WORDS = "words"
"""Times of words; only with `VERBOSE`."""
PROMPT = "hotwords"
LOGPROBS = "logprobs"
"""Probabilities of tokens; only without `VERBOSE`."""
LANGUAGE = "language "
"""And a code: a server may know some languages only."""
_NAMED = {
    WORDS: re.compile(r"granularit|timestamp"),
    VERBOSE: re.compile(r"verbose_json|response_format"),
    PROMPT: re.compile(r"prompt|hotword"),
    LOGPROBS: re.compile(r"logprob|include"),
    LANGUAGE: re.compile(r"\blanguage|语种|语言"),
}
_WORDED = frozenset({400, 415, 422, 501})
"""Statuses of a question that was not understood."""
_PARAM = re.compile(r'"(?:param|parameter)"\s*:\s*"([^"]{1,80})"|"loc"\s*:\s*\[([^\]]{1,80})\]')


@dataclass(slots=True)
class Abilities:
    """Of one server. May be used from several threads."""

    server: str
    """As logs name it."""
    taken: set[str] = field(default_factory=set)
    """Options it has answered with."""
    refused: set[str] = field(default_factory=set)

    def left(self, wanted: Collection[str]) -> frozenset[str]:
        """Return those of the options that it was not found to refuse."""
        return frozenset(wanted) - self.refused

    def known(self, wanted: Collection[str]) -> bool:
        """Tell whether it is known of each option whether the server takes it."""
        return set(wanted) <= self.taken | self.refused

    def doubted(self, error: Refused, sent: Collection[str]) -> frozenset[str]:
        """Return the options to ask without, after a refusal; none where that is no use.

        They are those it names, else all of which it is not known that the server takes them.
        """
        if error.status not in _WORDED:
            return frozenset()
        for text in (_subject(error.text), error.text):
            if named := frozenset(o for o in sent if _NAMED[_kind(o)].search(text)):
                return named
        return frozenset(sent) - self.taken

    def took(self, sent: Collection[str], without: Collection[str] = ()) -> None:
        """Note that a question was answered, with these options, and without those in doubt."""
        self.taken.update(sent)
        for option in set(without) - self.taken - self.refused:
            log.info("a server does not take it", extra={"server": self.server, "option": option})
            self.refused.add(option)


def _kind(option: str) -> str:
    return LANGUAGE if option.startswith(LANGUAGE) else option


def _subject(text: str) -> str:
    """Return what an error names as the parameter that is wrong, as OpenAI and FastAPI do."""
    return " ".join(_groups(text))


def _groups(text: str) -> Iterator[str]:
    for found in _PARAM.finditer(text):
        yield found[1] or found[2]
