"""The weights of the usual diarizer, written as sherpa-onnx wants them.

Segmentation 3.0 and CAM++ (zh-en) as their authors publish them, in our graphs, with the metadata
of sherpa-onnx's exports: so its runtime runs on real weights where its own files are not to be had.
"""

from pathlib import Path

import onnx
from onnx import helper

from huiting.engines import catalogue
from huiting.engines._checkpoint import read_state
from huiting.engines._skeleton import fill

GRAPHS = Path(__file__).parents[1] / "src" / "huiting" / "engines"
SEGMENTATION = {
    "num_speakers": "3",
    "powerset_max_classes": "2",
    "num_classes": "7",
    "sample_rate": "16000",
    "window_size": "160000",
    "receptive_field_size": "991",
    "receptive_field_shift": "270",
    "model_type": "pyannote-segmentation-3.0",
    "version": "1",
}
EMBEDDING = {
    "framework": "3d-speaker",
    "language": "Chinese-English",
    "sample_rate": "16000",
    "output_dim": "192",
    "normalize_samples": "1",
    "feature_normalize_type": "global-mean",
}


def write(models: Path, folder: Path) -> tuple[Path, Path]:
    """Write both networks to `folder`; return the segmentation, and what makes voice prints.

    Args:
        models: folder of installed models.
        folder: made where it is not there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for graph, model, metadata in (
        ("segmentation.onnx", "pyannote-segmentation-3.0", SEGMENTATION),
        ("campplus.onnx", "campplus", EMBEDDING),
    ):
        checkpoint = next(iter(catalogue.weights(model, models).paths.values()))
        state = read_state(checkpoint.read_bytes(), checkpoint.name)
        whole = onnx.load_from_string(fill((GRAPHS / graph).read_bytes(), state))
        helper.set_model_props(whole, metadata)
        made.append(folder / graph)
        made[-1].write_bytes(whole.SerializeToString())
    return made[0], made[1]
