"""From the names that a request gives to the rows they mean."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Row, Table, select

from dockwire.warehouse.identifiers import ItemName, PartyName
from dockwire.warehouse.problems import InvalidModel
from dockwire.warehouse.tables import (
    customer_facilities,
    customers,
    facilities,
    item_aliases,
    items,
)
from dockwire.warehouse.work import Work


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer that takes orders."""

    id: int
    order_queue: bool


def find_customer(work: Work, wanted: PartyName) -> Customer:
    """Return the customer that a request names.

    Raises:
        InvalidModel: there is none the caller may see, or it is deactivated.
    """
    found = work.link.execute(
        select(customers).where(_named(customers, wanted), work.access.sees(customers.c.id))
    ).first()
    if found is None:
        raise _unknown(wanted)
    if found.deactivated:
        raise InvalidModel(
            "ValueNotSupported", wanted.place, hint="The customer is deactivated.", value=found.id
        )
    return Customer(id=found.id, order_queue=found.order_queue)


def find_facility(work: Work, wanted: PartyName, customer_id: int) -> int:
    """Return the number of a facility that serves the customer.

    Raises:
        InvalidModel: there is none, or it is deactivated.
    """
    serves = customer_facilities.c.facility_id == facilities.c.id
    found = work.link.execute(
        select(facilities.c.id, facilities.c.deactivated)
        .join(customer_facilities, serves)
        .where(_named(facilities, wanted), customer_facilities.c.customer_id == customer_id)
    ).first()
    if found is None:
        raise _unknown(wanted)
    if found.deactivated:
        raise InvalidModel(
            "ValueNotSupported", wanted.place, hint="The facility is deactivated.", value=found.id
        )
    return int(found.id)


def _named(table: Table, wanted: PartyName) -> ColumnElement[bool]:
    if wanted.id is not None:
        return table.c.id == wanted.id
    if wanted.name:
        return table.c.name == wanted.name
    # Facilities have no number of the caller's own.
    return table.c.get("external_id", table.c.name) == wanted.external_id


def _unknown(wanted: PartyName) -> InvalidModel:
    value = wanted.id if wanted.id is not None else wanted.name or wanted.external_id
    return InvalidModel(
        "DoesNotExist", wanted.place, hint=f"{wanted.place} names nothing known.", value=value
    )


def find_items(work: Work, names: Sequence[ItemName], customer_id: int) -> list[int]:
    """Return the number of each item.

    Raises:
        InvalidModel: the customer does not have an item, or it is deactivated.
    """
    known = _items_by_name(work, names, customer_id)
    return [_usable(known.get(name.key), name) for name in names]


def _usable(item: Row[tuple[int, str, bool]] | None, name: ItemName) -> int:
    if item is None:
        hint = "The customer has no such item."
        raise InvalidModel("DoesNotExist", name.place, hint=hint, value=name.key)
    if item.deactivated:
        raise InvalidModel("ValueNotSupported", name.place, hint="The item is deactivated.", value=name.key)
    return int(item.id)


def _items_by_name(
    work: Work, names: Iterable[ItemName], customer_id: int
) -> dict[int | str, Row[tuple[int, str, bool]]]:
    skus = sorted({name.sku for name in names if name.id is None})
    ids = sorted({name.id for name in names if name.id is not None})
    columns = select(items.c.id, items.c.sku, items.c.deactivated).where(items.c.customer_id == customer_id)
    known: dict[int | str, Row[tuple[int, str, bool]]] = {}
    if skus and work.switches.accept_alias_sku:
        meant = item_aliases.c.item_id == items.c.id
        aliases = columns.add_columns(item_aliases.c.sku.label("alias")).join(item_aliases, meant)
        for row in work.link.execute(aliases.where(item_aliases.c.sku.in_(skus), item_aliases.c.active)):
            known[row.alias] = row
    if skus:
        known |= {row.sku: row for row in work.link.execute(columns.where(items.c.sku.in_(skus)))}
    if ids:
        known |= {row.id: row for row in work.link.execute(columns.where(items.c.id.in_(ids)))}
    return known
