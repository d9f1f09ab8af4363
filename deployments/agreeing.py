"""What people agree to: the terms are shown and accepted, and the 3PL is asked for its approval in Prefect."""

import os
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.utilities.urls import url_for

from deployments.registry import registered
from dockwire.bootstrap import opened_ledger
from dockwire.clock import SystemClock
from dockwire.errors import SettingsError
from dockwire.model.agreement import Acceptance, checked_person, terms_sha256
from dockwire.model.ids import ConnectionSlug
from dockwire.settings import read_settings
from tasks.opening import load_block

_UNDER_WAY = [StateType.SCHEDULED, StateType.PENDING, StateType.RUNNING, StateType.PAUSED]


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of a stored connection, and who accepted them as they are."""

    text: str
    accepted: Acceptance | None


async def terms_of(slug: str) -> Terms:
    """Return the terms of a stored connection.

    Raises:
        SettingsError: there is no such connection, or it has no terms.
    """
    block = await load_block(slug)
    if not block.terms:
        raise SettingsError(
            f'connection {slug} has no terms; terms = "FILE" in its table of the connections file names them'
        )
    async with opened_ledger(read_settings()) as ledger:
        accepted = await ledger.acceptance(ConnectionSlug(slug))
    same = accepted is not None and accepted.sha256 == terms_sha256(block.terms)
    return Terms(block.terms, accepted if same else None)


async def accept(slug: str, text: str, by: str) -> Acceptance:
    """Keep that somebody accepted the terms of this text.

    Raises:
        SettingsError: nobody's name can look so.
    """
    acceptance = Acceptance(ConnectionSlug(slug), terms_sha256(text), person(by), SystemClock().now())
    async with opened_ledger(read_settings()) as ledger:
        await ledger.accept_terms(acceptance)
    return acceptance


def person(name: str) -> str:
    """Return a person's name as it is kept.

    Raises:
        SettingsError: nobody's name can look so.
    """
    try:
        return checked_person(name)
    except ValueError as error:
        raise SettingsError(f"the name {error}") from None


async def ask(slug: str) -> dict[str, Any]:
    """Start the run that asks the 3PL for its approval, unless one is under way already; tell of it.

    Raises:
        SettingsError: the connection needs no approval, or has no deployment yet.
    """
    known = (await registered()).get(f"onboarding/{slug}")
    if known is None:
        needs = (await load_block(slug)).needs_approval
        way = (
            "'dockwire deploy' makes its deployments"
            if needs
            else "needs_approval = true in its table asks for it"
        )
        raise SettingsError(f"connection {slug} has no deployment onboarding/{slug}: {way}")
    async with get_client() as client:
        waiting = await client.read_flow_runs(
            deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[known.deployment.id])),
            flow_run_filter=FlowRunFilter(
                state=FlowRunFilterState(type=FlowRunFilterStateType(any_=_UNDER_WAY))
            ),
            limit=1,
        )
        # Prefect gives a name of its own until the run begins, and people look for this one.
        run = (
            waiting[0]
            if waiting
            else await client.create_flow_run_from_deployment(
                known.deployment.id, name=known.name.replace("/", "-")
            )
        )
    return {"connection": slug, "run": str(run.id), "asks": _asks(run), "page": _page(run.id)}


def _asks(run: FlowRun) -> bool:
    return run.state is not None and run.state.is_paused()


def _page(run: UUID) -> str:
    """Return the run's address in Prefect's pages; empty where no server is known."""
    return (url_for("flow-run", run) or "") if "PREFECT_API_URL" in os.environ else ""
