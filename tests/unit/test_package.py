import os
import subprocess
import sys


def test_onnx_runtime_is_told_to_send_nothing_before_it_can_be_loaded() -> None:
    environment = {**os.environ, "ORT_DISABLE_TELEMETRY": "0"}
    program = "import huiting, os; print(os.environ['ORT_DISABLE_TELEMETRY'])"
    told = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )

    assert told.stdout.strip() == "1"
