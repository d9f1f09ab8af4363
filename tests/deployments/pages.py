"""Prefect's API, asked as its pages ask it."""

import time
from collections.abc import Callable
from typing import Any

import httpx

from blocks import AmazonApplication, AmazonSellerAccount, MarketplaceConnection, WarehouseAccount
from tests.deployments.town import Town

_PATIENCE = 180.0
_BUSY = 120.0
"""Prefect waits a minute for its database before it says that it is busy."""


class Pages:
    """Prefect's API, asked as its pages ask it."""

    def __init__(self, town: Town, api: str = "") -> None:
        self._client = httpx.Client(base_url=(api or town.prefect["PREFECT_API_URL"]) + "/", timeout=_BUSY)

    def get(self, path: str) -> Any:
        """Return what is there; None when there is nothing."""
        answer = self._answered(lambda: self._client.get(path))
        return None if answer.status_code == httpx.codes.NOT_FOUND else answer.raise_for_status().json()

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """Send and return the answer."""
        return self.try_post(path, body).raise_for_status().json()

    def act(self, path: str) -> None:
        """Send what needs no words and has no answer."""
        self.try_post(path, {}).raise_for_status()

    def try_post(self, path: str, body: dict[str, Any]) -> httpx.Response:
        """Send and return the answer, whatever it is; while Prefect's database is busy there is none."""
        return self._answered(lambda: self._client.post(path, json=body))

    def delete_block(self, kind: str, name: str) -> None:
        """Delete a stored block."""
        found = self.get(f"block_types/slug/{kind}/block_documents/name/{name}")
        self._delete(f"block_documents/{found['id']}")

    def forget(self) -> None:
        """Delete all deployments, with the runs that they planned, and all stored blocks of connections."""
        kinds = [
            kind.get_block_type_slug()
            for kind in (AmazonApplication, AmazonSellerAccount, MarketplaceConnection, WarehouseAccount)
        ]
        for each in self.post("deployments/filter", {}):
            self._delete(f"deployments/{each['id']}")
        for each in self.post("block_documents/filter", {"block_types": {"slug": {"any_": kinds}}}):
            self._delete(f"block_documents/{each['id']}")

    def deployment(self, name: str) -> Any:
        """Return a deployment once it is registered."""
        return self._await(lambda: self.get(f"deployments/name/{name}"))

    def first_run_of(self, deployment: str) -> Any:
        """Return the id of a deployment's first run that is due now, once there is one."""
        wanted = {"deployments": {"id": {"any_": [deployment]}}, "sort": "EXPECTED_START_TIME_ASC"}

        def begun() -> Any:
            runs = self.post("flow_runs/filter", wanted)
            return next((run["id"] for run in runs if not run["auto_scheduled"]), None)

        return self._await(begun)

    def rest(self, name: str) -> None:
        """Stop a deployment's schedule: just when its own run is due, one that is asked for gives way to it."""
        self.act(f"deployments/{self.deployment(name)['id']}/pause_deployment")

    def await_line(self, run: str, logger: str, words: str) -> None:
        """Wait until Prefect keeps a line of a run's log: they come in batches, the last ones after its end."""
        wanted = {"logs": {"flow_run_id": {"any_": [run]}}, "limit": 200}

        def kept() -> bool | None:
            lines = self.post("logs/filter", wanted)
            return any(line["name"] == logger and words in line["message"] for line in lines) or None

        self._await(kept)

    def first_completed_of(self, deployment: str) -> Any:
        """Return the first run of a deployment that completes, be it asked for or the schedule's own."""
        return self._await(lambda: next(iter(self._completed(deployment)), None))

    def scheduled_runs_of(self, deployment: str) -> Any:
        """Return the ids of the runs that a deployment's schedule has planned, once there are some."""
        wanted = {"deployments": {"id": {"any_": [deployment]}}, "sort": "EXPECTED_START_TIME_ASC"}

        def planned() -> Any:
            runs = self.post("flow_runs/filter", wanted)
            return [run["id"] for run in runs if run["auto_scheduled"]] or None

        return self._await(planned)

    def end_of(self, run: str, *, attempt: int | None = 1) -> Any:
        """Return a flow run once its attempt, or None for any, has ended."""

        def ended() -> Any:
            found = self.get(f"flow_runs/{run}")
            final = found["state_type"] in {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}
            return found if final and attempt in (None, found["run_count"]) else None

        return self._await(ended)

    def ask_for_run(self, deployment: str) -> Any:
        """Ask for a run and return the first one that completes.

        Just when the schedule's own run is due, the one that is asked for gives way to it.
        """
        before = {run["id"] for run in self._completed(deployment)}
        self.post(f"deployments/{deployment}/create_flow_run", {})

        def completed() -> Any:
            return next((run for run in self._completed(deployment) if run["id"] not in before), None)

        return self._await(completed)

    def resume(self, run: str, given: dict[str, Any]) -> None:
        """Resume a suspended run with an answer, as the pages do.

        Prefect shows a run as suspended a moment before it keeps what may be answered, and refuses until then.
        """

        def taken() -> bool | None:
            told = self.post(f"flow_runs/{run}/resume", {"run_input": given})
            return (
                told["status"] == "ACCEPT" or self.get(f"flow_runs/{run}")["state_type"] != "PAUSED" or None
            )

        self._await(taken)

    def waiting(self, run: str) -> Any:
        """Return a flow run once it is suspended, or has ended instead."""

        def stopped() -> Any:
            found = self.get(f"flow_runs/{run}")
            return found if found["state_type"] in {"PAUSED", "COMPLETED", "FAILED", "CRASHED"} else None

        return self._await(stopped)

    def _completed(self, deployment: str) -> Any:
        wanted = {
            "deployments": {"id": {"any_": [deployment]}},
            "flow_runs": {"state": {"type": {"any_": ["COMPLETED"]}}},
            "sort": "START_TIME_ASC",
        }
        return self.post("flow_runs/filter", wanted)

    def _answered(self, send: Callable[[], httpx.Response]) -> httpx.Response:
        """Return the answer; while Prefect's database is busy, which 503 says, send again."""
        busy = httpx.codes.SERVICE_UNAVAILABLE

        def sent() -> httpx.Response | None:
            answer = send()
            return None if answer.status_code == busy else answer

        answer: httpx.Response = self._await(sent)
        return answer

    def _delete(self, path: str) -> None:
        self._answered(lambda: self._client.delete(path)).raise_for_status()

    def _await(self, look: Callable[[], Any]) -> Any:
        give_up = time.monotonic() + _PATIENCE
        while (found := look()) is None:
            assert time.monotonic() < give_up, self._runs()
            time.sleep(0.2)
        return found

    def _runs(self) -> str:
        """Return what became of the latest runs, for whoever reads why a test gave up."""
        runs = self._client.post("flow_runs/filter", json={"sort": "START_TIME_DESC", "limit": 20}).json()
        return "\n".join(f"{run['name']} {run['deployment_id']} {run['state']}" for run in runs)
