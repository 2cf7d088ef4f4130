"""FSMN-VAD in numpy against FunASR's own network and frames, weights drawn by lot."""

from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from huiting.engines import fsmn_vad

torch = pytest.importorskip("torch", reason="needs funasr: ./dev test engines")
pytest.importorskip("funasr", reason="needs funasr: ./dev test engines")


def test_it_hears_what_funasr_hears(tmp_path: Path) -> None:
    frontends = import_module("funasr.frontends.wav_frontend")
    encoders = import_module("funasr.models.fsmn_vad_streaming.encoder")
    torch.manual_seed(1)
    theirs = encoders.FSMN(400, 140, 4, 250, 128, 20, 0, 1, 0, 140, 248).eval()
    with torch.no_grad():
        for weight in theirs.parameters():
            weight.mul_(1.5)
        theirs.out_linear2.linear.weight.mul_(20.0)
        theirs.out_linear2.linear.bias[2:] = -1e4  # but two sounds, or silence would be rare
    state = {f"encoder.{name}": weight for name, weight in theirs.state_dict().items()}
    torch.save(state, tmp_path / "model.pt")
    rng = np.random.default_rng(2)
    shift = " ".join(f"{value:.6f}" for value in rng.normal(-12, 1, 400))
    scale = " ".join(f"{value:.6f}" for value in rng.uniform(0.2, 0.5, 400))
    (tmp_path / "am.mvn").write_text(
        f"<Nnet>\n<AddShift> 400 400\n<LearnRateCoef> 0 [ {shift} ]\n"
        f"<Rescale> 400 400\n<LearnRateCoef> 0 [ {scale} ]\n</Nnet>\n"
    )
    samples = rng.normal(0, 0.05, 40_000) * np.sin(np.arange(40_000) / 3000)
    heard = torch.tensor(samples.astype(np.float32))
    frontend = frontends.WavFrontend(
        cmvn_file=str(tmp_path / "am.mvn"), lfr_m=5, lfr_n=1, dither=0.0
    )
    frames, _ = frontend.forward(heard[None], [40_000])
    with torch.no_grad():
        silence = theirs(frames, None)[0, :, 0].numpy()
    ear = fsmn_vad.build(weights=tmp_path)._ear()
    assert isinstance(ear, fsmn_vad.FsmnEar)
    ours = ear._silence(heard.numpy() * np.float32(32768))

    assert len(ours) == len(silence) - 2  # FunASR repeats the last frame to tell two more
    assert np.ptp(silence) > 0.3
    assert ours == pytest.approx(silence[:-2], abs=1e-4)
