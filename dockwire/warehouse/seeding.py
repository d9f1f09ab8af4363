"""Filling a warehouse from a seed; doing it again changes nothing but what the seed changed."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Table, delete, func, insert, select, update

from dockwire.schema import lock_alone
from dockwire.warehouse.closing_tables import carriers, price_rules
from dockwire.warehouse.migrate import LOCK
from dockwire.warehouse.seed_format import (
    CarrierRow,
    CredentialRow,
    CustomerRow,
    FacilityRow,
    ItemRow,
    PriceRuleRow,
    ReceiptRow,
    Seed,
    SeedError,
    read_seed,
)
from dockwire.warehouse.signing_in import hash_secret, secret_matches
from dockwire.warehouse.tables import (
    credentials,
    customer_facilities,
    customers,
    facilities,
    item_aliases,
    items,
    kit_components,
    receive_items,
    receivers,
)
from dockwire.warehouse.warehouse import Warehouse
from dockwire.warehouse.work import IN_PROCESS, Work

R = TypeVar("R")

_NUMBERED_HERE = {facilities, customers, items, carriers, price_rules}
"""Tables whose rows only seeds make; PostgreSQL would not count the numbers that a seed gives."""


def load_seed(warehouse: Warehouse, data: dict[str, Any]) -> dict[str, int]:
    """Put a seed's rows into the warehouse, all or none; return how many rows each table had.

    What exists is found by its name (items by customer and sku, receipts by customer, facility,
    reference, sku and qualifier) and brought up to date.

    Raises:
        SeedError: a row is not usable.
    """
    seed = read_seed(data)
    warehouse.write(IN_PROCESS, lambda work: _Seeding(work).load(seed))
    return {name: len(rows) for name, rows in seed if rows}


class _Seeding:
    """One seed on its way into the tables."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._link = work.link
        self._place = ("", 0)

    def load(self, seed: Seed) -> None:
        lock_alone(self._link, LOCK)
        self._each("facilities", seed.facilities, self._facility)
        self._each("customers", seed.customers, self._customer)
        self._each("credentials", seed.credentials, self._credential)
        self._each("items", seed.items, self._item)
        # A kit may be listed before its parts.
        self._each("items", seed.items, self._kit)
        self._each("receipts", seed.receipts, self._receipt)
        self._each("carriers", seed.carriers, self._carrier)
        self._each("price_rules", seed.price_rules, self._price_rule)

    def _each(self, table: str, rows: Sequence[R], put: Callable[[R], None]) -> None:
        for number, row in enumerate(rows, start=1):
            self._place = (table, number)
            put(row)

    def _wrong(self, field: str, problem: str) -> SeedError:
        return SeedError(*self._place, field, problem)

    def _facility(self, row: FacilityRow) -> None:
        values = {"time_zone": row.time_zone, "last_close": row.last_close, "deactivated": False}
        self._put(facilities, facilities.c.name == row.name, row.id, {"name": row.name}, values)

    def _customer(self, row: CustomerRow) -> None:
        values = row.model_dump(exclude={"id", "name", "facilities"}) | {"deactivated": False}
        number = self._put(customers, customers.c.name == row.name, row.id, {"name": row.name}, values)
        served = [self._known(facilities, "facilities", name) for name in dict.fromkeys(row.facilities)]
        self._link.execute(delete(customer_facilities).where(customer_facilities.c.customer_id == number))
        self._link.execute(
            insert(customer_facilities),
            [
                {"customer_id": number, "facility_id": facility, "position": position}
                for position, facility in enumerate(served)
            ],
        )

    def _credential(self, row: CredentialRow) -> None:
        known = self._link.execute(
            select(credentials).where(credentials.c.client_id == row.client_id)
        ).first()
        visible = None
        if row.customers is not None:
            visible = [self._known(customers, "customers", name) for name in row.customers]
        same_secret = known is not None and secret_matches(row.client_secret, known.secret_hash)
        values = {
            "secret_hash": known.secret_hash if known and same_secret else hash_secret(row.client_secret),
            "user_login": row.user_login,
            "user_login_id": row.user_login_id or (known.user_login_id if known else self._next_login()),
            "roles": list(row.roles),
            "customers": visible,
        }
        taken = select(credentials.c.client_id).where(
            credentials.c.user_login_id == values["user_login_id"], credentials.c.client_id != row.client_id
        )
        if self._link.execute(taken).first() is not None:
            raise self._wrong("user_login_id", "belongs to another credential")
        if known is None:
            self._link.execute(insert(credentials).values(values | {"client_id": row.client_id}))
        else:
            mine = credentials.c.client_id == row.client_id
            self._link.execute(update(credentials).where(mine).values(values))

    def _next_login(self) -> int:
        numbers = self._link.execute(select(credentials.c.user_login_id)).scalars()
        return max(numbers, default=0) + 1

    def _item(self, row: ItemRow) -> None:
        customer = self._known(customers, "customer", row.customer)
        values = {
            "upc": row.upc,
            "description": row.description,
            "unit": row.unit,
            "deactivated": not row.active,
        }
        mine = (items.c.customer_id == customer) & (items.c.sku == row.sku)
        known = self._link.execute(select(items).where(mine)).first()
        if known is None or any(getattr(known, name) != value for name, value in values.items()):
            values["modified"] = self._work.now
        fixed = {"customer_id": customer, "sku": row.sku, "created": self._work.now}
        item_id = self._put(items, mine, row.id, fixed, values)
        for sku in row.aliases:
            alias = {"customer_id": customer, "sku": sku, "description": row.description}
            other = (item_aliases.c.customer_id == customer) & (item_aliases.c.sku == sku)
            self._put(item_aliases, other, None, alias, {"active": True, "item_id": item_id})

    def _kit(self, row: ItemRow) -> None:
        customer = self._known(customers, "customer", row.customer)
        item_id = self._known_item(customer, "sku", row.sku)
        self._link.execute(delete(kit_components).where(kit_components.c.item_id == item_id))
        for position, part in enumerate(row.kit):
            component = self._known_item(customer, "kit", part.sku)
            of_kit = select(kit_components.c.item_id).where(kit_components.c.item_id == component)
            if component == item_id or self._link.execute(of_kit).first() is not None:
                raise self._wrong("kit", "a kit cannot be part of a kit")
            values = {"item_id": item_id, "component_id": component, "position": position}
            self._link.execute(
                insert(kit_components).values(values | {"qualifier": part.qualifier, "qty": part.qty})
            )

    def _receipt(self, row: ReceiptRow) -> None:
        customer = self._known(customers, "customer", row.customer)
        facility = self._known(facilities, "facility", row.facility)
        item_id = self._known_item(customer, "sku", row.sku)
        same = (
            (receivers.c.customer_id == customer)
            & (receivers.c.facility_id == facility)
            & (receivers.c.reference == row.reference)
        )
        fixed = {
            "customer_id": customer,
            "facility_id": facility,
            "reference": row.reference,
            "arrived": self._work.now,
            "created": self._work.now,
            "created_by": self._work.access.login,
            "modified": self._work.now,
            "version": 1,
        }
        receiver_id = self._put(receivers, same, None, fixed, {})
        booked = select(receive_items.c.id).where(
            receive_items.c.receiver_id == receiver_id,
            receive_items.c.item_id == item_id,
            receive_items.c.qualifier == row.qualifier,
        )
        if self._link.execute(booked).first() is None:
            self._book(row, receiver_id, item_id, {"customer_id": customer, "facility_id": facility})

    def _book(self, row: ReceiptRow, receiver_id: int, item_id: int, parties: dict[str, int]) -> None:
        self._link.execute(
            insert(receive_items).values(
                receiver_id=receiver_id,
                item_id=item_id,
                qualifier=row.qualifier,
                lot_number="",
                expected=row.qty,
                received=row.qty,
                allocated=0,
                on_hold=False,
                created=self._work.now,
                **parties,
            )
        )

    def _carrier(self, row: CarrierRow) -> None:
        values = row.model_dump(mode="json", exclude={"id", "name"})
        self._put(carriers, carriers.c.name == row.name, row.id, {"name": row.name}, values)

    def _price_rule(self, row: PriceRuleRow) -> None:
        customer = self._known(customers, "customer", row.customer)
        values = row.model_dump(exclude={"id", "customer", "label", "gl_account", "tax_code"})
        members = {"glAcctNum": row.gl_account, "taxCode": row.tax_code}
        values |= {
            "position": self._place[1],
            "members": {name: text for name, text in members.items() if text},
        }
        mine = (price_rules.c.customer_id == customer) & (price_rules.c.label == row.label)
        self._put(price_rules, mine, row.id, {"customer_id": customer, "label": row.label}, values)

    def _put(
        self,
        table: Table,
        same: ColumnElement[bool],
        wanted_id: int | None,
        fixed: dict[str, Any],
        values: dict[str, Any],
    ) -> int:
        """Insert a row, or bring the one that is the same up to date; return its number."""
        known: int | None = self._link.execute(select(table.c.id).where(same)).scalar()
        if known is None:
            if wanted_id is not None and self._taken(table, wanted_id):
                raise self._wrong("id", "belongs to another row")
            if table in _NUMBERED_HERE:
                fixed = fixed | {"id": wanted_id or self._next(table)}
            number: int = self._link.execute(
                insert(table).values(fixed | values).returning(table.c.id)
            ).scalar_one()
            return number
        if wanted_id not in {None, known}:
            raise self._wrong("id", f"is {known} already and cannot change")
        if values:
            self._link.execute(update(table).where(table.c.id == known).values(values))
        return known

    def _taken(self, table: Table, number: int) -> bool:
        return self._link.execute(select(table.c.id).where(table.c.id == number)).first() is not None

    def _next(self, table: Table) -> int:
        last: int | None = self._link.execute(select(func.max(table.c.id))).scalar()
        return (last or 0) + 1

    def _known(self, table: Table, field: str, name: str) -> int:
        number: int | None = self._link.execute(select(table.c.id).where(table.c.name == name)).scalar()
        if number is None:
            raise self._wrong(field, f"there is no {name!r} in {table.name}")
        return number

    def _known_item(self, customer: int, field: str, sku: str) -> int:
        mine = (items.c.customer_id == customer) & (items.c.sku == sku)
        number: int | None = self._link.execute(select(items.c.id).where(mine)).scalar()
        if number is None:
            raise self._wrong(field, f"the customer has no item {sku!r}")
        return number
