"""What the watch does for every connection: see what is at risk, what waits and what ends, and send mail."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.logging import get_run_logger

from blocks import MarketplaceConnection
from dockwire.clock import Clock
from dockwire.errors import DockwireError, MailNotSent, SettingsError, Unexpected
from dockwire.mail.compose import compose
from dockwire.model.connection import Connection
from dockwire.ports import Ledger
from dockwire.services.expiries import announce_expiries
from dockwire.services.notices import Counter, post_notices
from dockwire.services.watching import watch_holds, watch_ship_by
from tasks.notify import send_outbox
from tasks.opening import load_block

OURS = "dockwire"
"""The tag of every deployment of ours, and so of its runs."""

LATE = timedelta(minutes=30)
"""Prefect calls a run late after seconds; where runs wait for each other that means nothing yet."""
SILENT = timedelta(minutes=10)
"""A run that gave no sign for so long is gone: Prefect lets it give one every three minutes."""


@dataclass
class Watched:
    """What a watch did."""

    numbers: dict[str, int] = field(default_factory=dict)
    troubles: dict[str, str] = field(default_factory=dict)
    """By connection: what kept it from being watched, or its mails from being sent."""

    def count(self, what: str, number: int) -> None:
        """Add to a number."""
        self.numbers[what] = self.numbers.get(what, 0) + number


@dataclass
class Rounds:
    """One watch under way."""

    ledger: Ledger
    watched: Watched
    clock: Clock
    counter: Callable[[Connection], Counter]
    down: dict[Any, str] = field(default_factory=dict)
    """Mail servers that did not answer in this watch: others wait for them no second time."""


@task(name="announce-ends", task_run_name="announce-ends", cache_policy=NO_CACHE, persist_result=False)
async def announce_ends(
    rounds: Rounds, connections: Sequence[Connection], blocks: dict[str, MarketplaceConnection]
) -> None:
    """Record which consents and client secrets end soon: each connection is told once for each threshold."""
    secrets = [secret for block in blocks.values() if (secret := block.seller_account.dated_secret())]
    facts = await announce_expiries(connections, secrets=secrets, ledger=rounds.ledger, clock=rounds.clock)
    rounds.watched.count("ends_announced", len(facts))


@task(
    name="watch-connections", task_run_name="watch-connections", cache_policy=NO_CACHE, persist_result=False
)
async def watch_connections(rounds: Rounds, blocks: dict[str, MarketplaceConnection]) -> None:
    """Look after every connection: what is at risk, what waits, what is to be told; send it."""
    for slug, block in blocks.items():
        await kept_apart(rounds.watched, slug, partial(_watch, rounds, slug, block))


async def _watch(rounds: Rounds, slug: str, block: MarketplaceConnection) -> None:
    desk, watched = rounds.counter(block.connection(slug)), rounds.watched
    watched.count("orders_at_risk", await watch_ship_by(desk))
    watched.count("waiting_reasons", await watch_holds(desk))
    watched.count("mails_posted", await post_notices(desk, compose))
    server = block.mail_server
    place = None if server is None else (str(server.smtp_server), server.smtp_port, server.username)
    if place in rounds.down:
        raise MailNotSent(rounds.down[place], server=True)
    try:
        watched.count("mails_sent", await send_outbox(desk, block))
    except MailNotSent as error:
        rounds.down[place] = str(error)
        raise


async def kept_apart(watched: Watched, slug: str, work: Callable[[], Awaitable[None]]) -> None:
    """Carry out one connection's part; its trouble is noted and stops no other."""
    try:
        await work()
    except DockwireError as error:
        watched.troubles[slug] = str(error)
    except Exception as error:  # noqa: BLE001 - an unknown error's text may quote an order
        watched.troubles[slug] = str(Unexpected.from_error(error))
    if slug in watched.troubles:
        get_run_logger().warning("%s: %s", slug, watched.troubles[slug])


async def stored_among(registered: list[Connection], watched: Watched) -> dict[str, MarketplaceConnection]:
    """Return the blocks of these connections; one that is stored no more is left out."""
    blocks: dict[str, MarketplaceConnection] = {}
    for connection in registered:
        try:
            blocks[connection.slug] = await load_block(connection.slug)
        except SettingsError as error:
            if "there is no connection" not in str(error):
                watched.troubles[connection.slug] = str(error)
    return blocks
