"""What the console asks of Prefect: runs of the stored connections' flows, and their schedules."""

import os
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx

from deployments.prefect_server import prepare_environment
from dockwire.console.desk import SeenRun, StartedRun
from dockwire.errors import DockwireError, SettingsError, Unanswered, Unavailable
from dockwire.model.ids import ConnectionSlug
from dockwire.model.status import Status
from dockwire.services.ship_and_close import ShipAndClose
from dockwire.settings import read_settings

if TYPE_CHECKING:
    from deployments.registry import Registered


class PrefectDesk:
    """The desk of an installation; Prefect is imported when it is first needed."""

    async def start(
        self,
        flow: str,
        connection: ConnectionSlug,
        parameters: Mapping[str, Any] | None = None,
        *,
        once: str = "",
    ) -> StartedRun:
        """See the protocol.

        Raises:
            SettingsError: no Prefect server is known, or it has no such deployment.
            Unavailable: it does not answer, or does not take the parameters.
            Unanswered: it gave no usable answer, so the run may have been asked for.
        """
        async with _asked("start"):
            from prefect.client.orchestration import get_client
            from prefect.exceptions import ObjectNotFound

            async with get_client() as client:
                try:
                    deployment = await client.read_deployment_by_name(f"{flow}/{connection}")
                except ObjectNotFound:
                    raise _not_deployed(f"{flow}/{connection}") from None
                try:
                    run = await client.create_flow_run_from_deployment(
                        deployment.id, parameters=dict(parameters or {}), idempotency_key=once or None
                    )
                except (httpx.TransportError, ValueError):  # the latter: a page of something between
                    raise _unheard(once=bool(once)) from None
                except httpx.HTTPStatusError as error:
                    if error.response.is_server_error:
                        raise _unheard(once=bool(once)) from None
                    raise
            return StartedRun(run.name, run_url(str(run.id)), str(run.id))

    async def run(self, run_id: str) -> SeenRun | None:
        """See the protocol.

        Raises:
            SettingsError: no Prefect server is known.
            Unavailable: it does not answer.
        """
        async with _asked("run"):
            from prefect.client.orchestration import get_client
            from prefect.exceptions import ObjectNotFound

            async with get_client() as client:
                try:
                    run = await client.read_flow_run(UUID(run_id))
                except (ObjectNotFound, ValueError):
                    return None
            state = run.state
            return SeenRun(
                run.name,
                run_url(str(run.id)),
                state.name or "" if state else "",
                state is not None and state.is_final(),
                state.message or "" if state else "",
                run.parameters,
            )

    @asynccontextmanager
    async def closing(self, connection: ConnectionSlug) -> AsyncIterator[ShipAndClose]:
        """See the protocol.

        Raises:
            SettingsError: no Prefect server is known, or no such connection is stored.
            Unavailable: it does not answer.
        """
        async with AsyncExitStack() as stack:
            async with _asked("closing"):
                from tasks.opening import opened_closing

                opened = await stack.enter_async_context(opened_closing(connection, owner="console"))
            yield opened.steps

    def run_page(self, run: str) -> str:
        """See the protocol."""
        prepare_environment(read_settings().state_dir.absolute())
        return run_url(run)

    async def pause(self, connection: ConnectionSlug) -> None:
        """See the protocol."""
        async with _asked("pause"):
            from deployments.registry import pause

            await pause(await self._scheduled(connection))

    async def resume(self, connection: ConnectionSlug) -> None:
        """See the protocol."""
        async with _asked("resume"):
            from deployments.approvals import refuse_unapproved
            from deployments.registry import resume

            await refuse_unapproved([connection])
            await resume(await self._scheduled(connection))

    async def paused(self) -> dict[str, set[str]]:
        """See the protocol."""
        from deployments.pauses import paused_flows

        async with _asked("paused"):
            return await paused_flows()

    async def never_ran(self, known: Collection[ConnectionSlug]) -> list[Status]:
        """See the protocol."""
        async with _asked("never_ran"):
            from deployments.never_ran import read_never_ran

            return await read_never_ran(known)

    async def _scheduled(self, connection: ConnectionSlug) -> Sequence["Registered"]:
        from deployments.registry import of_connection

        found = [each for each in await of_connection(connection) if each.scheduled]
        if not found:
            raise _not_deployed(connection)
        return found


def run_url(run_id: str) -> str:
    """Return the page of a flow run, where Prefect's pages are served."""
    from prefect.settings import PREFECT_UI_URL

    pages = str(PREFECT_UI_URL.value() or "").rstrip("/")
    return f"{pages}/runs/flow-run/{run_id}" if pages else ""


@asynccontextmanager
async def _asked(what: str) -> AsyncIterator[None]:
    """Turn Prefect's troubles into ours."""
    # A 'dockwire up' may have started since.
    prepare_environment(read_settings().state_dir.absolute())
    if "PREFECT_API_URL" not in os.environ:
        # Prefect would start a server of its own for the question.
        raise SettingsError("no Prefect server is running here: start 'dockwire up', or set PREFECT_API_URL")
    from prefect.exceptions import PrefectException

    try:
        yield
    except DockwireError:
        raise
    except (PrefectException, httpx.HTTPError, OSError, RuntimeError) as error:
        raise Unavailable(
            f"the Prefect server did not do it ({type(error).__name__}); its log says why, try again",
            system="Prefect",
            operation=what,
        ) from None


def _unheard(*, once: bool) -> Unanswered:
    again = "asking again asks for it once" if once else "look at its runs in Prefect before asking again"
    return Unanswered(
        f"the Prefect server gave no usable answer, so the run may have been asked for; {again}",
        system="Prefect",
        operation="start",
    )


def _not_deployed(name: str) -> SettingsError:
    return SettingsError(f"Prefect has no deployment of {name}; 'dockwire deploy' or 'dockwire up' makes it")
