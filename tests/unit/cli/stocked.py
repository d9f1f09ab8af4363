"""What the tests of ``dockwire stock`` do over and over: run it, and look into its ledger."""

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path

from typer.testing import CliRunner, Result

from dockwire.cli.stock import app
from dockwire.errors import Fixer
from dockwire.keys import load_keys
from dockwire.ledger import SqlLedger
from dockwire.model.listing import Listing
from dockwire.model.record import Problem
from dockwire.model.stock import Offer, Offered, Step, StepKind
from dockwire.model.stock_book import Decided, Look, OfferState, SendOutcome
from dockwire.sealing import Sealer
from tests.builders import NOW
from tests.unit.ledger.acts import ACME


def dockwire(*words: str) -> Result:
    return CliRunner().invoke(app, words)


def in_ledger(folder: Path, work: Callable[[SqlLedger], Awaitable[object]]) -> None:
    async def run() -> None:
        ledger = await SqlLedger.open(
            f"sqlite:///{folder / 'ledger.db'}", sealer=Sealer(load_keys(folder, []))
        )
        await ledger.register(ACME, now=NOW)
        await work(ledger)
        await ledger.close()

    asyncio.run(run())


async def refused(ledger: SqlLedger) -> None:
    looks = [Look(Listing(sku, (Offer(sku, quantity=3),))) for sku in ("A/1", "B")]
    await ledger.record_looks(ACME, looks, now=NOW)
    decision = Offered("A/1", 7, steps=(Step(StepKind.MAXIMUM, Decimal(-2)),))
    decided = Decided(decision, "A/1 is to be offered at 7: maximum 7.", {"sku": "A/1", "quantity": 7})
    await ledger.record_decisions(ACME, [decided], as_of=NOW)
    due = await ledger.due_offers(ACME, now=NOW, limit=9)
    (sending,) = await ledger.begin_sends(ACME, due, now=NOW, not_before=NOW)
    problem = Problem("stock_refused", "Amazon says no.", Fixer.MERCHANT)
    outcome = SendOutcome(
        "A/1", sending.version, OfferState.REFUSED, problem, not_before=NOW.replace(year=2099)
    )
    await ledger.record_sends(ACME, [outcome], now=NOW)
