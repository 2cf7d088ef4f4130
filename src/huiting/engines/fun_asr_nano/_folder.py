"""The folder of Fun-ASR-Nano as its authors publish it, looked at before FunASR loads it.

FunASR would fetch what the folder names but does not hold, and read paths from where it was
started. So what is asked of it is settled here; the folder may bring no code. Knows no runtime.

Source: `FunASRNano.__init__` in FunASR.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from huiting.core.errors import ModelUnavailable

MODEL = "FunASRNano"
CONFIG, CHECKPOINT = "config.yaml", "model.pt"
LANGUAGE_MODEL = "Qwen3-0.6B"
"""Folder within it, where config.yaml names none."""
VOCABULARY, TOKENIZER = "multilingual.tiktoken", "SenseVoiceTokenizer"
"""Tokens of the head that tells times."""
TIMES = ("ctc_decoder.", "ctc.")
"""Beginnings of the names of weights that tell times."""
TAKE = "take the folder as its authors publish it"
NAMES = {"float32": "fp32", "bfloat16": "bf16"}
"""Number formats, as FunASR calls them."""
MOST = 2048
"""Tokens of prompt, sound and answer together, as FunASR has it for this model."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that holds the model."""

    weights: Path
    language_model: Path
    memory: int
    """Positions of the language model, as far as they are used."""
    may_tell_times: bool
    """Whether it is made for times, if only the weights for them are there."""
    own_vocabulary: bool
    """Whether what tells times is named outside `dataset_conf`."""
    dialogue: Mapping[str, Any]
    """How the language model was spoken to when it was trained: `dataset_conf`."""

    def settings(self, compute: str, *, times: bool, adapted: bool) -> dict[str, Any]:
        """Return what FunASR must be told instead of what config.yaml says.

        Args:
            compute: number format of the language model.
            times: whether the weights that tell times are there.
            adapted: whether weights of a low-rank adaptation are.
        """
        place = {"init_param_path": str(self.language_model)}
        language_model = {**place, "llm_dtype": NAMES[compute], "use_lora": adapted}
        told: dict[str, Any] = {"tokenizer_conf": place, "llm_conf": language_model}
        if not times or not self.may_tell_times:
            return told | {"ctc_decoder": None}
        vocabulary = {"ctc_tokenizer_conf": {"vocab_path": str(self.weights / VOCABULARY)}}
        told |= vocabulary if self.own_vocabulary else {"dataset_conf": vocabulary}
        return told | {"ctc_decoder_conf": {"init_param_path": None}}


def looked_at(weights: Path, made: str = "") -> Folder:
    """Return a folder whose files are there and name nothing elsewhere.

    Args:
        weights: the folder.
        made: folder inside it that is looked through, too, if it is there.

    Raises:
        ModelUnavailable: a file is missing or cannot be read, or it is another model.
    """
    for name in (CONFIG, CHECKPOINT):
        if not (weights / name).exists():
            raise ModelUnavailable(
                str(weights / name), "no such file", "name the folder of a FunASR model"
            )
    config = _config(weights / CONFIG)
    if config.get("model") != MODEL:
        raise ModelUnavailable(str(weights / CONFIG), "it is not of Fun-ASR-Nano", TAKE)
    if _part(config, "audio_encoder_conf").get("hub"):
        raise ModelUnavailable(
            str(weights / CONFIG), "it names a part that would have to be fetched", TAKE
        )
    named = str(_part(config, "llm_conf").get("init_param_path") or LANGUAGE_MODEL)
    language_model = weights / Path(named).name
    memory = _looked_through(language_model)
    if made and (weights / made).exists():
        _looked_through(weights / made)
    dialogue = _part(config, "dataset_conf")
    tokenizer = config.get("ctc_tokenizer") or dialogue.get("ctc_tokenizer")
    return Folder(
        weights,
        language_model,
        memory,
        bool(config.get("ctc_decoder"))
        and tokenizer == TOKENIZER
        and (weights / VOCABULARY).exists(),
        "ctc_tokenizer_conf" in config,
        dialogue,
    )


def _looked_through(folder: Path) -> int:
    """Return how many positions a language model has.

    Raises:
        ModelUnavailable: a file is missing or cannot be read, or asks for code to be run.
    """
    tokenizers = [folder / "tokenizer.json", folder / "vocab.json"]
    if not any(file.exists() for file in tokenizers):
        raise ModelUnavailable(str(tokenizers[0]), "no such file", TAKE)
    config = _object(folder / "config.json")
    described = folder / "tokenizer_config.json"
    for file, content in (
        (folder / "config.json", config),
        (described, _object(described) if described.exists() else {}),
    ):
        if "auto_map" in content:
            raise ModelUnavailable(str(file), "it asks for code of its own to be run", TAKE)
    size = config.get("max_position_embeddings")
    return min(MOST, size) if isinstance(size, int) else MOST


def _config(file: Path) -> Mapping[str, Any]:
    try:
        found = yaml.safe_load(file.read_text("utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ModelUnavailable(str(file), f"not YAML ({error})", "fetch the model anew") from error
    if not isinstance(found, dict):
        raise ModelUnavailable(str(file), "it holds no object", "fetch the model anew")
    return found


def _object(file: Path) -> Mapping[str, Any]:
    if not file.exists():
        raise ModelUnavailable(str(file), "no such file", TAKE)
    try:
        found = json.loads(file.read_bytes())
    except ValueError as error:
        raise ModelUnavailable(str(file), f"not JSON ({error})", "fetch the model anew") from error
    if not isinstance(found, dict):
        raise ModelUnavailable(str(file), "it holds no object", "fetch the model anew")
    return found


def _part(config: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = config.get(name)
    return found if isinstance(found, dict) else {}
