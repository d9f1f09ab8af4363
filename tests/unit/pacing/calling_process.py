"""A process of its own that calls Amazon for a seller as fast as the shared bucket lets it."""

import asyncio
from dataclasses import dataclass

from pydantic import SecretStr

from dockwire.amazon import AmazonAccount, AmazonCredentials
from dockwire.clock import SystemClock
from dockwire.ledger import SqlLedger
from dockwire.model.connection import AccountKey
from dockwire.model.ids import AmazonOrderId
from dockwire.pacing import Pacer
from dockwire.sealing import Sealer


@dataclass(frozen=True, slots=True)
class Calls:
    """What to call; everything here travels by pickle."""

    account: AccountKey
    url: str
    secrets: tuple[str, str, str]
    """Client id, client secret and refresh token."""
    database: str
    key: str
    order_id: AmazonOrderId
    times: int


def call(calls: Calls) -> None:
    """Read one order again and again; the entry point of the process."""
    asyncio.run(_call(calls))


async def _call(calls: Calls) -> None:
    client_id, client_secret, refresh_token = calls.secrets
    clock = SystemClock()
    ledger = await SqlLedger.open(calls.database, sealer=Sealer([calls.key]))
    seller = AmazonAccount(
        account=calls.account,
        credentials=AmazonCredentials(client_id, SecretStr(client_secret), SecretStr(refresh_token)),
        pacer=Pacer(ledger, clock),
        clock=clock,
        endpoint=calls.url,
        token_url=f"{calls.url}/auth/o2/token",
    )
    for _ in range(calls.times):
        await seller.get_order(calls.order_id)
    await seller.aclose()
    await ledger.close()
