"""What the page of one order shows beside its columns; nothing personal."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import anyio.to_thread
from starlette.requests import Request

from dockwire.console.act_words import DECISIONS
from dockwire.console.fields import iso
from dockwire.console.order_documents import Document, documents_of
from dockwire.console.order_links import Link, links_of
from dockwire.console.order_offers import Offers, offers_of
from dockwire.console.order_packages import Closed, Package, closings_of, packages_of
from dockwire.console.order_rows import OrderRows, read_rows
from dockwire.console.order_story import story_of
from dockwire.console.parts import Parts, user_of
from dockwire.console.records import OrderRecord, Told
from dockwire.console.runs_asked import pages_of_runs
from dockwire.errors import DockwireError
from dockwire.model.ids import AmazonOrderId, ConnectionSlug
from dockwire.model.order import OrderStatus
from dockwire.model.record import OrderState
from dockwire.services.holds import Holds, Known


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the order."""

    sku: str
    item_id: str
    warehouse_sku: str
    ordered: int
    open: int
    packed: int
    """Units in its packages."""


@dataclass(frozen=True, slots=True)
class OrderPage:
    """One order with everything that is known of it."""

    lines: tuple[Line, ...]
    packages: tuple[Package, ...]
    closings: tuple[Closed, ...]
    story: tuple[Told, ...]
    documents: tuple[Document, ...]
    decided: tuple[tuple[str, str, str], ...]
    """What persons decided and what still counts: what, who, when."""
    offers: Offers
    links: tuple[Link, ...]
    runs: Mapping[str, str] = field(default_factory=dict)
    """Pages of the runs that the story names."""
    trouble: str = ""
    """Why part of it cannot be shown."""


async def page_of(parts: Parts, request: Request, record: OrderRecord) -> OrderPage:
    """Return an order's page.

    Raises:
        LedgerUnavailable: the database does not answer.
    """
    facts = await parts.ledger.order_facts(AmazonOrderId(record.amazon_order_id))
    rows = await anyio.to_thread.run_sync(read_rows, request.state.session, record, facts)
    known, raw, trouble = await _content(parts, record)
    entry = known.waiting.known if known is not None else None
    order = entry.order if entry is not None else None
    story = story_of(record, order, facts, rows, user_of(request).role)
    packages = packages_of(rows)
    currency = await _currency(parts, record)
    return OrderPage(
        lines=_lines(record, rows, packages, known),
        packages=packages,
        closings=closings_of(rows, currency),
        story=story,
        documents=documents_of(known, raw, rows),
        decided=_decided(known),
        offers=offers_of(request, record, known, packages),
        links=links_of(parts.links, record),
        runs=await pages_of_runs(parts, (told.run for told in story)),
        trouble=trouble,
    )


async def _content(parts: Parts, record: OrderRecord) -> tuple[Known | None, str | None, str]:
    """Return what is sealed of an order, for what may be said of it."""
    slug = ConnectionSlug(record.connection) if record.connection else None
    try:
        known = await Holds(parts.ledger, parts.clock).know(AmazonOrderId(record.amazon_order_id), slug)
        unread = record.state == OrderState.QUARANTINED or (known is not None and known.waiting.known is None)
        raw = await parts.ledger.unreadable_text(record.id) if unread else None
    except DockwireError as error:
        return None, None, f"What is sealed of this order cannot be opened: {error}"
    return known, raw, ""


async def _currency(parts: Parts, record: OrderRecord) -> str:
    of = (each.charge_currency for each in await parts.ledger.connections() if each.slug == record.connection)
    return next(of, "")


def _lines(
    record: OrderRecord, rows: OrderRows, packages: Sequence[Package], known: Known | None
) -> tuple[Line, ...]:
    packed: Counter[str] = Counter()
    for package in packages:
        packed.update(dict(package.items))
    # Amazon refuses what was cancelled before it tells that it was.
    gone = {item for package in packages if package.gone for item, _ in package.items}
    if record.amazon_status == OrderStatus.CANCELLED:
        gone |= {row.amazon_item_id for row in rows.lines}
    skus = known.skus if known is not None else {}
    return tuple(
        Line(
            row.sku or "",
            row.amazon_item_id,
            skus.get(row.amazon_item_id, ""),
            row.ordered,
            0 if row.amazon_item_id in gone else row.open,
            packed[row.amazon_item_id],
        )
        for row in rows.lines
    )


def _decided(known: Known | None) -> tuple[tuple[str, str, str], ...]:
    notes = known.waiting.row.notes if known is not None else ()
    return tuple((DECISIONS[note.kind], note.by, iso(note.at)) for note in notes)
