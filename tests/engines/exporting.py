"""Tiny models of FunASR's own classes, as networks for sherpa-onnx."""

from collections.abc import Sequence
from pathlib import Path

import onnx
import torch
from funasr.models.paraformer.export_meta import export_rebuild_model

from engines import tiny_paraformer, tiny_sensevoice
from huiting.engines import _funasr
from huiting.engines._torch import Native

ASKED = {"language": 0, "text_norm": 14}
NAMES = ["x", "x_length", "language", "text_norm"]


class Whole(torch.nn.Module):  # type: ignore[misc]
    """The model with its questions, as one network."""

    def __init__(self, model: Native) -> None:
        super().__init__()
        self.model = model

    def forward(
        self,
        x: torch.Tensor,
        x_length: torch.Tensor,
        language: torch.Tensor,
        text_norm: torch.Tensor,
    ) -> torch.Tensor:
        one = torch.ones_like(language)
        asked = torch.stack((language, one, 2 * one, text_norm), 1).long()
        speech = torch.cat((self.model.embed(asked), x), 1)
        encoded, _ = self.model.encoder(speech, x_length.long() + tiny_sensevoice.HEADER)
        scores: torch.Tensor = self.model.ctc.ctc_lo(encoded)
        return scores


def write_sensevoice(checkpoint: Path, folder: Path) -> Path:
    """Write the model of the folder `checkpoint` to `folder`, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    loaded = _funasr.load(checkpoint, "cpu", 1)
    loaded.model.eval()
    example = (
        torch.randn(2, 30, 560),
        torch.tensor([30, 20], dtype=torch.int32),
        *(torch.full((2,), number, dtype=torch.int32) for number in ASKED.values()),
    )
    free = {name: {0: "N"} for name in NAMES} | {"logits": {0: "N", 1: "L"}}
    free["x"][1] = "T"
    with torch.no_grad():
        torch.onnx.export(
            Whole(loaded.model), example, str(folder / "model.onnx"), dynamo=False,
            opset_version=14, input_names=NAMES, output_names=["logits"], dynamic_axes=free,
        )  # fmt: skip
    pieces = loaded.tokenizer.sp
    tokens = [pieces.IdToPiece(i) for i in range(pieces.GetPieceSize())]
    _finish(folder, _normalization(loaded) | _numbers(loaded.model), tokens)
    return folder


def write_paraformer(checkpoint: Path, folder: Path) -> Path:
    """Write the plain Paraformer of the folder `checkpoint` to `folder`, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    loaded = _funasr.load(checkpoint, "cpu", 1)
    config = tiny_paraformer._config("Paraformer")
    kinds = {part: config[part] for part in ("encoder", "predictor", "decoder")}
    model = export_rebuild_model(loaded.model.eval(), device="cpu", max_seq_len=512, **kinds)
    with torch.no_grad():
        torch.onnx.export(
            model, model.export_dummy_inputs(), str(folder / "model.onnx"), dynamo=False,
            opset_version=14, input_names=model.export_input_names(),
            output_names=model.export_output_names(), dynamic_axes=model.export_dynamic_axes(),
        )  # fmt: skip
    tokens = loaded.tokenizer.token_list
    _finish(folder, _normalization(loaded) | {"vocab_size": str(len(tokens))}, tokens)
    return folder


def _finish(folder: Path, metadata: dict[str, str], tokens: Sequence[str]) -> None:
    """Add what the runtime wants to know of a network."""
    model = onnx.load(str(folder / "model.onnx"))
    onnx.helper.set_model_props(model, metadata)
    onnx.save(model, str(folder / "model.onnx"))
    rows = [f"{token} {number}\n" for number, token in enumerate(tokens)]
    (folder / "tokens.txt").write_text("".join(rows), encoding="utf-8")


def _normalization(loaded: _funasr.Loaded) -> dict[str, str]:
    shift, scale = (",".join(str(float(v)) for v in row) for row in loaded.frontend.cmvn)
    frames = {"lfr_window_size": "7", "lfr_window_shift": "6"}
    return {"neg_mean": shift, "inv_stddev": scale, **frames}


def _numbers(model: Native) -> dict[str, str]:
    return {
        "vocab_size": str(model.vocab_size),
        "blank_id": str(model.blank_id),
        "normalize_samples": "0",
        "with_itn": str(model.textnorm_dict["withitn"]),
        "without_itn": str(model.textnorm_dict["woitn"]),
        **{
            f"lang_{code}": str(model.lid_dict[code])
            for code in ("auto", "zh", "en", "yue", "ja", "ko")
        },
    }
