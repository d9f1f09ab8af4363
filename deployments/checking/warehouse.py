"""What the warehouse says of a connection: sign-in, rights, customer and facility, carriers."""

from collections.abc import Collection, Mapping

from deployments.checking.finding import Finding, fine, untold, wrong
from dockwire.access import EMBEDDED, WarehouseAccess
from dockwire.errors import AccessDenied, NotFound, SettingsError, WrongCredentials
from dockwire.model.connection import Connection
from dockwire.model.shipping import Carrier
from dockwire.model.warehouse import Party
from dockwire.ports import Warehouse

_NO_ORDER = "dockwire-check-finds-no-such-order"
_AGAIN = "correct the connection in its file and apply the file again"

_ROLES = {
    "listCustomers": "CustomerView",
    "getCustomer": "CustomerView",
    "listFacilities": "FacilityView",
    "listItems": "ItemView",
    "listItemAliases": "ItemView",
    "listOrders": "OrderView",
    "listCarriers": "ReadPropertiesThirdParty",
    "listStockSummaries": "InventoryDetailView",
}
"""Which role a reading needs (the vendor's "Getting Started with Credential Management")."""


async def signed_in(warehouse: Warehouse, access: WarehouseAccess) -> Finding:
    """Say whether the warehouse takes the credential."""
    try:
        parties = await warehouse.customers()
    except WrongCredentials:
        return wrong(
            "the warehouse does not accept the credential",
            "compare client_id, client_secret, user_login and tpl of the warehouse account with the credential "
            "that the warehouse made (Support Portal, Manage Credentials), and store them again",
        )
    except AccessDenied as error:
        return lacking(error)
    if access.base_url == EMBEDDED:
        return fine(f"the embedded warehouse answers, with {_customers(parties)}")
    return fine(f"the warehouse takes the credential, which sees {_customers(parties)}")


def _customers(parties: Collection[Party]) -> str:
    return "1 customer" if len(parties) == 1 else f"{len(parties)} customers"


async def orders_read(warehouse: Warehouse, connection: Connection) -> Finding:
    """Say whether orders can be looked up: without it none is created, since none may be doubled."""
    try:
        await warehouse.find_order(_NO_ORDER, connection.customer_id)
    except AccessDenied as error:
        return lacking(error)
    return fine("orders can be looked up")


def lacking(error: AccessDenied) -> Finding:
    """Tell which role a refused reading needs."""
    role = _ROLES.get(error.operation)
    named = f"the role {role}" if role else "a role"
    return wrong(
        f"the warehouse denies {error.operation}: the credential lacks {named}",
        "let the warehouse add it to the credential (Support Portal, Manage Credentials)",
    )


async def place(warehouse: Warehouse, connection: Connection) -> Finding:
    """Say whether customer and facility are there and belong together."""
    try:
        facilities = await warehouse.facilities(connection.customer_id)
    except AccessDenied as error:
        return lacking(error)
    except NotFound:
        names = ", ".join(f"{party.id} ({party.name})" for party in await warehouse.customers())
        return wrong(f"there is no customer {connection.customer_id}; there are: {names}", _AGAIN)
    for facility in facilities:
        if facility.id == connection.facility_id:
            return fine(f"customer {connection.customer_id} is served by {facility.name}")
    names = ", ".join(f"{party.id} ({party.name})" for party in facilities)
    return wrong(f"no facility {connection.facility_id} for this customer; there are: {names}", _AGAIN)


async def ship_methods(warehouse: Warehouse, connection: Connection) -> str:
    """Return how many ship methods there are.

    Raises:
        SettingsError: the warehouse does not know a carrier or service; all of them are named.
    """
    carriers = {carrier.name.casefold(): carrier for carrier in await warehouse.carriers()}
    methods = dict(connection.ship_methods)
    if connection.prime_ship_method is not None:
        methods["prime_ship_method"] = connection.prime_ship_method
    wrong = []
    for level, method in methods.items():
        carrier = carriers.get(method.carrier.casefold())
        if not method.scac:
            wrong.append(f"{level} has no SCAC")
        if carriers and carrier is None:
            wrong.append(f"{level} names the carrier {method.carrier!r}; there are: {_names(carriers)}")
        elif carrier and carrier.services and method.service not in {each.code for each in carrier.services}:
            wrong.append(f"{level} names the service {method.service!r}, which {carrier.name} does not offer")
    if wrong:
        raise SettingsError("; ".join(wrong))
    return f"{len(methods)} ship methods"


def _names(carriers: Mapping[str, Carrier]) -> str:
    return ", ".join(sorted(carrier.name for carrier in carriers.values()))


async def stock_read(warehouse: Warehouse, connection: Connection) -> Finding:
    """Say whether stock can be read."""
    try:
        rows, _ = await warehouse.stock(connection.customer_id, connection.facility_id)
    except AccessDenied as error:
        return lacking(error)
    return fine(f"stock can be read ({len(rows)} rows)")


def closing(access: WarehouseAccess) -> Finding:
    """The hosted warehouse tells a caller nowhere which roles its credential carries."""
    if access.base_url == EMBEDDED:
        return fine("the embedded warehouse lets this process create and close orders")
    return untold(
        "creating orders needs the roles OrderWrite and OrderEdit, closing them OrderConfirm, which only doing it "
        "would try",
        "look at the credential's roles where it was made (Support Portal, Manage Credentials; the embedded one: "
        "its seed)",
    )
