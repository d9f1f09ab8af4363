"""Items of the warehouse that fit what somebody types: suggestions for the forms that name one."""

import anyio.to_thread
from sqlalchemy import func, select

from dockwire.console.parts import Parts
from dockwire.ledger.tables import items

AT_ONCE = 200
"""Items that a page brings along; of more, it asks while somebody types."""
_LONGEST = 200


async def items_like(
    parts: Parts, connection: str | None, said: str = "", *, most: int = AT_ONCE
) -> list[str]:
    """Return active items of the connection's customer that have this in their SKU, those that begin so first."""
    mine = next((each for each in await parts.ledger.connections() if each.slug == connection), None)
    if mine is None:
        return []
    typed = said.strip().replace("\0", "")[:_LONGEST].casefold()
    sku = func.lower(items.c.sku)
    # In the middle of a SKU, too: one customer's items are few beside all orders.
    query = (
        select(items.c.sku)
        .where(items.c.warehouse == mine.warehouse, items.c.customer_id == mine.customer_id, items.c.active)
        .where(sku.contains(typed, autoescape=True))
        .order_by(sku.startswith(typed, autoescape=True).desc(), items.c.sku)
        .limit(most)
    )

    def read() -> list[str]:
        with parts.ledger.reading_sessions()() as session:
            return list(session.scalars(query))

    return await anyio.to_thread.run_sync(read)
