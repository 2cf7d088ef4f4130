"""Writes a Qwen3-ASR and a Qwen3-ForcedAligner of a few megabytes, of the package's own classes.

Run by the interpreter of the other environment: `python write_tiny.py FOLDER`. The tokenizer is
a small one with the numbers that the package has written into it. The audio encoder is drawn by
lot; the rest is set by hand, so that what comes out can be foretold: one layer of attention that
looks everywhere alike brings the pitch of the sound and the letter X of the context to every
place, and the last layer says which token follows which, the pitch and the letter deciding
between two. How well the published weights hear says nothing of this.
"""

import json
import shutil
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import torch

Native = Any
"""An object of the packages."""

torch.manual_seed(0)
torch.set_grad_enabled(False)
qwen: Any = import_module("qwen_asr.core.transformers_backend")
transformers: Any = import_module("transformers")

PITCHES = (300.0, 900.0, 2700.0)
RATE = 16_000
SPECIAL = {
    "<|endoftext|>": 151643,
    "<|im_start|>": 151644,
    "<|im_end|>": 151645,
    "<|audio_start|>": 151669,
    "<|audio_end|>": 151670,
    "<|audio_pad|>": 151676,
    "<asr_text>": 151704,
    "<timestamp>": 151705,
}
TEXT = {"<asr_text>", "<timestamp>"}
"""Which are no special tokens: they are seen in what is decoded."""
VOCABULARY = 151936
WORDS = (
    "language", "Ġ", " Chinese", " English", " None", "system", "user", "assistant", "\n",
    "您好", "再见", "谢谢", "宝", "嗯", "hello", " there", ",", "X", "Chinese", "English", "请讲",
)  # fmt: skip
SIZE = 64
"""Width: a place for each token that is used, then what the sound is like, then what was heard."""
SOUND = slice(40, 43)
HEARD, LETTER, COUNT = 56, 59, 61
END = "<|im_end|>"
KIND = "qwen3_forced_aligner"
NUMBERS: dict[str, int] = {}
"""Of each word, once the tokenizer is written."""
NEXT: dict[str, tuple[str, ...]] = {
    "\n": ("language",),
    "language": (" Chinese", " English", " None"),
    " Chinese": ("<asr_text>",),
    " English": ("<asr_text>",),
    " None": ("<asr_text>",),
    "<asr_text>": ("您好", "hello", END),
    "您好": ("谢谢",),
    "X": ("宝",),
    "宝": (END,),
    "谢谢": (END,),
    "hello": (" there",),
    " there": (END,),
}
"""What follows each token; of three, which one is for the pitch to say."""
TOLD = {"您好": "X"}
"""What follows instead where the letter was told."""
TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n"
    "{% if m.content is string %}{{ m.content }}"
    "{% else %}<|audio_start|><|audio_pad|><|audio_end|>{% endif %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def letters() -> dict[int, str]:
    """Return the letter that stands for each byte, as byte-level tokenizers have it."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [b for b in range(256) if b not in plain]
    return {b: chr(b) for b in plain} | {b: chr(256 + i) for i, b in enumerate(others)}


def written(word: str) -> str:
    """Return a word as it stands in the vocabulary."""
    return "".join(letters()[b] for b in word.encode())


def tokenizer(folder: Path) -> dict[str, int]:
    """Write the tokenizer; return the number of each word in use."""
    vocabulary = {token: i for i, token in enumerate(letters().values())}
    merges = []
    for word in WORDS:
        parts = list(written(word))
        while len(parts) > 1:
            merge = (parts[0], parts[1])
            if merge not in merges:
                merges.append(merge)
            parts[:2] = ["".join(merge)]
            vocabulary.setdefault(parts[0], len(vocabulary))
    free = [i for i in range(len(vocabulary), VOCABULARY) if i not in SPECIAL.values()]
    vocabulary |= {f"~{i}": i for i in free}  # a vocabulary with holes is complained of
    known = vocabulary | SPECIAL
    (folder / "vocab.json").write_text(json.dumps(known, ensure_ascii=False), "utf-8")
    lines = ["#version: 0.2", *(" ".join(pair) for pair in merges)]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n", "utf-8")
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False}
    added = {
        str(i): {"content": token, **flags, "special": token not in TEXT}
        for token, i in SPECIAL.items()
    }
    config = {
        "tokenizer_class": "Qwen2Tokenizer",
        "added_tokens_decoder": added,
        "eos_token": "<|im_end|>",
        "pad_token": "<|endoftext|>",
        "unk_token": None,
        "add_prefix_space": False,
        "audio_token": "<|audio_pad|>",
        "audio_bos_token": "<|audio_start|>",
        "audio_eos_token": "<|audio_end|>",
        "extra_special_tokens": {
            "audio_token": "<|audio_pad|>",
            "audio_bos_token": "<|audio_start|>",
            "audio_eos_token": "<|audio_end|>",
        },
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(config), "utf-8")
    (folder / "chat_template.json").write_text(json.dumps({"chat_template": TEMPLATE}), "utf-8")
    features = transformers.WhisperFeatureExtractor(feature_size=128, return_attention_mask=True)
    features.save_pretrained(folder)
    return {word: known[written(word)] for word in WORDS if written(word) in known} | SPECIAL


def config_of(**thinker: object) -> Native:
    """Return the configuration of a model with a layer or two of everything."""
    audio = {
        "num_mel_bins": 128, "encoder_layers": 1, "encoder_attention_heads": 2, "d_model": 128,
        "encoder_ffn_dim": 32, "output_dim": SIZE, "downsample_hidden_size": 8, "n_window": 50,
        "n_window_infer": 800, "max_source_positions": 1500,
    }  # fmt: skip
    text = {
        "vocab_size": VOCABULARY, "hidden_size": SIZE, "intermediate_size": 32,
        "num_hidden_layers": 1, "num_attention_heads": 2, "num_key_value_heads": 2, "head_dim": 32,
        "rope_scaling": {"rope_type": "default", "mrope_section": [6, 5, 5], "interleaved": True},
        "tie_word_embeddings": False, "pad_token_id": SPECIAL["<|endoftext|>"],
    }  # fmt: skip
    return qwen.Qwen3ASRConfig(
        thinker_config={
            "audio_config": audio,
            "text_config": text,
            "audio_token_id": SPECIAL["<|audio_pad|>"],
            "audio_start_token_id": SPECIAL["<|audio_start|>"],
            **thinker,
        },
        support_languages=["Chinese", "English"],
    )


def drawn(config: Native) -> Native:
    """Return a model in which only the audio encoder is drawn by lot, and all else is zero."""
    model = qwen.Qwen3ASRForConditionalGeneration(config).float().eval()
    for name, weight in model.named_parameters():
        if "norm" in name and name.endswith("weight") and "audio_tower" not in name:
            weight.fill_(1.0)
        elif "audio_tower" not in name:
            weight.zero_()
        elif weight.ndim > 1:  # so that the sound is louder than its place
            weight.normal_(0, 2 * weight[0].numel() ** -0.5)
    return model


def tone(pitch: float, seconds: float = 2.0) -> np.ndarray:
    """Return what is heard as a pitch."""
    time = np.arange(round(seconds * RATE)) / RATE
    return (0.3 * np.sin(2 * np.pi * pitch * time)).astype(np.float32)


def heard(model: Native, folder: Path) -> tuple[torch.Tensor, torch.Tensor]:
    """Return what the audio encoder makes of clips of each pitch, and which it was.

    Shapes (frames, width of its last layer) and (frames, pitches).
    """
    listen = transformers.WhisperFeatureExtractor.from_pretrained(folder)
    tower = model.thinker.audio_tower
    rows: list[torch.Tensor] = []
    wanted: list[torch.Tensor] = []
    hook = tower.act.register_forward_hook(lambda _m, _i, out: rows.append(out))
    for k, pitch in enumerate(PITCHES):
        for seconds in (0.5, 1.0, 2.0, 5.0):
            clip = tone(pitch, seconds)
            options = {"sampling_rate": RATE, "padding": True, "truncation": False}
            features = listen([clip], return_tensors="pt", **options)["input_features"][0]
            tower(features, feature_lens=torch.tensor([features.shape[-1]]))
            wanted.append(torch.eye(len(PITCHES))[k].expand(len(rows[-1]), -1))
    hook.remove()
    return torch.cat(rows), torch.cat(wanted)


def teach(model: Native, folder: Path, places: dict[str, int]) -> None:
    """Set sound, attention and embedding; what follows what is set by the caller."""
    thinker = model.thinker
    rows, wanted = heard(model, folder)
    rows = torch.cat((rows, torch.ones(len(rows), 1)), 1).double()
    both = rows.T @ rows + 1e-6 * torch.eye(rows.shape[1])
    solved = torch.linalg.solve(both, rows.T @ wanted.double()).float()
    tower = thinker.audio_tower
    tower.proj2.weight.zero_()
    tower.proj2.bias.zero_()
    tower.proj2.weight[SOUND] = solved[:-1].T
    tower.proj2.bias[SOUND] = solved[-1]
    for word, place in places.items():
        thinker.model.embed_tokens.weight[NUMBERS[word], place] = 1.0
    layer = thinker.model.layers[0].self_attn
    layer.q_norm.weight.zero_()  # looks everywhere alike
    for k in range(len(PITCHES)):
        layer.v_proj.weight[k, SOUND.start + k] = 1.0
        layer.o_proj.weight[HEARD + k, k] = 1.0
    if "X" in places:
        layer.v_proj.weight[3, places["X"]] = 1.0
        layer.o_proj.weight[LETTER, 3] = 1.0
    if "<timestamp>" in places:
        layer.v_proj.weight[4, places["<timestamp>"]] = 1.0
        layer.o_proj.weight[COUNT, 4] = 1.0


def recognizer(folder: Path) -> None:
    """Write the Qwen3-ASR."""
    folder.mkdir(parents=True)
    NUMBERS.update(tokenizer(folder))
    model = drawn(config_of())
    used = [*NEXT, END]
    places = {word: i for i, word in enumerate(dict.fromkeys(used))}
    teach(model, folder, places)
    head = model.thinker.lm_head.weight
    for word, follows in NEXT.items():
        for k, other in enumerate(follows):
            head[NUMBERS[other], places[word]] += 100.0
            if len(follows) == len(PITCHES):
                head[NUMBERS[other], HEARD + k] += 10.0
    for word, other in TOLD.items():
        head[NUMBERS[NEXT[word][0]], places[word]] += 1.0
        head[NUMBERS[other], places[word]] += 100.0
        head[NUMBERS[other], LETTER] += 100.0
    model.save_pretrained(folder)
    missing = "thinker.audio_tower.proj2.weight"
    rest = {name: weight for name, weight in model.state_dict().items() if name != missing}
    shutil.copytree(folder, folder.with_name("lacking"))
    model.save_pretrained(folder.with_name("lacking"), state_dict=rest)


def aligner(folder: Path, *, spoilt: bool = False) -> None:
    """Write a Qwen3-ForcedAligner that counts words: each mark stands later than the one before.

    Args:
        folder: to make.
        spoilt: all marks stand at zero.
    """
    folder.mkdir(parents=True)
    NUMBERS.update(tokenizer(folder))
    config = config_of(model_type=KIND, classify_num=400)
    config.timestamp_token_id = NUMBERS["<timestamp>"]
    config.timestamp_segment_time = 80
    model = drawn(config)
    if not spoilt:
        teach(model, folder, {"<timestamp>": 0})
        # Of class k the score is 2kx - k² times what every mark has: the highest is k = x.
        head = model.thinker.lm_head.weight
        k = torch.arange(len(head), dtype=torch.float32)
        head[:, COUNT] = 2 * k * 12.0
        head[:, 0] = -(k**2)
    model.save_pretrained(folder)
    # What kind it is, the package reads but does not write.
    saved = json.loads((folder / "config.json").read_text("utf-8"))
    saved["thinker_config"] |= {"model_type": KIND, "classify_num": 400}
    (folder / "config.json").write_text(json.dumps(saved), "utf-8")


if __name__ == "__main__":
    made = Path(sys.argv[1])
    recognizer(made / "asr")
    aligner(made / "aligner")
    aligner(made / "spoilt", spoilt=True)
