"""Files for operators: whole, and about numbers that exist."""

import json
import re
from pathlib import Path

import pytest
import typer
import yaml

from huiting.app.cli import app
from huiting.app.serve import PORT
from huiting.app.settings import Settings
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


FOR_OPERATORS = (
    "Dockerfile", "docker-compose.yml", "huiting.service", "kubernetes/huiting.yaml", "nginx.conf",
)  # fmt: skip
_COMMAND = re.compile(r"huiting[\"']?,? +[\"']?(serve|worker|setup)\b([^\]\n]*)")
_VARIABLE = re.compile(r"\bHUITING_([A-Z_]+)")
_PORT = re.compile(r"\b8\d{3}\b")
_SETTING = re.compile(r"^#   (\w+) = ", re.MULTILINE)
NO_SETTINGS = {"CONFIG", "LANG"}


@pytest.mark.parametrize("name", FOR_OPERATORS)
def test_commands_and_their_options_exist(name: str) -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    found = _COMMAND.findall((DEPLOY / name).read_text())
    for command, rest in found:
        known = {text for p in commands[command].params for text in (*p.opts, *p.secondary_opts)}
        assert set(re.findall(r"--[a-z-]+", rest)) <= known

    assert found or name == "nginx.conf"


@pytest.mark.parametrize("name", FOR_OPERATORS)
def test_settings_and_the_port_are_those_of_the_service(name: str) -> None:
    text = (DEPLOY / name).read_text()
    named = {variable.lower() for variable in set(_VARIABLE.findall(text)) - NO_SETTINGS}
    named |= set(_SETTING.findall(text))

    assert named <= set(Settings.__dataclass_fields__)
    assert set(_PORT.findall(text)) <= {str(PORT)}


def test_what_the_image_is_made_of_is_there() -> None:
    lines = re.findall(
        r"^COPY (?!--from)(.+) \S+$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE
    )
    copied = [name for line in lines for name in line.split()]

    assert "requirements.lock" in copied
    assert all((DEPLOY.parent / name).exists() for name in copied)


def test_web_and_workers_share_one_database_and_one_folder() -> None:
    services = yaml.safe_load((DEPLOY / "docker-compose.yml").read_text())["services"]
    web, worker = services["web"], services["worker"]

    assert web["environment"] == worker["environment"]
    assert web["volumes"] == worker["volumes"]
    [volume] = web["volumes"]
    shared = Path(volume.partition(":")[2])
    assert shared in Path(web["environment"]["HUITING_RECORDINGS"]).parents
