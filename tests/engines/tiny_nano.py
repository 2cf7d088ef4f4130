"""A Fun-ASR-Nano of a megabyte: FunASR's own classes, and a Qwen3 by transformers.

The audio encoder is drawn by lot. The layers behind it are fitted by least squares to a language
of tones, one for the language model and one for the head that tells times. The language model is
laid out by hand: it looks at the whole prompt alike, and writes the sentence of which it heard
the first letter; otherwise, where it is told a word with an X, or asked for English. So it can be
seen what reaches it. How well the published weights hear says nothing of this.
"""

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any
from warnings import catch_warnings, simplefilter

import numpy as np
import torch
import yaml
from funasr import AutoModel  # noqa: F401  (registers what models are made of)
from funasr.frontends.wav_frontend import WavFrontend
from funasr.models.fun_asr_nano.model import FunASRNano
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers
from transformers import Qwen3Config, Qwen3ForCausalLM

from engines.tones import LETTERS, RATE, at, sound

SENTENCES = ("你好", "请讲", "再见hi", "谢")
"""What can be said; each is known by the letter it begins with."""
LOOP = "谢"
"""Said alone, it is written without end."""
KNOWN = "你请再谢"
WORD, WITH_WORD = "Xhi", "你Xhi好"
"""A hotword, and what is then written for the first sentence."""
ENGLISH = "Hi"
"""What is written for the first sentence when English is asked for."""
SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
LANGUAGE_MODEL, VOCABULARY = "Qwen3-0.6B", "multilingual.tiktoken"
SIZE = 64
FRAME = 0.06
TEACHING = 150


def write(folder: Path, *, times: bool = True, low_rate: bool = False, tidy: bool = True) -> Path:
    """Write the model to `folder`, which is made.

    Args:
        folder: to hold the files that FunASR's authors publish.
        times: whether the checkpoint holds the head that tells times.
        low_rate: whether the language model is shown an eighth of what is heard.
        tidy: whether the language model is laid out; otherwise it is drawn by lot.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tokens = _write_language_model(folder / LANGUAGE_MODEL)
    size = _write_vocabulary(folder / VOCABULARY)
    config = _config(size, low_rate=low_rate)
    (folder / "config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    torch.manual_seed(0)
    config["llm_conf"] |= {"init_param_path": str(folder / LANGUAGE_MODEL), "llm_dtype": "fp32"}
    config["dataset_conf"]["ctc_tokenizer_conf"]["vocab_path"] = str(folder / VOCABULARY)
    frontend = WavFrontend(**config["frontend_conf"])
    with catch_warnings():
        simplefilter("ignore", ResourceWarning)  # FunASR leaves a file open
        model = FunASRNano(**config, input_size=frontend.output_size()).eval()
    with torch.no_grad():
        _teach(model, frontend)
        if tidy:
            _lay_out(model.llm, tokens)
        else:
            _scatter(model.llm, tokens)
    state = model.state_dict()
    if not times:
        state = {k: v for k, v in state.items() if not k.startswith(("ctc.", "ctc_decoder."))}
    torch.save({"state_dict": state}, folder / "model.pt")
    return folder


def _config(vocabulary: int, *, low_rate: bool) -> dict[str, Any]:
    """Return what config.yaml of the published folder says, but for sizes."""
    return {
        "model": "FunASRNano",
        "model_conf": {"lsm_weight": 0.1, "length_normalized_loss": True},
        "audio_encoder": "SenseVoiceEncoderSmall",
        "audio_encoder_conf": {
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
            "freeze": True,
        },
        "llm": "Qwen3-0.6b",
        "llm_conf": {
            "hub": "hf",
            "freeze": True,
            "llm_dtype": "bf16",
            "init_param_path": LANGUAGE_MODEL,
            "use_lora": False,
        },
        "audio_adaptor": "Transformer",
        "audio_adaptor_conf": {
            "downsample_rate": 1,
            "use_low_frame_rate": low_rate,
            "ffn_dim": 4 * SIZE,
            "llm_dim": SIZE,
            "encoder_dim": SIZE,
            "n_layer": 1,
            "freeze": True,
        },
        "ctc_decoder": "Transformer",
        "ctc_decoder_conf": {
            "downsample_rate": 1,
            "ffn_dim": 4 * SIZE,
            "llm_dim": SIZE,
            "encoder_dim": SIZE,
            "n_layer": 1,
            "freeze": False,
        },
        "ctc_vocab_size": vocabulary + 1,
        "ctc_conf": {"dropout_rate": 0.0, "reduce": True},
        "detach_ctc_decoder": True,
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
        "dataset": "FunASR",
        "dataset_conf": {
            "ctc_tokenizer": "SenseVoiceTokenizer",
            "ctc_tokenizer_conf": {"vocab_path": None, "is_multilingual": True},
        },
        "tokenizer": "HuggingfaceTokenizer",
        "tokenizer_conf": {"init_param_path": LANGUAGE_MODEL},
    }


def _write_vocabulary(file: Path) -> int:
    """Write the tokens of the head that tells times; return how many there are with special ones."""
    from funasr.models.sense_voice.whisper_lib.tokenizer import get_encoding

    ranks = [bytes([i]) for i in range(256)]
    ranks += [part for letter in LETTERS for part in _grown(letter) if len(part) > 1]
    lines = [f"{base64.b64encode(raw).decode()} {i}" for i, raw in enumerate(dict.fromkeys(ranks))]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with catch_warnings():
        simplefilter("ignore", ResourceWarning)
        size: int = get_encoding(num_languages=8749, vocab_path=str(file)).n_vocab
    return size


def _grown(letter: str) -> Iterator[bytes]:
    """Yield the beginnings of a letter, byte by byte."""
    raw = letter.encode()
    return (raw[:i] for i in range(1, len(raw) + 1))


def _write_language_model(folder: Path) -> Mapping[str, int]:
    """Write the tokenizer and the description of a Qwen3; return its tokens by their text."""
    folder.mkdir(exist_ok=True)
    letters = _letters()
    vocabulary = {letter: i for i, letter in enumerate(letters.values())}
    merges: list[tuple[str, str]] = []
    for char in (*LETTERS, "英"):
        parts = [letters[b] for b in char.encode()]
        for i in range(1, len(parts)):
            merges.append(("".join(parts[:i]), parts[i]))
            vocabulary.setdefault("".join(parts[: i + 1]), len(vocabulary))
    tokenizer = Tokenizer(models.BPE(vocabulary, list(dict.fromkeys(merges))))
    single = pre_tokenizers.Split(Regex("[\\s\\S]"), "isolated")
    bytewise = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([single, bytewise])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token, special=True) for token in SPECIAL])
    tokenizer.save(str(folder / "tokenizer.json"))
    described = {"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": "<|im_end|>"}
    (folder / "tokenizer_config.json").write_text(json.dumps(described), encoding="utf-8")
    tokens = {text: tokenizer.encode(text).ids[0] for text in (*LETTERS, *"XHi英\n", *SPECIAL)}
    config = Qwen3Config(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=SIZE,
        intermediate_size=2 * SIZE,
        num_hidden_layers=1,
        num_attention_heads=1,
        num_key_value_heads=1,
        head_dim=16,
        max_position_embeddings=4096,
        tie_word_embeddings=False,
        bos_token_id=tokens["<|endoftext|>"],
        eos_token_id=tokens["<|im_end|>"],
        pad_token_id=None,
        architectures=["Qwen3ForCausalLM"],
    )
    config.save_pretrained(folder)
    return tokens


def _letters() -> dict[int, str]:
    """Return the letter that stands for each byte, as byte-level tokenizers have it."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [b for b in range(256) if b not in plain]
    return {b: chr(b) for b in plain} | {b: chr(256 + i) for i, b in enumerate(others)}


HEARD = 0
"""Places in what the language model reads: which sentence it hears, and what the prompt holds..."""
TOLD, ASKED, SOUND = 4, 5, 6
STATE = 8
"""...which token was written last..."""
KEPT = 24
"""...what the whole prompt holds..."""
NEXT = 32
"""...and which token is to be written."""
FLOOR = 0.6
"""Over which something must be heard, or nothing is written."""


def _lay_out(model: Qwen3ForCausalLM, tokens: Mapping[str, int]) -> None:
    """Lay out the language model: what follows a token, by what the prompt holds."""
    for weight in model.parameters():
        weight.zero_()
    layer, norms = model.model.layers[0], model.model
    for norm in (layer.input_layernorm, layer.post_attention_layernorm, norms.norm):
        norm.weight.fill_(1.0)
    states = ["\n", *dict.fromkeys("你好请讲再见谢XhiH"), "<|im_end|>"]
    place = {state: i for i, state in enumerate(states)}
    for text, i in place.items():
        model.model.embed_tokens.weight[tokens[text], STATE + i] = 1.0
        model.lm_head.weight[tokens[text], NEXT + i] = 1.0
    model.model.embed_tokens.weight[tokens["X"], TOLD] = 1.0
    model.model.embed_tokens.weight[tokens["英"], ASKED] = 1.0
    attention = layer.self_attn  # without queries every token looks at all before it alike
    for i in range(6):
        attention.v_proj.weight[i, HEARD + i] = 1.0
        attention.o_proj.weight[KEPT + i, i] = 1.0
    unit = 0
    for condition, strength, chain in _chains():
        for last, following in pairwise(chain):
            layer.mlp.gate_proj.weight[unit, STATE + place[last]] = 10.0
            layer.mlp.up_proj.weight[unit, KEPT + condition] = 10.0
            layer.mlp.down_proj.weight[NEXT + place[following], unit] = strength
            unit += 1
    layer.mlp.gate_proj.weight[unit, STATE + place["\n"]] = 10.0
    layer.mlp.up_proj.weight[unit, STATE + place["\n"]] = FLOOR
    layer.mlp.down_proj.weight[NEXT + place["<|im_end|>"], unit] = 1.0


def _chains() -> Iterator[tuple[int, float, Sequence[str]]]:
    """Yield what is written: upon what, how strongly, and the tokens."""
    for i, said in enumerate(SENTENCES):
        yield HEARD + i, 1.0, ["\n", *said, LOOP if said == LOOP else "<|im_end|>"]
    yield TOLD, 500.0, WITH_WORD
    yield ASKED, 500.0, ["\n", *ENGLISH, "<|im_end|>"]


def _scatter(model: Qwen3ForCausalLM, tokens: Mapping[str, int]) -> None:
    """Draw the language model by lot, wildly enough that what is heard matters."""
    for name, weight in model.named_parameters():
        if "norm" not in name:
            torch.nn.init.normal_(weight, std=0.3)
    model.lm_head.weight[tokens["<|endoftext|>"]].zero_()  # FunASR writes on after it


def _teach(model: Any, frontend: Any) -> None:  # noqa: ANN401
    """Fit the adaptor to which sentence begins, and the other head to which letter sounds."""
    frontend.dither = 0.0
    for part in (model.audio_adaptor, model.ctc_decoder):
        for block in part.blocks:  # hands on what it is given
            block.self_attn.linear_out.weight.zero_()
            block.self_attn.linear_out.bias.zero_()
            block.feed_forward.w_2.weight.zero_()
            block.feed_forward.w_2.bias.zero_()
    states, sounding = _examples(model, frontend)
    begins = torch.tensor([KNOWN.find(letter) if letter else -1 for letter in sounding])
    wanted = torch.nn.functional.one_hot(begins.clamp(min=0), SIZE) * (begins >= 0)[:, None]
    wanted[:, SOUND] = 1  # so that small things stay small when they are normed
    _fit(model.audio_adaptor, states, wanted.double())
    tokens = [model.ctc_tokenizer.encode(x)[0] if x else model.blank_id for x in sounding]
    kinds = sorted(set(tokens))
    which = torch.tensor([kinds.index(token) for token in tokens])
    _fit(model.ctc_decoder, states, torch.nn.functional.one_hot(which, SIZE).double())
    model.ctc.ctc_lo.weight.zero_()
    model.ctc.ctc_lo.bias.fill_(-10.0)
    for i, token in enumerate(kinds):
        model.ctc.ctc_lo.weight[token, i] = 20.0


def _examples(model: Any, frontend: Any) -> tuple[torch.Tensor, list[str]]:  # noqa: ANN401
    """Return what the encoder hears in each frame, and the letter that sounds there."""
    random = np.random.default_rng(1)
    seen, sounding = [], []
    for number in range(TEACHING):
        letters = "".join(random.choice(list(LETTERS), random.integers(0, 6)))
        samples = torch.from_numpy(sound(letters, seed=number))[None]
        speech, frames = frontend(samples, torch.tensor([samples.shape[1]]))
        heard, _ = model.encode(speech.float(), frames.int())
        seen.append(heard[0])
        sounding += [at(letters, (i + 0.5) * FRAME) for i in range(heard.shape[1])]
    return torch.cat(seen), sounding


def _fit(part: Any, states: torch.Tensor, wanted: torch.Tensor) -> None:  # noqa: ANN401
    """Fit the second layer of an adaptor."""
    inner = part.relu(part.linear1(states)).double()
    ones = torch.cat((inner, torch.ones(len(inner), 1).double()), 1)
    left = ones.T @ ones + 1e-3 * torch.eye(ones.shape[1]).double()
    solved = torch.linalg.solve(left, ones.T @ wanted)
    part.linear2.weight.copy_(solved[:-1].T)
    part.linear2.bias.copy_(solved[-1])
