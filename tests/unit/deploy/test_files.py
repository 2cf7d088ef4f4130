"""Files for operators: whole, and about numbers that exist."""

import json
import re
from pathlib import Path

import pytest
import yaml

from huiting.observe.metrics import Load, Metrics, Room

DEPLOY = Path(__file__).resolve().parents[3] / "deploy"
_NAME = re.compile(r"\bhuiting_\w+")
_SUFFIX = re.compile(r"_(bucket|count|sum|created)$")


def known() -> set[str]:
    metrics = Metrics("0.1.0")
    metrics.answered("GET", "/", 200, 0.1)
    metrics.staged("asr", 1)
    metrics.ended("analyze", "done")
    metrics.told("mail", arrived=True)
    metrics.arrived("pbx", taken=1, refused=0)
    metrics.watch(lambda: [Load("analyze", 1, 1, 1)], lambda: [Room("vault", 1, 1)], lambda: 1)
    return {_SUFFIX.sub("", name) for name in _NAME.findall(metrics.text().decode())}


def test_the_dashboard_asks_for_numbers_that_exist() -> None:
    panels = json.loads((DEPLOY / "grafana" / "huiting.json").read_text())["panels"]
    asked = {
        _SUFFIX.sub("", name)
        for panel in panels
        for target in panel["targets"]
        for name in _NAME.findall(target["expr"])
    }

    assert asked <= known()
    assert len(asked) >= 8


def test_the_alerts_ask_for_numbers_that_exist() -> None:
    text = (DEPLOY / "prometheus-alerts.yml").read_text()
    [group] = yaml.safe_load(text)["groups"]
    asked = {_SUFFIX.sub("", n) for rule in group["rules"] for n in _NAME.findall(rule["expr"])}

    assert asked <= known()


@pytest.mark.parametrize("name", ["docker-compose.yml", "kubernetes/huiting.yaml"])
def test_the_examples_for_containers_are_yaml(name: str) -> None:
    documents = list(yaml.safe_load_all((DEPLOY / name).read_text()))

    assert all(isinstance(document, dict) for document in documents)
