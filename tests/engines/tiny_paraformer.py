"""A SeACo Paraformer of some megabytes: FunASR's own classes, weights drawn by lot.

What it says means nothing, but depends on the sound. The predictor is set so that about two
tokens a second are written.
"""

from pathlib import Path
from typing import Any

import torch
import yaml
from funasr import AutoModel

from engines.tiny_sensevoice import _normalization
from engines.tones import LETTERS, RATE

SIZE = 32
TOKENS = ["<blank>", "<s>", "</s>", *LETTERS[:-2], "h@@", "i", "ok", "<unk>"]
NO_BIAS = TOKENS.index("<unk>") - 1
"""Token by which the hotword decoder says that it has nothing to say."""


def write(folder: Path, *, model: str = "SeacoParaformer") -> Path:
    """Write the model to `folder`, which is made; `model` may be `Paraformer` too."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tokens.json").write_text(_json(TOKENS), encoding="utf-8")
    parts = [*(f"{c} {c}" for c in LETTERS[:-2]), "hi h@@ i", "ok ok"]
    (folder / "seg_dict").write_text("\n".join(parts) + "\n", encoding="utf-8")
    (folder / "am.mvn").write_text(_normalization(), encoding="utf-8")
    (folder / "config.yaml").write_text(yaml.safe_dump(_config(model)), encoding="utf-8")
    torch.save({}, folder / "model.pt")
    made, _ = AutoModel.build_model(model=str(folder), device="cpu", disable_update=True, seed=3)
    with torch.no_grad():
        made.predictor.cif_output.bias.fill_(-2.0)
        for layer in (made.decoder.output_layer, getattr(made, "hotword_output_layer", None)):
            if layer is not None:
                layer.weight.mul_(8.0)
                layer.bias[:3] = -9.0
                layer.bias[[TOKENS.index(token) for token in ("h@@", "<unk>")]] = -9.0
    torch.save(made.state_dict(), folder / "model.pt")
    return folder


def _json(tokens: list[str]) -> str:
    return "[" + ", ".join(f'"{token}"' for token in tokens) + "]"


def _config(model: str) -> dict[str, Any]:
    seaco = model == "SeacoParaformer"
    attention = {"attention_heads": 2, "linear_units": 2 * SIZE, "dropout_rate": 0.1}
    decoder = {
        **attention,
        "num_blocks": 2,
        "positional_dropout_rate": 0.1,
        "self_attention_dropout_rate": 0.1,
        "src_attention_dropout_rate": 0.1,
        "att_layer_num": 2,
        "kernel_size": 5,
        "sanm_shfit": 0,
    }
    predictor = {"idim": SIZE, "threshold": 1.0, "l_order": 1, "r_order": 1, "tail_threshold": 0.45}
    finer = {"smooth_factor2": 0.25, "noise_threshold2": 0.01, "upsample_times": 3,
             "use_cif1_cnn": False, "upsample_type": "cnn_blstm"}  # fmt: skip
    hotwords = {
        "inner_dim": SIZE,
        "bias_encoder_type": "lstm",
        "bias_encoder_bid": False,
        "seaco_lsm_weight": 0.1,
        "seaco_length_normal": True,
        "train_decoder": True,
        "NO_BIAS": NO_BIAS,
    }
    return {
        "model": model,
        "model_conf": {
            "ctc_weight": 0.0,
            "lsm_weight": 0.1,
            "length_normalized_loss": True,
            "predictor_weight": 1.0,
            "predictor_bias": 1,
            "sampling_ratio": 0.75,
            **(hotwords if seaco else {}),
        },
        "encoder": "SANMEncoder",
        "encoder_conf": {
            **attention,
            "output_size": SIZE,
            "num_blocks": 2,
            "positional_dropout_rate": 0.1,
            "attention_dropout_rate": 0.1,
            "input_layer": "pe",
            "pos_enc_class": "SinusoidalPositionEncoder",
            "normalize_before": True,
            "kernel_size": 5,
            "sanm_shfit": 0,
            "selfattention_layer_type": "sanm",
        },
        "decoder": "ParaformerSANMDecoder",
        "decoder_conf": decoder,
        **(
            {
                "seaco_decoder": "ParaformerSANMDecoder",
                "seaco_decoder_conf": {
                    **decoder, "use_output_layer": False, "wo_input_layer": True
                },
            }
            if seaco
            else {}
        ),
        "predictor": "CifPredictorV3" if seaco else "CifPredictorV2",
        "predictor_conf": predictor | (finer if seaco else {}),
        "frontend": "WavFrontend",
        "frontend_conf": {"fs": RATE, "window": "hamming", "n_mels": 80, "frame_length": 25,
                          "frame_shift": 10, "lfr_m": 7, "lfr_n": 6, "cmvn_file": None},
        "tokenizer": "CharTokenizer",
        "tokenizer_conf": {"unk_symbol": "<unk>", "split_with_space": True},
    }  # fmt: skip
