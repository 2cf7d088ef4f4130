"""A tiny SenseVoice of FunASR's own classes, as a network for sherpa-onnx."""

from pathlib import Path

import onnx
import torch

from engines import tiny_sensevoice
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


def write(checkpoint: Path, folder: Path) -> Path:
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
    model = onnx.load(str(folder / "model.onnx"))
    onnx.helper.set_model_props(model, _metadata(loaded))
    onnx.save(model, str(folder / "model.onnx"))
    pieces = loaded.tokenizer.sp
    rows = [f"{pieces.IdToPiece(i)} {i}\n" for i in range(pieces.GetPieceSize())]
    (folder / "tokens.txt").write_text("".join(rows), encoding="utf-8")
    return folder


def _metadata(loaded: _funasr.Loaded) -> dict[str, str]:
    model = loaded.model
    shift, scale = (",".join(str(float(v)) for v in row) for row in loaded.frontend.cmvn)
    return {
        "vocab_size": str(model.vocab_size),
        "blank_id": str(model.blank_id),
        "lfr_window_size": "7",
        "lfr_window_shift": "6",
        "normalize_samples": "0",
        "with_itn": str(model.textnorm_dict["withitn"]),
        "without_itn": str(model.textnorm_dict["woitn"]),
        **{
            f"lang_{code}": str(model.lid_dict[code])
            for code in ("auto", "zh", "en", "yue", "ja", "ko")
        },
        "neg_mean": shift,
        "inv_stddev": scale,
    }
