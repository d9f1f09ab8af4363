"""Customers and facilities as resources."""

from collections import defaultdict

from sqlalchemy import Row, exists, select

from dockwire.warehouse.local_time import to_wire, windows_name
from dockwire.warehouse.paging import Parameters, Window, select_page
from dockwire.warehouse.problems import Missing
from dockwire.warehouse.resources import RELS, Page, Resource
from dockwire.warehouse.rql_sql import Name, Names, Sort
from dockwire.warehouse.tables import customer_facilities, customers, facilities
from dockwire.warehouse.work import Work

NAMES: Names = {
    "readonly.customerid": Name(customers.c.id, Sort.WHOLE),
    "readonly.deactivated": Name(customers.c.deactivated, Sort.FLAG),
    "companyinfo.companyname": Name(customers.c.name),
    "externalid": Name(customers.c.external_id),
}
"""What ``rql`` and ``sort`` of ``/customers`` know."""


def list_customers(work: Work, parameters: Parameters) -> Page:
    """Return a page of ``/customers``.

    Raises:
        BadQuery: a parameter cannot be understood.
    """
    window = Window.read(parameters, default=20, largest=100)
    visible = select(customers).where(work.access.sees(customers.c.id))
    rows, total = select_page(work, visible, parameters, window=window, names=NAMES, keys=(customers.c.id,))
    served = _facilities_of(work, [row.id for row in rows])
    shown = [_show(row, served[row.id]) for row in rows]
    return Page(f"{RELS}/customers/customer", shown, total, window.number, window.size)


def read_customer(work: Work, customer_id: int) -> Resource:
    """Return one customer.

    Raises:
        Missing: there is none that the caller may see.
    """
    wanted = select(customers).where(customers.c.id == customer_id, work.access.sees(customers.c.id))
    row = work.link.execute(wanted).first()
    if row is None:
        raise Missing("The customer")
    return _show(row, _facilities_of(work, [row.id])[row.id])


def list_facilities(work: Work, parameters: Parameters) -> Page:
    """Return ``/properties/facilities``: all that serve a customer the caller may see, on one page.

    Raises:
        BadQuery: ``customerId`` is no number.
    """
    customer_id = parameters.whole("customerId")
    statement = select(facilities).order_by(facilities.c.id)
    if customer_id is not None or work.access.customers is not None:
        serves = (customer_facilities.c.facility_id == facilities.c.id) & work.access.sees(
            customer_facilities.c.customer_id
        )
        if customer_id is not None:
            serves &= customer_facilities.c.customer_id == customer_id
        statement = statement.where(exists().where(serves))
    shown = [
        {
            "facilityId": row.id,
            "name": row.name,
            "timeZoneName": windows_name(row.time_zone),
            "lastCloseDate": to_wire(row.last_close, work.zone),
            "deactivated": row.deactivated,
        }
        for row in work.link.execute(statement)
    ]
    return Page(f"{RELS}/properties/facility", shown, len(shown))


def _show(row: Row[tuple[object, ...]], served: list[Resource]) -> Resource:
    return {
        "readOnly": {"customerId": row.id, "deactivated": row.deactivated},
        "companyInfo": {"companyName": row.name},
        "externalId": row.external_id or None,
        "options": {"storage": {"autoFillChargesOnConfirm": row.auto_charges_on_confirm}},
        "primaryFacilityIdentifier": served[0] if served else None,
        "facilities": served,
        "_self": f"/customers/{row.id}",
    }


def _facilities_of(work: Work, customer_ids: list[int]) -> dict[int, list[Resource]]:
    rows = work.link.execute(
        select(customer_facilities.c.customer_id, facilities.c.id, facilities.c.name)
        .join(facilities, facilities.c.id == customer_facilities.c.facility_id)
        .where(customer_facilities.c.customer_id.in_(customer_ids))
        .order_by(customer_facilities.c.position)
    )
    served: dict[int, list[Resource]] = defaultdict(list)
    for row in rows:
        served[row.customer_id].append({"name": row.name, "id": row.id})
    return served
