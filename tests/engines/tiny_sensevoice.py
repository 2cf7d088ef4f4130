"""A SenseVoice of a megabyte: FunASR's own classes, an encoder drawn by lot, a taught last layer.

The last layer is fitted by least squares to a language of tones, so what it writes can be
checked: characters, when they sound, and the tags it is asked for. How well the published
weights hear says nothing of this.
"""

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import sentencepiece
import torch
import yaml
from funasr import AutoModel

from engines.tones import HUMS, LASTS, LETTERS, RATE, at, sound

LANGUAGES = ("zh", "en", "yue", "ja", "ko")
TAGS = [
    *(f"<|{code}|>" for code in (*LANGUAGES, "nospeech")),
    *(f"<|{e}|>" for e in ("HAPPY", "SAD", "ANGRY", "NEUTRAL", "FEARFUL", "EMO_UNKNOWN")),
    *(f"<|{e}|>" for e in ("Speech", "BGM", "Laughter", "Applause", "Event_UNK")),
    "<|withitn|>",
    "<|woitn|>",
]
SIZE = 128
HEADER = 4
FRAME = 0.06


def write(folder: Path) -> Path:
    """Write the model to `folder`, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bpe.model").write_bytes(_vocabulary())
    (folder / "config.yaml").write_text(yaml.safe_dump(_config()), encoding="utf-8")
    (folder / "am.mvn").write_text(_normalization(), encoding="utf-8")
    torch.manual_seed(0)
    torch.save({}, folder / "model.pt")
    model, parts = AutoModel.build_model(model=str(folder), device="cpu", disable_update=True)
    _teach(model, parts["tokenizer"], parts["frontend"])
    torch.save(model.state_dict(), folder / "model.pt")
    return folder


def _vocabulary() -> bytes:
    made = BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([LETTERS, " ".join(LETTERS), "hi hi hi"] * 20),
        model_writer=made,
        model_type="char",
        vocab_size=len(TAGS) + len(LETTERS) + 4,
        user_defined_symbols=TAGS,
        hard_vocab_limit=False,
        minloglevel=2,
    )
    return made.getvalue()


def _config() -> dict[str, Any]:
    return {
        "model": "SenseVoiceSmall",
        "model_conf": {"length_normalized_loss": True, "sos": 1, "eos": 2, "ignore_id": -1},
        "encoder": "SenseVoiceEncoderSmall",
        "encoder_conf": {
            "output_size": SIZE,
            "attention_heads": 4,
            "linear_units": 2 * SIZE,
            "num_blocks": 2,
            "tp_blocks": 1,
            "input_layer": "pe",
            "pos_enc_class": "SinusoidalPositionEncoder",
            "normalize_before": True,
            "kernel_size": 5,
            "sanm_shfit": 0,
            "selfattention_layer_type": "sanm",
            "dropout_rate": 0.1,
            "attention_dropout_rate": 0.1,
        },
        "tokenizer": "SentencepiecesTokenizer",
        "tokenizer_conf": {"bpemodel": None, "unk_symbol": "<unk>", "split_with_space": True},
        "frontend": "WavFrontend",
        "frontend_conf": {
            "fs": RATE,
            "window": "hamming",
            "n_mels": 80,
            "frame_length": 25,
            "frame_shift": 10,
            "lfr_m": 7,
            "lfr_n": 6,
            "cmvn_file": None,
        },
    }


def _normalization(size: int = 560, mean: float = -12.0, scale: float = 0.2) -> str:
    """Return Kaldi's text form of a shift and a scale for each feature."""
    shift, rescale = (" ".join([str(value)] * size) for value in (mean, scale))
    return (
        f"<Nnet>\n<Splice> {size} {size}\n[ 0 ]\n"
        f"<AddShift> {size} {size}\n<LearnRateCoef> 0 [ {shift} ]\n"
        f"<Rescale> {size} {size}\n<LearnRateCoef> 0 [ {rescale} ]\n</Nnet>\n"
    )


def _teach(model: Any, tokenizer: Any, frontend: Any) -> None:  # noqa: ANN401
    """Fit the last layer to sentences of tones."""
    frontend.dither = 0.0
    with torch.no_grad():
        model.embed.weight.mul_(3.0)
    random = np.random.default_rng(1)
    seen, meant, weights = [], [], []
    for number in range(300):
        count = random.integers(1, 9) if random.random() > 0.25 else 0
        letters = "".join(random.choice(list(LETTERS), count))
        hum = str(random.choice(["", "", *HUMS]))
        language = random.choice(["auto", *LANGUAGES])
        itn = bool(random.integers(2))
        states, wanted = _example(
            model, frontend, tokenizer.sp, letters, hum, str(language), itn=itn, seed=number
        )
        seen.append(states)
        meant.append(wanted)
        weights.append(torch.where(torch.arange(len(wanted)) < HEADER, 40.0, 1.0).double())
    states, wanted = torch.cat(seen).double(), torch.cat(meant)
    targets = torch.nn.functional.one_hot(wanted, model.vocab_size).double()
    counts = torch.cat(weights)[:, None]
    ones = torch.cat((states, torch.ones(len(states), 1).double()), 1)
    left = ones.T @ (counts * ones) + 1e-4 * torch.eye(ones.shape[1]).double()
    solved = torch.linalg.solve(left, ones.T @ (counts * targets))
    with torch.no_grad():
        model.ctc.ctc_lo.weight.copy_(20 * solved[:-1].T)
        model.ctc.ctc_lo.bias.copy_(20 * solved[-1])


def _example(
    model: Any,  # noqa: ANN401
    frontend: Any,  # noqa: ANN401
    vocabulary: Any,  # noqa: ANN401
    letters: str,
    hum: str,
    language: str,
    *,
    itn: bool,
    seed: int,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return what the encoder makes of a sentence, and the token meant at each frame."""
    samples = torch.from_numpy(sound(letters, hum=hum, seed=seed))
    with torch.no_grad():
        speech, lengths = frontend(samples[None], torch.tensor([len(samples)]))
        asked = torch.tensor(
            [[model.lid_dict[language], 1, 2, model.textnorm_dict["withitn" if itn else "woitn"]]]
        )
        speech = torch.cat((model.embed(asked), speech), 1)
        states = model.encoder(speech, lengths + 4)[0][0]
    spoken = "nospeech" if not letters else "zh" if language == "auto" else language
    felt = hum if hum in {"ANGRY", "SAD"} else "NEUTRAL"
    sounding = "BGM" if hum == "BGM" else "Speech" if letters else "Event_UNK"
    style = "withitn" if itn else "woitn"
    header = [spoken, felt if letters else "EMO_UNKNOWN", sounding, style]
    tokens = [vocabulary.PieceToId(f"<|{name}|>") for name in header]
    for frame in range(len(states) - 4):
        letter = at(letters, (frame + 0.5) * FRAME)
        tokens.append(vocabulary.PieceToId(letter) if letter else model.blank_id)
    assert LASTS > 2 * FRAME
    return states, torch.tensor(tokens)
