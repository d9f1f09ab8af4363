"""What is looked at in the installation itself, and in which order it is told."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any

from pydantic import SecretStr
from sqlalchemy import Connection as Link

from deployments.at_hand import beside_prefect
from deployments.checking import databases, files, prefect_seen
from deployments.checking.board import PATIENCE, Check, carry_out, try_one
from deployments.checking.finding import Finding, fine, of_error, untold
from deployments.checking.packages import packages
from deployments.prefect_server import prepare_environment
from dockwire.clock import Clock, SystemClock
from dockwire.errors import DockwireError, SettingsError
from dockwire.settings import Settings, read_settings


def examine() -> list[dict[str, Any]]:
    """Return what was looked at and how it is; nothing is made, migrated or sent."""
    try:
        settings = read_settings()
    except SettingsError as error:
        found = asyncio.run(carry_out([_settings(of_error(error)), Check("python", packages)]))
    else:
        found = _of_installation(settings)
    return [finding.row() for finding in found]


def _of_installation(settings: Settings) -> list[Finding]:
    clock = SystemClock()
    told = fine("they can be understood")
    found = asyncio.run(carry_out([_settings(told), Check("python", packages), *_here(settings, clock)]))
    try:
        server = _server(settings)
    except DockwireError as error:
        return [*found, replace(of_error(error), what="prefect")]
    if server is not None:
        found += asyncio.run(carry_out(_prefect(server)))
        if found[-len(_prefect(server))].ok is not True:
            return [*found, replace(untold("not tried: 'prefect' comes first"), what="connections")]
    return [*found, replace(_connections(settings, server), what="connections")]


def _settings(finding: Finding) -> Check:
    async def told() -> Finding:
        return finding

    return Check("settings", told)


def _here(settings: Settings, clock: Clock) -> list[Check]:
    """Return the checks of this machine and of the databases."""
    checks = [
        Check("state folder", partial(files.state_folder, settings)),
        Check("keys", partial(files.keys, settings)),
        Check("disk", partial(files.disk, settings)),
        Check("time zones", files.time_zones),
        Check("compiled files", files.bytecode),
        Check("command", files.command),
    ]
    ledger = databases.ledger_place(settings.ledger_database)
    checks += _database(ledger, "ledger", settings)
    checks += [
        Check("ledger clock", _look(ledger, databases.clock_of(clock)), after="ledger"),
        Check("outbox", _look(ledger, databases.mail_waiting(clock.now())), after="ledger"),
    ]
    return checks + _database(databases.warehouse_place(settings.warehouse_database), "warehouse", settings)


def _database(place: databases.Place, what: str, settings: Settings) -> list[Check]:
    async def opened() -> Finding:
        return await databases.look(place, databases.sealed_values(place, files.present_keys(settings)))

    return [
        Check(what, _look(place, databases.schema(place))),
        Check(f"{what} keys", opened, after=what),
    ]


def _look(place: databases.Place, judge: Callable[[Link], Finding]) -> Callable[[], Awaitable[Finding]]:
    return partial(databases.look, place, judge)


def _server(settings: Settings) -> prefect_seen.Server | None:
    """Return the Prefect server that commands here use, if there is one."""
    folder = settings.state_dir.absolute()
    if (folder / "prefect").is_dir():
        prepare_environment(folder)
    from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL

    api, auth = PREFECT_API_URL.value(), PREFECT_API_AUTH_STRING.value()
    if not api:
        return None
    # A secret by its type; Prefect 3.8 gives the text itself.
    known = auth.get_secret_value() if isinstance(auth, SecretStr) else auth or ""
    return prefect_seen.Server(str(api).rstrip("/"), known)


def _prefect(server: prefect_seen.Server) -> list[Check]:
    import prefect

    return [
        Check("prefect", partial(prefect_seen.reachable, server, prefect.__version__)),
        Check("prefect sign-in", partial(prefect_seen.guarded, server), after="prefect"),
        Check("prefect analytics", partial(prefect_seen.quiet, server), after="prefect"),
        Check("prefect pages", partial(prefect_seen.pages, server), after="prefect"),
    ]


def _connections(settings: Settings, server: prefect_seen.Server | None) -> Finding:
    """Say how many connections are stored and which of them nothing runs for."""
    database = settings.state_dir.absolute() / "prefect" / "prefect.db"
    if server is None and not database.exists():
        return untold(
            "no Prefect server runs here and none ever has", "'dockwire apply FILE' stores connections"
        )
    from deployments.checking.schedules import all_deployed

    return beside_prefect(lambda: try_one(partial(all_deployed, settings), PATIENCE))
