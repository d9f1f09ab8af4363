"""Who may call: the application, the sellers that gave it consent, and the roles Amazon granted it.

Credentials are constants, not drawn from the seed, so a configuration written once keeps working.
They open nothing but this simulator.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from dockwire.simulators.amazon.marketplaces import REGIONS, marketplace


class Role(StrEnum):
    """Roles of an application that decide what the simulated operations return.

    Names: Selling Partner API documentation, page "Selling Partner API Roles". Amazon lists a dozen
    roles that open the Orders operations; the ones with an effect on their answers are here.
    """

    ORDER_TRACKING = "Inventory and Order Tracking"
    SHIPPING = "Direct-to-Consumer Shipping"
    TAX_INVOICING = "Tax Invoicing"
    TAX_REMITTANCE = "Tax Remittance"
    BUYER_COMMUNICATION = "Buyer Communication"


@dataclass(slots=True)
class Application:
    """The one developer application of the world.

    ``secret_expired`` stands for a client secret past its 180 days: the token endpoint refuses it
    and so do API calls with tokens made from it. A ``draft`` is only authorized with ``version=beta``.
    """

    name: str = "Dockside warehouse link"
    application_id: str = "amzn1.sp.solution.simulated"
    client_id: str = "amzn1.application-oa2-client.simulated"
    client_secret: str = "amzn1.oa2-cs.v1.simulated"  # noqa: S105 - opens nothing but this simulator
    redirect_uris: tuple[str, ...] = ("http://127.0.0.1:8765/callback", "https://dockwire.example/callback")
    draft: bool = False
    secret_expired: bool = False
    roles: set[Role] = field(default_factory=lambda: set(Role))


@dataclass(slots=True)
class Participation:
    """A seller's standing in one marketplace."""

    participating: bool = True
    suspended: bool = False


@dataclass(slots=True)
class Seller:
    """A seller account of one region; ``consent`` is whether it still authorises the application."""

    id: str
    region: str
    store: str
    refresh_token: str
    participations: dict[str, Participation]
    consent: bool = True

    def sells_in(self, code: str) -> bool:
        """Say whether the account takes part in the marketplace with this country code."""
        standing = self.participations.get(code)
        return standing is not None and standing.participating


def new_seller(seller_id: str, codes: tuple[str, ...], *, store: str | None = None) -> Seller:
    """Make a seller that takes part in the marketplaces ``codes``, all of one region.

    Raises:
        ValueError: the marketplaces are unknown, of several regions, or missing.
    """
    regions = {marketplace(code).region for code in codes}
    if len(regions) != 1:
        raise ValueError("a seller account belongs to one region: give marketplaces of one, at least one")
    return Seller(
        id=seller_id,
        region=regions.pop(),
        store=store or f"Store {seller_id[-4:]}",
        refresh_token=f"Atzr|simulated-{seller_id}",
        participations={code: Participation() for code in codes},
    )


def default_sellers() -> dict[str, Seller]:
    """Return the three sellers every world starts with, one per region, by their seller id.

    The North American account is registered in Brazil without taking part; the European one has
    its Dutch listings suspended: both stand for what a connection check has to notice.
    """
    sellers = [
        new_seller("A3SIMNORTHAM01", ("US", "CA", "MX"), store="Harbour Goods"),
        new_seller("A3SIMEUROPE001", ("DE", "FR", "IT", "ES", "NL", "GB"), store="Hafen Waren"),
        new_seller("A3SIMFAREAST01", ("JP", "AU"), store="みなと商店"),
    ]
    sellers[0].participations["BR"] = Participation(participating=False)
    sellers[1].participations["NL"].suspended = True
    assert {seller.region for seller in sellers} == set(REGIONS)
    return {seller.id: seller for seller in sellers}
