"""The whole OpenAPI document, tried out: no 500, and every answer is one that it describes."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS

from huiting.web.parts import Limits
from served import Served, refund, serving

schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")
GOLDEN = Path(__file__).parents[2] / "golden" / "openapi.json"
OPERATIONS = [
    (method, path)
    for path, operations in json.loads(GOLDEN.read_bytes())["paths"].items()
    for method in operations
]
EXAMPLES = {GenerationMode.POSITIVE: 6, GenerationMode.NEGATIVE: 6}
LIMITS = Limits(upload=1 << 20, answer=0.05, stream=0.5)
LEFT_OUT = (
    "ignored_auth", "use_after_free", "ensure_resource_availability",
    "object_level_authorization", "positive_data_acceptance", "missing_required_header",
)  # fmt: skip
"""The doors have a test of their own; what fits the document may still be unknown here."""


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("tried"), LIMITS) as served:
        yield served


@pytest.fixture(scope="module")
def api(tried: Served) -> schemathesis.BaseSchema:
    return schemathesis.openapi.from_asgi("/api/v1/openapi.json", tried.web.app)


@pytest.fixture(scope="module")
def known(tried: Served) -> Mapping[str, object]:
    """What paths may name that is there."""
    call = tried.save(refund("a"))
    tried.save(refund("b"))
    batch = tried.web.post("/api/v1/batches", json={"name": "b"}).json()["id"]
    tried.web.post("/api/v1/recordings", files={"files": ("a.wav", b"sound")})
    export = tried.web.post("/api/v1/exports", json={"form": "csv"}).json()["id"]
    bulk = tried.web.post("/api/v1/bulk", json={"act": "assign"}).json()["id"]
    tried.work()
    created = tried.web.post(
        "/api/v1/uploads", headers={"Tus-Resumable": "1.0.0", "Upload-Length": "9"}
    )
    upload = created.headers["location"].rpartition("/")[2]
    return {
        "call": call, "batch": batch, "job": export, "upload": upload, "name": "agent",
        "bulk": bulk,
    }  # fmt: skip


@pytest.mark.parametrize("mode", EXAMPLES, ids=lambda mode: mode.value)
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_every_answer_is_one_that_the_document_describes(
    method: str,
    path: str,
    mode: GenerationMode,
    tried: Served,
    api: schemathesis.BaseSchema,
    known: Mapping[str, object],
) -> None:
    operation = api[path][method]
    own = ("negative_data_rejection",) if "/uploads" in path else ()  # tus has its own answers
    left_out: list[Any] = [CHECKS.get_one(name) for name in (*LEFT_OUT, *own)]

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES[mode],
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
    )
    def tried_out(case: schemathesis.Case[Any]) -> None:
        if mode is GenerationMode.POSITIVE:  # or hardly anything would be found
            case.path_parameters |= {n: known[n] for n in case.path_parameters if n in known}
        case.call_and_validate(headers={"Authorization": "Bearer root"}, excluded_checks=left_out)

    try:
        tried_out()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE  # nothing can be wrong with a request without input
