"""Stands in for PyTorch where only the protocol with qwen-asr is tested."""

float32, bfloat16, float16 = "float32", "bfloat16", "float16"


def zeros(_size: int, device: str) -> list[float]:
    if device == "npu:0":
        raise RuntimeError("no such device in this build")
    return [0.0]


def set_num_threads(_count: int) -> None:
    pass
