"""What the ledger knows of connections, offers and items, and how a name that it does not know is told."""

from collections.abc import Collection, Mapping, Sequence

from dockwire.cli import say
from dockwire.decisions.sku_names import Lookalikes, first_few
from dockwire.model.connection import Connection
from dockwire.ports import Ledger


async def registered(ledger: Ledger, name: str) -> Connection:
    """Return a connection as its last run left it; leave with a message when it has had none."""
    known = {str(connection.slug): connection for connection in await ledger.connections()}
    if name not in known:
        others = f"known are {', '.join(known)}" if known else "none is known"
        guess = Lookalikes(known).question(name)
        say.fail(
            f"no run of a connection {name!r} yet; {' '.join(filter(None, (guess, others)))}\n"
            "What 'dockwire connection list' shows becomes known here with its first run:\n"
            f"'dockwire run inventory-sync {name} --dry-run', which sends nothing, or 'dockwire run order-import {name}'"
        )
    return known[name]


async def no_offer(ledger: Ledger, connection: Connection, sku: str) -> str:
    """Return how a SKU is told that the connection has no offer of."""
    guess = Lookalikes(await ledger.offer_skus(connection.slug)).question(sku)
    read = f"'dockwire run inventory-sync {connection.slug} --dry-run --everything' reads Amazon's listings"
    return f"{connection.slug} has no offer of SKU {sku!r} that dockwire knows of; {guess or read}"


async def unknown_rules(ledger: Ledger, connection: Connection, skus: Collection[str]) -> list[str]:
    """Return warnings on the SKUs of rules: those that no offer of the connection has."""
    return await _unknown_offers(ledger, [connection], skus, ("rule", "rules")) if skus else []


async def unknown_aliases(ledger: Ledger, connection: Connection, table: Mapping[str, str]) -> list[str]:
    """Return warnings on an alias table: Amazon SKUs that nobody offers, warehouse SKUs that are no items."""
    if not table:
        return []
    siblings = await ledger.stock_siblings(connection)
    warnings = await _unknown_offers(ledger, siblings, table.keys(), ("alias", "aliases"))
    whose = f"customer {connection.customer_id} of warehouse {connection.warehouse}"
    read, items = await ledger.known_items(connection.warehouse, connection.customer_id)
    if read is None:
        return [
            *warnings,
            f"the items of {whose} are not known yet, so no warehouse SKU was compared; "
            f"'dockwire run order-import {connection.slug}' reads them",
        ]
    alike = Lookalikes(items)
    wrong = [
        _asked(f"{sku} to {target}", alike.question(target))
        for sku, target in table.items()
        if target not in items
    ]
    if wrong:
        lead = _counted(len(wrong), "alias leads", "aliases lead")
        warnings.append(
            f"warning: {lead} to an item that {whose} did not have on {read:%Y-%m-%d %H:%M} UTC: {first_few(wrong)}"
        )
    return warnings


async def _unknown_offers(
    ledger: Ledger, connections: Sequence[Connection], skus: Collection[str], what: tuple[str, str]
) -> list[str]:
    known: set[str] = set()
    read: list[str] = []
    unread: list[str] = []
    for each in connections:
        known |= await ledger.offer_skus(each.slug)
        (unread if (await ledger.stock_marks(each)).swept is None else read).append(each.slug)
    unknown = [sku for sku in skus if sku not in known]
    warnings = []
    if unknown and read:
        alike = Lookalikes(known)
        named = [_asked(sku, alike.question(sku)) for sku in unknown]
        lead = _counted(len(unknown), f"{what[0]} names", f"{what[1]} name")
        warnings.append(
            f"warning: {lead} an Amazon SKU that no offer of {', '.join(read)} has: {first_few(named)}"
        )
    if unknown and unread:
        warnings.append(
            f"the listings of {', '.join(unread)} are not known yet, so no Amazon SKU was compared with them; "
            f"'dockwire run inventory-sync {unread[0]} --dry-run' reads them where stock_sync is on"
        )
    return warnings


def _asked(name: str, question: str) -> str:
    return f"{name} ({question})" if question else name


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
