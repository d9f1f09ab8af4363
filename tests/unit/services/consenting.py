"""A consent desk in front of the simulated Amazon, and a browser that walks through its pages."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr

from dockwire.access import ApplicationAccess
from dockwire.amazon import AmazonConsent
from dockwire.clock import ManualClock
from dockwire.faults import FaultRules
from dockwire.ledger import SqlLedger
from dockwire.ledger.engine import CommitHook
from dockwire.model.ids import SellerId
from dockwire.model.marketplaces import Region
from dockwire.sealing import Sealer
from dockwire.services.consent import Applicant, ConsentDesk
from dockwire.simulators.amazon import World, build_app

CALLBACK = "http://127.0.0.1:8765/callback"
EU_SELLER = "A3SIMEUROPE001"
KEY = Sealer.new_key()


async def walk(
    browser: httpx.AsyncClient, link: str, *, seller: str = EU_SELLER, press: str = "allow"
) -> httpx.Response:
    """Open the consent link, sign in, press a button; return the answer that leads back to us."""
    page = await browser.get(link)
    for filled in ({"seller": seller, "primary": "yes", "step": "sign-in"}, {"step": press}):
        action = re.search(r'<form method="post" action="([^"]+)"', page.text)
        assert action, page.text
        hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text)
        fields = {name: unescape(value) for name, value in hidden} | filled
        page = await browser.post(page.url.join(action[1]), data=fields, follow_redirects=False)
    return page


@dataclass
class Office:
    """The parts, for tests to look at."""

    world: World
    ledger: SqlLedger
    clock: ManualClock
    faults: FaultRules
    browser: httpx.AsyncClient
    transport: httpx.AsyncBaseTransport
    kept: list[tuple[str, str]] = field(default_factory=list)
    """Seller ids and tokens that were stored."""

    async def keep(self, seller_id: SellerId, token: SecretStr) -> None:
        """Store a token as the block would."""
        self.kept.append((seller_id, token.get_secret_value()))

    @asynccontextmanager
    async def desk(
        self, *, application: dict[str, Any] | None = None, token_url: str = "", **applicant: Any
    ) -> AsyncIterator[ConsentDesk]:
        """Open the desk of one seller account."""
        known = self.world.application
        given: dict[str, Any] = {
            "name": "house",
            "application_id": known.application_id,
            "client_id": known.client_id,
            "client_secret": known.client_secret,
            "redirect_uri": CALLBACK,
            "seller_central": "http://amazon.test",
        }
        who: dict[str, Any] = {
            "name": "acme-eu",
            "application_id": known.application_id,
            "region": Region.EU,
            "seller_id": "",
            "has_token": False,
        }
        office = AmazonConsent(
            ApplicationAccess(**given | (application or {})),
            token_url=token_url or "http://amazon.test/auth/o2/token",
            clock=self.clock,
            transport=None if token_url else self.transport,
        )
        yield ConsentDesk(
            Applicant(**who | applicant), office=office, ledger=self.ledger, keep=self.keep, clock=self.clock
        )
        await office.aclose()

    async def allowed(self, link: str, **wish: str) -> str:
        """Return the address that Amazon sends the browser to."""
        answer = await walk(self.browser, link, **wish)
        return answer.headers["location"]

    def exchanges(self) -> int:
        """Return how often a token was asked for."""
        return sum(entry.path == "/auth/o2/token" for entry in self.world.journal.entries)

    def works(self, token: str) -> bool:
        """Say whether Amazon takes a refresh token."""
        known = self.world.application
        form = {"client_id": known.client_id, "client_secret": known.client_secret, "refresh_token": token}
        return "access_token" in self.world.tokens.answer({"grant_type": "refresh_token"} | form)


@asynccontextmanager
async def opened_office(
    folder: Path, *, clock: ManualClock | None = None, on_commit: CommitHook | None = None
) -> AsyncIterator[Office]:
    """Set everything up in ``folder``."""
    clock = clock or ManualClock()
    world, faults = World(1, clock=clock), FaultRules()
    transport = httpx.ASGITransport(build_app(world, faults=faults))
    ledger = await SqlLedger.open(
        f"sqlite:///{folder / 'ledger.db'}", sealer=Sealer([KEY]), on_commit=on_commit
    )
    async with httpx.AsyncClient(transport=transport) as browser:
        yield Office(world, ledger, clock, faults, browser, transport)
    await ledger.close()
