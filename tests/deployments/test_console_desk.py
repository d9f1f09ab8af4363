"""What the console asks of Prefect, where Prefect's answer is lost on the way."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.responses import DeploymentResponse
from prefect.settings import PREFECT_API_URL, PREFECT_CLIENT_MAX_RETRIES, temporary_settings
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from deployments.console_desk import PrefectDesk
from dockwire.errors import Unanswered, Unavailable
from dockwire.faults import FaultRules, Faults
from dockwire.model.ids import ConnectionSlug

ACME = ConnectionSlug("acme-us")


class Prefect:
    """Prefect's two answers that asking for a run needs; runs with the same key are one."""

    def __init__(self) -> None:
        self.runs: dict[str, FlowRun] = {}
        self._deployment = DeploymentResponse(
            name=ACME, flow_id=uuid4(), id=uuid4(), labels={}, global_concurrency_limit=None
        )
        self.app = Starlette(
            routes=[
                Route("/api/deployments/name/{flow}/{name}", self._read),
                Route("/api/deployments/{id}/create_flow_run", self._create, methods=["POST"]),
            ]
        )

    async def _read(self, _: Request) -> JSONResponse:
        return JSONResponse(self._deployment.model_dump(mode="json"))

    async def _create(self, request: Request) -> JSONResponse:
        asked = await request.json()
        new = FlowRun(flow_id=self._deployment.flow_id, name=f"run-{len(self.runs)}")
        run = self.runs.setdefault(asked.get("idempotency_key") or str(uuid4()), new)
        return JSONResponse(run.model_dump(mode="json"))


@pytest.fixture(autouse=True)
def _installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKWIRE_STATE_DIR", str(tmp_path))


async def test_a_lost_answer_is_told_as_one_and_asking_again_asks_once(
    server: Callable[[Any], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    prefect = Prefect()
    lost = {"path": "/create_flow_run$", "effect": "lost_reply", "nth": 1}
    api = f"{server(Faults(prefect.app, FaultRules.model_validate({'rules': [lost]})))}/api"
    monkeypatch.setenv("PREFECT_API_URL", api)
    desk = PrefectDesk()
    with temporary_settings({PREFECT_API_URL: api, PREFECT_CLIENT_MAX_RETRIES: 0}):
        with pytest.raises(Unanswered, match="may have been asked for; asking again asks for it once"):
            await desk.start("ship-and-close", ACME, {"orders": []}, once="form-1")
        run = await desk.start("ship-and-close", ACME, {"orders": []}, once="form-1")
    assert [str(each.id) for each in prefect.runs.values()] == [run.id]


@pytest.mark.parametrize(
    "effect", [{"kind": "status", "status": 504, "html": "<h1>Late</h1>"}, "html_success"]
)
async def test_an_answer_of_something_between_is_none_of_prefect(
    server: Callable[[Any], str], monkeypatch: pytest.MonkeyPatch, effect: Any
) -> None:
    between = {"path": "/create_flow_run$", "effect": effect, "nth": 1}
    api = f"{server(Faults(Prefect().app, FaultRules.model_validate({'rules': [between]})))}/api"
    monkeypatch.setenv("PREFECT_API_URL", api)
    with (
        temporary_settings({PREFECT_API_URL: api, PREFECT_CLIENT_MAX_RETRIES: 0}),
        pytest.raises(Unanswered, match="may have been asked for"),
    ):
        await PrefectDesk().start("ship-and-close", ACME, {"orders": []}, once="form-1")


async def test_a_server_that_is_not_there_did_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    nobody = "http://127.0.0.1:9/api"
    monkeypatch.setenv("PREFECT_API_URL", nobody)
    with (
        temporary_settings({PREFECT_API_URL: nobody, PREFECT_CLIENT_MAX_RETRIES: 0}),
        pytest.raises(Unavailable, match="did not do it"),
    ):
        await PrefectDesk().start("ship-and-close", ACME, once="form-1")
