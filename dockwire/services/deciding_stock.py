"""From what the books say to what every SKU is to be offered at."""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

import anyio.to_thread

from dockwire.decisions.sku_names import SkuNames, first_few
from dockwire.decisions.stock import (
    StockFacts,
    StockPlan,
    as_json,
    decide_stock,
    promised,
    stock_changes,
    tell,
)
from dockwire.errors import Fixer
from dockwire.model.connection import Connection
from dockwire.model.record import Problem
from dockwire.model.stock import Offer, Offered, Promises, StepKind, Withheld
from dockwire.model.stock_book import Decided, LedgerOffer, StockPoint, Waiting
from dockwire.model.stock_rows import StockItem, UnreadableRow
from dockwire.model.stock_rules import StockRules
from dockwire.services.desk import Desk
from dockwire.services.stock_report import StockLine, StockReport

log = logging.getLogger(__name__)

Items = Mapping[str, StockItem]


async def decide(desk: Desk, *, dry: bool) -> StockReport:
    """Decide every quantity anew and remember it.

    Raises:
        RemoteError: the warehouse did not answer; nothing was decided.
    """
    as_of = desk.clock.now()
    known = await desk.ledger.offers(desk.connection.slug)
    facts, notes = await _facts(desk, [offer for each in known for offer in each.offers])
    plan, decided = await anyio.to_thread.run_sync(_decided, facts)
    await desk.ledger.record_decisions(desk.connection, decided, as_of=as_of)
    await desk.ledger.add_stock_point(desk.connection, _point(plan, as_of))
    report = _report(plan, decided, known, dry=dry)
    report.notes += notes
    if report.on_sale:
        log.warning(
            "connection=%s: Amazon may oversell what gets no quantity (SKUs: %d): %s",
            desk.connection.slug, len(report.on_sale), first_few(report.on_sale),
        )  # fmt: skip
    return report


async def _facts(desk: Desk, offers: Sequence[Offer]) -> tuple[StockFacts, tuple[Problem, ...]]:
    connection = desk.connection
    siblings = [
        each
        for each in await desk.ledger.stock_siblings(connection)
        if each.facility_id == connection.facility_id
    ]
    # Read before the warehouse: an order that gets there in between counts twice, never not at all.
    waiting = await desk.ledger.waiting_units([each.slug for each in siblings])
    rows, listed = await desk.warehouse.stock(connection.customer_id, connection.facility_id)
    aliases = await desk.ledger.aliases(connection.warehouse, connection.customer_id)
    items, unreadable = _by_sku(listed)
    facts = StockFacts(
        slug=connection.slug,
        facility_id=connection.facility_id,
        items=items,
        rows=rows,
        unreadable_items=unreadable,
        offers=offers,
        names=SkuNames.of(connection, aliases),
        rules=await rules_of(desk, connection),
        to_import=_to_import(waiting, siblings, aliases),
        promises=await _promises(desk, siblings, items, aliases),
        open_orders_allocated=connection.open_orders_allocated,
    )
    return facts, _unreadable(waiting)


async def rules_of(desk: Desk, connection: Connection) -> StockRules:
    """Return the connection's rules with those of the table by SKU."""
    table = await desk.ledger.stock_rules(connection.slug)
    return connection.stock.model_copy(update={"by_sku": {**connection.stock.by_sku, **table}})


def _by_sku(listed: Sequence[StockItem | UnreadableRow]) -> tuple[dict[str, StockItem], list[UnreadableRow]]:
    """Return the items by SKU, and the rows that are none: several items of one SKU are not told apart."""
    often = Counter(item.sku for item in listed if isinstance(item, StockItem))
    items: dict[str, StockItem] = {}
    others: list[UnreadableRow] = []
    for number, item in enumerate(listed, 1):
        if isinstance(item, UnreadableRow):
            others.append(item)
        elif often[item.sku] > 1:
            others.append(
                UnreadableRow(number, item.sku, f"{often[item.sku]} items of the customer have this SKU")
            )
        else:
            items[item.sku] = item
    return items, others


def _to_import(
    waiting: Waiting, siblings: Sequence[Connection], aliases: Mapping[str, str]
) -> dict[str, Decimal]:
    """Return the waiting units by warehouse SKU; one without a meaning takes from no stock we know."""
    names = {each.slug: SkuNames.of(each, aliases) for each in siblings}
    units = {sku: Decimal(count) for sku, count in waiting.named.items()}
    for (slug, amazon_sku), count in waiting.units.items():
        if (target := names[slug].target(amazon_sku)) is not None:
            units[target] = units.get(target, Decimal(0)) + count
    return units


async def _promises(
    desk: Desk, siblings: Sequence[Connection], items: Items, aliases: Mapping[str, str]
) -> Promises:
    """Return what siblings on the same stock keep for themselves."""
    promises: Promises = {}
    for sibling in siblings:
        if sibling.slug == desk.connection.slug or not sibling.stock_sync:
            continue
        rules = await rules_of(desk, sibling)
        if not any(rule.fixed_share for rule in (rules.default, *rules.by_sku.values())):
            continue
        offers = [offer for each in await desk.ledger.offers(sibling.slug) for offer in each.offers]
        facts = StockFacts(
            slug=sibling.slug,
            facility_id=sibling.facility_id,
            items=items,
            rows=(),
            offers=offers,
            names=SkuNames.of(sibling, aliases),
            rules=rules,
        )
        promises[sibling.slug] = promised(facts)
    return promises


def _decided(facts: StockFacts) -> tuple[StockPlan, list[Decided]]:
    plan = decide_stock(facts)
    return plan, [Decided(each, tell(each), as_json(each)) for each in plan.decisions]


def _point(plan: StockPlan, at: datetime) -> StockPoint:
    offered = [each for each in plan.decisions if isinstance(each, Offered)]
    available = {
        supply.sku: step.change
        for each in offered
        for supply in each.supplies
        for step in supply.steps
        if step.kind is StepKind.AVAILABLE
    }
    return StockPoint(
        at, len(offered), sum(available.values(), Decimal(0)), sum(each.quantity for each in offered)
    )


def _report(
    plan: StockPlan, decided: Sequence[Decided], known: Sequence[LedgerOffer], *, dry: bool
) -> StockReport:
    why = {each.decision.sku: each.told for each in decided}
    changes = stock_changes(plan.decisions, [offer for each in known for offer in each.offers])
    withheld = {each.sku: each.reason for each in plan.decisions if isinstance(each, Withheld)}
    on_sale = _on_sale(withheld, known)
    report = StockReport(
        skus=len(plan.decisions) - len(withheld),
        withheld=len(withheld),
        withheld_on_sale=len(on_sale),
        differences=len(changes),
        unmatched=withheld,
        on_sale=on_sale,
        not_at_amazon=plan.not_at_amazon,
        notes=(*plan.notes, *plan.rows_without_item),
        dry=dry,
    )
    state = "would be sent" if dry else "to be sent"
    for change in changes:
        report.row(StockLine(change.sku, change.before, change.quantity, state, why[change.sku]))
    return report


def _on_sale(withheld: Mapping[str, Problem], known: Sequence[LedgerOffer]) -> dict[str, int | None]:
    """Return what Amazon has of the SKUs that it may go on selling, where nobody chose to leave them alone."""
    return {
        offer.sku: offer.quantity
        for offer in known
        if offer.sku in withheld and withheld[offer.sku].fixer is not Fixer.NOBODY and offer.quantity != 0
    }


def _unreadable(waiting: Waiting) -> tuple[Problem, ...]:
    """Return a note on orders whose units nobody can count."""
    if not waiting.unreadable:
        return ()
    sentence = (
        f"{waiting.unreadable} Amazon orders cannot be read; what they are for is still offered. "
        "'dockwire orders list --state quarantined' shows them."
    )
    return (Problem("orders_unreadable", sentence, Fixer.ENGINEER),)
