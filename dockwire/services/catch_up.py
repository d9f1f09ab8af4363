"""What a catch-up would import, without storing or sending anything."""

import itertools
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from dockwire.decisions.harvesting import HarvestPolicy
from dockwire.decisions.import_rules import ImportRules
from dockwire.decisions.importing import Hold, Import, Skip, Watch, decide_import
from dockwire.model.order import Order, SearchWindow
from dockwire.services.desk import Desk

_WORDS = {Import: "would_create", Hold: "would_hold", Watch: "would_watch", Skip: "would_skip"}


@dataclass(slots=True)
class Foreseen:
    """What was found, by what would become of it.

    Attributes:
        counts: How many orders were read, are in the ledger already, and would be created, held, ...
        rows: The orders that the ledger does not have.
        complete: Whether everything was read.
    """

    counts: Counter[str] = field(default_factory=Counter)
    rows: list[dict[str, str]] = field(default_factory=list)
    complete: bool = True

    def numbers(self) -> dict[str, int]:
        """Return the counts by name, zeros included."""
        return {name: self.counts[name] for name in ("orders_read", "known", *_WORDS.values(), "unreadable")}


async def foresee(
    desk: Desk, since: datetime, policy: HarvestPolicy, *, pages: int | None = None
) -> Foreseen:
    """Read a connection's orders that changed since a moment, and decide those that the ledger does not have.

    With ``pages`` at most so many pages are read.

    Raises:
        RemoteError: Amazon or the warehouse did not answer.
    """
    rules = await _rules(desk)
    until = await desk.seller.amazon_now() - policy.settle
    window = SearchWindow(
        marketplaces=(desk.connection.marketplace.id,), updated_after=since, updated_before=until
    )
    found, token = Foreseen(), None
    # Amazon shows nothing so young yet, and refuses a window that ends before it begins.
    if since >= until:
        return found
    for number in itertools.count(1):
        page = await desk.seller.search_orders(window, token)
        for order in page.orders:
            await _count(desk, order, rules, found)
        found.counts["orders_read"] += len(page.orders) + len(page.malformed)
        found.counts["unreadable"] += len(page.malformed)
        token = page.next_token
        found.complete = token is None
        if token is None or number == pages:
            break
    return found


async def _rules(desk: Desk) -> ImportRules:
    connection = desk.connection
    items = await desk.warehouse.items(connection.customer_id)
    aliases = await desk.ledger.aliases(connection.warehouse, connection.customer_id)
    return ImportRules(connection, {item.sku: item for item in items}, aliases)


async def _count(desk: Desk, order: Order, rules: ImportRules, found: Foreseen) -> None:
    if await desk.ledger.find_orders(order.order_id):
        found.counts["known"] += 1
        return
    decision = decide_import(order, rules)
    word = _WORDS[type(decision)]
    found.counts[word] += 1
    reasons = decision.problems if isinstance(decision, Hold) else ()
    reasons = (decision.problem,) if isinstance(decision, Skip | Watch) else reasons
    codes = ", ".join(reason.code for reason in reasons)
    found.rows.append({"order": order.order_id, "state": word.replace("_", " "), "reasons": codes})
