"""An office program opens the workbook of a batch, where one is installed."""

import csv
import shutil
import subprocess
from pathlib import Path

import pytest

from golden.made import example, judgement
from huiting.exports import Names, Outcome, write_tables

OFFICE = shutil.which("soffice")


@pytest.mark.skipif(OFFICE is None, reason="no LibreOffice here")
def test_libreoffice_reads_what_was_written(tmp_path: Path) -> None:
    outcome = Outcome("8001.wav", example(), judgement=judgement())
    write_tables(tmp_path, [outcome], Names.of([outcome]), "zh")
    assert OFFICE is not None
    command = [
        OFFICE, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless",
        "--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,1",
        "--outdir", str(tmp_path / "read"), str(tmp_path / "calls.xlsx"),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=120)

    [read] = (tmp_path / "read").iterdir()
    with read.open(encoding="utf-8", newline="") as file:
        heads, row, *_ = csv.reader(file)
    shown = dict(zip(heads, row, strict=True))
    assert (shown["状态"], shown["等待不超过 5 秒"]) == ("已分析", "未通过")
    assert shown["评分表 service 得分"] == "52.4"
