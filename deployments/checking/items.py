"""Whether the warehouse knows the items that a connection names."""

from dockwire.decisions.sku_names import first_few
from dockwire.errors import SettingsError
from dockwire.model.connection import Connection
from dockwire.ports import Ledger, Warehouse


async def items(warehouse: Warehouse, connection: Connection, *, ledger: Ledger | None) -> str:
    """Return how many items there are; raises ``SettingsError`` naming those that are not.

    Without a ledger the alias table, which it keeps, is not looked at.
    """
    items = await warehouse.items(connection.customer_id)
    known = {item.sku for item in items}
    aliases = await ledger.aliases(connection.warehouse, connection.customer_id) if ledger else {}
    tables = {"the SKU map": connection.sku_map, "the alias table": aliases}
    unknown = [
        f"{table} names items the warehouse does not know: {first_few(lost)}"
        for table, names in tables.items()
        if (lost := set(names.values()) - known)
    ]
    if unknown:
        raise SettingsError("; ".join(unknown))
    return f"{len(items)} items"
