"""What the page of one order shows beside its columns; public facts only."""

from dockwire.console.fields import iso
from dockwire.console.records import OrderRecord, Told
from dockwire.model.ids import AmazonOrderId
from dockwire.ports import Ledger


async def story_of(ledger: Ledger, record: OrderRecord) -> tuple[Told, ...]:
    """Return what happened to an order, newest first.

    Raises:
        LedgerUnavailable: the database does not answer.
    """
    facts = await ledger.order_facts(AmazonOrderId(record.amazon_order_id))
    # Two sellers' orders never share an id, but an order may have moved to another connection.
    return tuple(
        Told(iso(fact.at), fact.kind.value.replace("_", " "), tuple(fact.detail.items()))
        for fact in reversed(facts)
    )
