"""What labels teach, how it is kept, and what a damaged file does."""

import errno
import json
import pickle
import zipfile
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pytest

from fakes import AGENT, CUSTOMER, SYSTEM, call, says
from huiting.core.errors import InputError
from huiting.core.meaning import IntentSource, Meaning
from huiting.quality.intents.decide import Judge
from huiting.quality.intents.kinds import Keyword, Kind
from huiting.quality.intents.learn import Labelled, cross_validate, learn, resolve, resolved
from huiting.quality.intents.learnt import BUCKETS, Learnt, features, read_learnt, write
from huiting.quality.intents.stage import intent_stage, intents_of
from huiting.text.pronunciation import sounds_of

KINDS = (
    Kind("售后/退货退款", keywords=(Keyword("退货", 3),)),
    Kind("物流/物流查询", keywords=(Keyword("快递", 3),)),
)
JUDGE = Judge(KINDS, sounds_of)
WEATHER = [
    f"{day}{place}会不会下雨" for day in "今明后" for place in ("北京", "上海", "广州", "成都")
]
RETURNS = [f"{thing}要退货" for thing in ("鞋子", "杯子", "裙子", "耳机", "手表", "箱子")]


def look(text: str) -> Labelled:
    return Labelled(JUDGE.look(call(says(CUSTOMER, 0, 3, text))), "")


def labelled(texts: list[str], label: str) -> list[Labelled]:
    return [Labelled(look(text).look, label) for text in texts]


LABELS = [*labelled(WEATHER, "天气"), *labelled(RETURNS, "售后/退货退款")]
TAUGHT = learn(LABELS, 0.9)


def test_a_label_that_is_not_on_the_list_is_learnt() -> None:
    main, *_ = intents_of(look("西安会不会下雨").look, TAUGHT)

    assert (main.name, main.source) == ("天气", IntentSource.LEARNT)
    assert [q.text for q in main.quotes] == ["西安会不会下雨"]


def test_what_was_right_before_stays_right() -> None:
    main, *_ = intents_of(look("帽子要退货").look, TAUGHT)

    assert main.name == "售后/退货退款"


def test_what_no_label_speaks_of_is_left_to_the_list() -> None:
    main, *_ = intents_of(look("我的快递呢").look, TAUGHT)

    assert main.name == "物流/物流查询"


def test_one_label_changes_little() -> None:
    taught = learn(labelled(["鞋子要退货"], "物流/物流查询"), 0.0)

    assert intents_of(look("裙子要退货").look, taught)[0].name == "售后/退货退款"


def test_cross_validation_teaches_with_the_others_only() -> None:
    tried = cross_validate(LABELS)

    assert [t.label for t in tried] == [each.label for each in LABELS]
    assert {t.by_list for t in tried[: len(WEATHER)]} == {"其他"}
    assert sum(t.learnt == t.label for t in tried) >= 0.9 * len(tried)


def test_a_single_call_cannot_be_learnt_from_and_is_judged_by_the_list() -> None:
    [tried] = cross_validate(labelled(["鞋子要退货"], "售后/退货退款"))

    assert tried.learnt == tried.by_list == "售后/退货退款"


@pytest.mark.parametrize(
    ("label", "means"),
    [
        pytest.param("退货退款", "售后/退货退款", id="by its last part"),
        pytest.param("售后/退货退款", "售后/退货退款", id="in full"),
        pytest.param("安装", "安装", id="new"),
    ],
)
def test_a_label_is_what_the_list_names_so(label: str, means: str) -> None:
    assert resolve(label, JUDGE.names) == means
    [one] = resolved([Labelled(look("退货").look, label)])
    assert one.label == means


def test_a_label_that_several_names_end_with_stays_as_it_is() -> None:
    assert resolve("咨询", ("甲/咨询", "乙/咨询")) == "咨询"


def test_learning_twice_teaches_the_same() -> None:
    again = learn(LABELS, 0.9)

    assert np.array_equal(again.weights, TAUGHT.weights)


def test_a_file_gives_back_what_was_kept(tmp_path: Path) -> None:
    write(TAUGHT, tmp_path / "learnt.npz")

    kept = read_learnt(tmp_path / "learnt.npz")

    assert (kept.labels, kept.keywords, kept.calls, kept.right) == (
        TAUGHT.labels,
        TAUGHT.keywords,
        len(LABELS),
        0.9,
    )
    assert np.allclose(kept.weights, TAUGHT.weights, atol=1e-3)
    stage = intent_stage(KINDS, sounds_of, learnt=kept)
    assert stage(call(says(CUSTOMER, 0, 3, "西安会不会下雨")), Meaning()).intents[0].name == "天气"


def test_a_file_holds_no_words_of_calls(tmp_path: Path) -> None:
    path = tmp_path / "learnt.npz"
    write(TAUGHT, path)

    with zipfile.ZipFile(path) as packed:
        content = b"".join(packed.read(name) for name in packed.namelist())
    assert not any(word.encode("utf-8") in content for word in ("下雨", "裙子"))
    assert not any(word.encode("utf-32-le") in content for word in ("下雨", "裙子"))


def test_meaning_is_learnt_where_there_are_vectors() -> None:
    rows = [
        Labelled(JUDGE.look(call(says(CUSTOMER, 0, 3, f"第{n}句话"))), "甲" if n % 2 else "乙")
        for n in range(12)
    ]
    seen = []
    for n, each in enumerate(rows):
        vector = np.array([1.0, 0.0] if n % 2 else [0.0, 1.0], np.float32)
        object.__setattr__(each.look, "vector", vector)
        seen.append(each)

    taught = learn(seen, 0.0)

    assert taught.meaning == 2
    assert {t.learnt == t.label for t in cross_validate(seen)} == {True}


def test_the_machine_teaches_nothing_and_the_agent_less() -> None:
    def seen(role_text: list[tuple[object, str]]) -> float:
        segments = [says(role, n, n + 1, text) for n, (role, text) in enumerate(role_text)]  # type: ignore[arg-type]
        return float(features([JUDGE.look(call(*segments))], ()).nnz)

    assert seen([(SYSTEM, "会不会下雨")]) == 0
    assert seen([(AGENT, "会不会下雨")]) > 0


def damaged(path: Path, **changes: Any) -> None:  # noqa: ANN401  (whatever is wrong)
    about = {"format": "huiting-learnt/1", "labels": ["甲"], "keywords": [], "calls": 1, "right": 1}
    weights = changes.pop("weights", np.zeros((BUCKETS, 1), np.float16))
    bias = changes.pop("bias", np.zeros(1, np.float32))
    np.savez(path, about=np.array(json.dumps(about | changes)), weights=weights, bias=bias)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"format": "other"}, id="another format"),
        pytest.param({"weights": np.zeros((3, 1), np.float16)}, id="too few rows"),
        pytest.param({"weights": np.zeros((BUCKETS, 2), np.float16)}, id="another width"),
        pytest.param({"weights": np.zeros(BUCKETS, np.float16)}, id="one row"),
        pytest.param({"weights": np.full((BUCKETS, 1), np.nan, np.float16)}, id="not numbers"),
        pytest.param({"bias": np.zeros(2, np.float32)}, id="another bias"),
        pytest.param({"labels": 3}, id="labels that are none"),
    ],
)
def test_a_file_of_another_kind_is_refused(tmp_path: Path, changes: dict[str, Any]) -> None:
    path = tmp_path / "learnt.npz"
    damaged(path, **changes)

    with pytest.raises(InputError, match="no learnt file"):
        read_learnt(path)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 and so on", pickle.dumps([1])])
def test_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "learnt.npz"
    path.write_bytes(content)

    with pytest.raises(InputError, match="no learnt file"):
        read_learnt(path)


def test_objects_in_a_file_are_never_built(tmp_path: Path) -> None:
    path = tmp_path / "learnt.npz"
    damaged(path, weights=np.array([{"a": 1}], dtype=object))

    with pytest.raises(InputError, match="no learnt file"):
        read_learnt(path)


def test_a_file_that_unpacks_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "learnt.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("weights.npy", bytes(60_000_000))

    with pytest.raises(InputError, match="far larger"):
        read_learnt(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_learnt(tmp_path / "none.npz")


def test_a_folder_that_is_not_there_cannot_be_written_to(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        write(TAUGHT, tmp_path / "none" / "learnt.npz")


def test_a_failure_leaves_what_was_learnt_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "learnt.npz"
    write(TAUGHT, path)
    before = path.read_bytes()

    def full(file: BinaryIO, **_: object) -> None:
        file.write(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(np, "savez_compressed", full)
    with pytest.raises(InputError, match="No space left"):
        write(TAUGHT, path)

    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_what_was_learnt_with_meaning_works_without(tmp_path: Path) -> None:
    weights = np.zeros((BUCKETS + 384, 1), np.float32)
    taught = Learnt(("售后/退货退款",), (), weights, np.zeros(1, np.float32), 1, 1.0)
    write(taught, tmp_path / "a.npz")

    stage = intent_stage(KINDS, sounds_of, learnt=read_learnt(tmp_path / "a.npz"))

    assert stage(call(says(CUSTOMER, 0, 3, "要退货")), Meaning()).intents[0].name == "售后/退货退款"
