"""Files for operators, as the programs that read them see them, where those are installed."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

DEPLOY = Path(__file__).resolve().parents[3] / "deploy"
ALERTS = DEPLOY / "prometheus-alerts.yml"
OLDEST_KUBERNETES, NEWEST_KUBERNETES = "1.28", "1.37"
MINUTES = 60


def program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def run(*words: str | Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [str(word) for word in words],
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def expressions() -> list[str]:
    panels = json.loads((DEPLOY / "grafana" / "huiting.json").read_text())["panels"]
    return [target["expr"] for panel in panels for target in panel["targets"]]


def test_prometheus_understands_the_alerts() -> None:
    checked = run(program("promtool"), "check", "rules", ALERTS)

    assert checked.returncode == 0, checked.stdout
    assert "SUCCESS: 5 rules found" in checked.stdout


def test_prometheus_understands_what_the_dashboard_asks(tmp_path: Path) -> None:
    rules = [{"record": f"panel:{n}", "expr": expr} for n, expr in enumerate(expressions())]
    (tmp_path / "rules.yml").write_text(json.dumps({"groups": [{"name": "a", "rules": rules}]}))

    checked = run(program("promtool"), "check", "rules", tmp_path / "rules.yml")

    assert checked.returncode == 0, checked.stdout
    assert f"{len(rules)} rules found" in checked.stdout


@pytest.mark.parametrize(
    ("alert", "series", "labels"),
    [
        pytest.param(
            "HuitingQueueStands",
            {'huiting_jobs_oldest_seconds{kind="analyze"}': "4000x90"},
            {},
            id="the queue stands",
        ),
        pytest.param(
            "HuitingJobsFail",
            {'huiting_jobs_ended_total{kind="analyze",outcome="failed"}': "0+1x90"},
            {},
            id="jobs fail",
        ),
        pytest.param(
            "HuitingModelHostLost",
            {"huiting_model_host_losses_total": "0+0.2x90"},
            {},
            id="models are lost",
        ),
        pytest.param(
            "HuitingDiskFull",
            {
                'huiting_disk_free_bytes{what="vault"}': "9x90",
                'huiting_disk_size_bytes{what="vault"}': "100x90",
            },
            {"what": "vault"},
            id="a disk is nearly full",
        ),
        pytest.param(
            "HuitingErrors",
            {'huiting_http_request_seconds_count{route="/api/v1/calls",status="500"}': "0+9x90"},
            {},
            id="the server has errors",
        ),
    ],
)
def test_an_alert_is_raised_when_it_should_be_and_not_before(
    alert: str, series: dict[str, str], labels: dict[str, str], tmp_path: Path
) -> None:
    rules = {r["alert"]: r for r in yaml.safe_load(ALERTS.read_text())["groups"][0]["rules"]}
    raised = [{"exp_labels": labels, "exp_annotations": rules[alert]["annotations"]}]
    times = {"0m": [], "90m": raised}
    case = {
        "rule_files": [str(ALERTS)],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [{"series": s, "values": v} for s, v in series.items()],
                "alert_rule_test": [
                    {"eval_time": time, "alertname": alert, "exp_alerts": alerts}
                    for time, alerts in times.items()
                ],
            }
        ],
    }
    (tmp_path / "test.yml").write_text(json.dumps(case))

    tested = run(program("promtool"), "test", "rules", tmp_path / "test.yml")

    assert tested.returncode == 0, tested.stdout


def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    text = (DEPLOY / "huiting.service").read_text()
    installed = "/opt/huiting/.venv/bin/huiting"
    assert f"ExecStart={installed} serve" in text
    unit = tmp_path / "huiting.service"
    unit.write_text(text.replace(installed, "/bin/true"))

    verified = run(program("systemd-analyze"), "verify", "--man=no", unit)

    assert (verified.returncode, verified.stdout) == (0, "")


def test_the_unit_may_do_little_more_than_it_must() -> None:
    """Of ten, where ten is a program that may do anything; most of the rest is the network."""
    unit = DEPLOY / "huiting.service"
    rated = run(
        program("systemd-analyze"),
        "security",
        "--offline=yes",
        "--threshold=20",
        "--no-pager",
        unit,
    )

    assert rated.returncode == 0, rated.stdout


@pytest.mark.parametrize("version", [OLDEST_KUBERNETES, NEWEST_KUBERNETES])
def test_kubernetes_knows_every_field(version: str) -> None:
    validate = pytest.importorskip("kubernetes_validate", reason="its schemas are not installed")
    documents = list(yaml.safe_load_all((DEPLOY / "kubernetes/huiting.yaml").read_text()))

    for document in documents:
        validate.validate(document, version, strict=True)

    assert [d["kind"] for d in documents if d["kind"] == "Deployment"] == ["Deployment"] * 2
