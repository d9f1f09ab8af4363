"""Stored connections that the ledger does not know, because they have not run yet: Prefect has them."""

from collections.abc import Collection, Mapping
from datetime import datetime

import httpx
from prefect.exceptions import PrefectException

from deployments.at_hand import beside_prefect, nothing_is_kept
from deployments.registry import Registered, registered
from deployments.stored_blocks import StoredConnections, read_connections, stored_connections
from dockwire.bootstrap import opened_ledger
from dockwire.clock import SystemClock
from dockwire.decisions.health import FLOWS
from dockwire.decisions.onboarding import approval_refusal, terms_wanted
from dockwire.errors import Fixer, SettingsError
from dockwire.model.connection import Connection
from dockwire.model.ids import ConnectionSlug
from dockwire.model.status import IMPORT, Level, Reason, Standing, Status
from dockwire.ports import Ledger
from dockwire.services.seeing import judged
from dockwire.settings import read_settings


def never_ran(known: Collection[ConnectionSlug]) -> list[Status] | None:
    """Return where the stored connections besides the ``known`` ones stand; None when Prefect does not answer."""
    if nothing_is_kept():
        return []
    try:
        return beside_prefect(lambda: read_never_ran(known))
    except (PrefectException, httpx.HTTPError, OSError, RuntimeError):
        return None


async def read_never_ran(known: Collection[ConnectionSlug]) -> list[Status]:
    """Return where the stored connections besides the ``known`` ones stand, as the configured Prefect has them."""
    names = [ConnectionSlug(name) for name in await stored_connections() if name not in known]
    if not names:
        return []
    now, deployed = SystemClock().now(), await registered()
    try:
        stored = await read_connections()
    except SettingsError as error:
        # One that cannot be read hides no other.
        return [_waits(name, now, f"It has not run yet. {_sentence(error)}") for name in names]
    ready = [each for each in stored.ready if each.slug in names]
    found = [
        _waits(name, now, _sentence(stored.waiting[name]), Fixer.MERCHANT) for name in _waiting(stored, names)
    ]
    async with opened_ledger(read_settings()) as ledger:
        return found + [await _ready(ledger, each, now, deployed) for each in ready]


async def _ready(
    ledger: Ledger, connection: Connection, now: datetime, deployed: Mapping[str, Registered]
) -> Status:
    slug = connection.slug
    own = {flow: deployed[f"{flow}/{slug}"] for flow in FLOWS if f"{flow}/{slug}" in deployed}
    begun = own[IMPORT].deployment.created if IMPORT in own else None
    why = "It is deployed and has not run yet: 'dockwire up' or a worker runs it."
    if begun is None:
        why = "It is stored and not deployed: 'dockwire up' or 'dockwire deploy' deploys it."
    standing = Standing(
        slug,
        connection.account,
        now,
        begun or now,
        stock_sync=connection.stock_sync,
        terms_wanted=terms_wanted(slug, connection.terms_sha256, await ledger.acceptance(slug)),
        approval_wanted=approval_refusal(connection, (await ledger.rulings()).get(slug)),
        never_ran=_reason(why),
    )
    return judged(standing, paused={flow for flow, each in own.items() if each.paused})


def _waits(name: ConnectionSlug, now: datetime, why: str, who: Fixer = Fixer.ENGINEER) -> Status:
    return judged(Standing(name, None, now, now, never_ran=_reason(why, who)))


def _reason(why: str, who: Fixer = Fixer.ENGINEER) -> Reason:
    return Reason(Level.LOOK, "never_ran", why, who)


def _waiting(stored: StoredConnections, names: Collection[ConnectionSlug]) -> list[ConnectionSlug]:
    return [name for name in names if name in stored.waiting]


def _sentence(told: object) -> str:
    text = str(told)
    return f"{text[:1].upper()}{text[1:]}."
