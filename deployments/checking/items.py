"""Whether the warehouse knows the items that a connection names."""

from dockwire.errors import SettingsError
from dockwire.model.connection import Connection
from dockwire.ports import Warehouse


async def items(warehouse: Warehouse, connection: Connection) -> str:
    """Return how many items there are; raises ``SettingsError`` naming those that are not."""
    items = await warehouse.items(connection.customer_id)
    known = {item.sku for item in items}
    unknown = sorted(sku for sku in connection.sku_map.values() if sku not in known)
    if unknown:
        raise SettingsError(f"the SKU map names items the warehouse does not know: {', '.join(unknown[:10])}")
    return f"{len(items)} items"
