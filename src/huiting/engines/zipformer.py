"""Streaming Zipformer by sherpa-onnx, and what is exported like it: LSTM, Conformer, CTC.

A transducer (encoder, decoder, joiner) is told hotwords; a CTC network is one file and is not.
Both write words, not digits, and no punctuation: the stages of the text do that.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from huiting.core.errors import ConfigError
from huiting.core.ports import Hints, Hypothesis
from huiting.engines._exported import TOKENS
from huiting.engines._sherpa import RATE, Native, load
from huiting.engines.online.files import (
    ARCHITECTURES,
    CHUNK,
    check_encoder,
    check_plain,
    file_of,
    needed,
    number,
    vocabulary,
)
from huiting.engines.online.hotwords import Spelling
from huiting.engines.online.reading import Writing, hypothesis_of, writing_of
from huiting.engines.online.streaming import Manner, Online

STREAMING = True
LANGUAGES = ("zh", "en")
CTC = {"zipformer2": ARCHITECTURES["zipformer2"]}
CTC_PARTS = ("ctc", "model")
"""What the name of a CTC network begins with."""
FRAME = 0.01
"""Seconds from one frame of the analysis to the next."""
REACH = 0.4
"""Seconds that a network may hear ahead of what it writes."""
GREEDY, BEAM = "greedy_search", "modified_beam_search"


def build(
    *,
    weights: str | Path,
    device: str = "auto",
    compute: str = "auto",
    threads: int = 2,
    paths: int = 4,
    languages: Sequence[str] = LANGUAGES,
) -> Online:
    """Load the model.

    Args:
        weights: folder of a streaming model as sherpa-onnx publishes it: encoder, decoder and
            joiner, or one CTC network; tokens.txt; bpe.vocab where hotwords have Latin letters.
        device: `auto`, `cpu`, `cuda` or `coreml`.
        compute: `auto`, `int8` or `float32`; auto takes what the folder holds, int8 first.
        threads: cores to use.
        paths: hypotheses that a transducer follows at once; with 1 it is quicker and is told no
            hotwords.
        languages: ISO 639 codes of what may be spoken; those in scripts that the model does not
            write are left out, the others told apart by theirs.

    Raises:
        ConfigError: there is no such device, number format or number of paths.
        ModelUnavailable: a file or the package is missing or wrong, or the model does not fit.
    """
    if paths < 1:
        raise ConfigError(f"paths {paths}", "at least one is followed", "give a number from 1 on")
    folder = Path(weights)
    spoken = tuple(languages) or LANGUAGES
    encoder = file_of(folder, "encoder", compute)
    if encoder is None:
        return _ctc(folder, device, compute, threads, spoken)
    return _transducer(_Parts.of(folder, encoder, compute), device, threads, paths, spoken)


@dataclass(frozen=True, slots=True)
class _Parts:
    """Files of a transducer, looked at."""

    folder: Path
    encoder: Path
    decoder: Path
    joiner: Path
    tokens: dict[int, str]
    chunk: int
    """Frames of a piece."""

    @classmethod
    def of(cls, folder: Path, encoder: Path, compute: str) -> "_Parts":
        """Look at them.

        Raises:
            ModelUnavailable: the runtime would end the process over one.
        """
        # in int8 a decoder is no quicker, and less exact
        decoder = needed(file_of(folder, "decoder", compute, small=False), folder, "decoder")
        joiner = needed(file_of(folder, "joiner", compute), folder, "joiner")
        said = check_encoder(encoder, ARCHITECTURES).metadata
        sizes = check_plain(decoder, 1, 1, ("vocab_size", "context_size")).metadata
        check_plain(joiner, 2, 1)
        tokens = vocabulary(folder, int(sizes["vocab_size"]))
        return cls(folder, encoder, decoder, joiner, tokens, int(said[CHUNK]))

    @property
    def all(self) -> list[Path]:
        """Return the files."""
        return [self.encoder, self.decoder, self.joiner, self.folder / TOKENS]


def _transducer(
    parts: _Parts, device: str, threads: int, paths: int, languages: tuple[str, ...]
) -> Online:
    writing = writing_of(parts.tokens.values(), languages)
    spelling = Spelling(parts.tokens, parts.folder, capitals=writing.capitals)
    divided = spelling.unit != "cjkchar"

    def recognizer(native: Native, provider: str) -> Native:
        return native.OnlineRecognizer.from_transducer(
            tokens=str(parts.folder / TOKENS),
            encoder=str(parts.encoder),
            decoder=str(parts.decoder),
            joiner=str(parts.joiner),
            num_threads=threads,
            provider=provider,
            sample_rate=RATE,
            decoding_method=BEAM if paths > 1 else GREEDY,
            max_active_paths=paths,
            modeling_unit=spelling.unit,
            bpe_vocab=str(spelling.pieces) if divided else "",
            temperature_scale=1.0,  # so that the probabilities are the model's own
        )

    def hotwords(hints: Hints) -> str:
        return spelling.of(hints.hotwords) if paths > 1 else ""

    loaded = load("zipformer", recognizer, parts.all, device, several=True)
    return Online(loaded, _manner(parts.chunk, writing, hotwords))


def _ctc(
    folder: Path, device: str, compute: str, threads: int, languages: tuple[str, ...]
) -> Online:
    files = [file_of(folder, part, compute) for part in CTC_PARTS]
    path = needed(next((file for file in files if file), None), folder, "encoder")
    found = check_encoder(path, CTC, usual="zipformer2")
    shape = found.shapes[0]
    tokens = vocabulary(folder, shape[-1] if shape else 0)
    writing = writing_of(tokens.values(), languages)

    def recognizer(native: Native, provider: str) -> Native:
        return native.OnlineRecognizer.from_zipformer2_ctc(
            tokens=str(folder / TOKENS),
            model=str(path),
            num_threads=threads,
            provider=provider,
            sample_rate=RATE,
        )

    loaded = load("zipformer", recognizer, [path, folder / TOKENS], device, several=True)
    chunk = number(path, found.metadata, CHUNK)
    return Online(loaded, _manner(chunk, writing, lambda _: ""))


def _manner(chunk: int, writing: Writing, hotwords: Callable[[Hints], str]) -> Manner:
    def read(result: Native, duration: float) -> Hypothesis:
        return hypothesis_of(result, duration, writing)

    return Manner(chunk * FRAME + REACH, read, hotwords, writing.languages)
