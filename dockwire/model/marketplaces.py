"""Amazon's marketplaces and regions, as data.

Sources: Selling Partner API documentation, pages "Marketplace IDs" and "SP-API endpoints".
"""

from dataclasses import dataclass
from enum import StrEnum

from dockwire.model.ids import MarketplaceId


class Region(StrEnum):
    """A Selling Partner API region: one host, one consent, one refresh token."""

    NA = "NA"
    EU = "EU"
    FE = "FE"

    @property
    def endpoint(self) -> str:
        """The region's production host."""
        return f"https://sellingpartnerapi-{self.value.lower()}.amazon.com"


LWA_TOKEN_URL = "https://api.amazon.com/auth/o2/token"  # noqa: S105 - an address, not a secret
"""Login with Amazon's token endpoint, the same for all regions."""


@dataclass(frozen=True, slots=True)
class Marketplace:
    """One Amazon site."""

    code: str
    id: MarketplaceId
    country: str
    currency: str
    region: Region
    seller_central: str


def _table() -> dict[str, Marketplace]:
    rows = {
        Region.NA: """
            US ATVPDKIKX0DER  USD sellercentral.amazon.com
            CA A2EUQ1WTGCTBG2 CAD sellercentral.amazon.ca
            MX A1AM78C64UM0Y8 MXN sellercentral.amazon.com.mx
            BR A2Q3Y263D00KWC BRL sellercentral.amazon.com.br""",
        Region.EU: """
            GB A1F83G8C2ARO7P GBP sellercentral-europe.amazon.com
            DE A1PA6795UKMFR9 EUR sellercentral-europe.amazon.com
            FR A13V1IB3VIYZZH EUR sellercentral-europe.amazon.com
            IT APJ6JRA9NG5V4  EUR sellercentral-europe.amazon.com
            ES A1RKKUPIHCS9HS EUR sellercentral-europe.amazon.com
            NL A1805IZSGTT6HS EUR sellercentral.amazon.nl
            BE AMEN7PMS3EDWL  EUR sellercentral.amazon.com.be
            IE A28R8C7NBKEWEA EUR sellercentral.amazon.ie
            SE A2NODRKZP88ZB9 SEK sellercentral.amazon.se
            PL A1C3SOZRARQ6R3 PLN sellercentral.amazon.pl
            TR A33AVAJ2PDY3EV TRY sellercentral.amazon.com.tr
            ZA AE08WJ6YKNBMC  ZAR sellercentral.amazon.co.za
            EG ARBP9OOSHTCHU  EGP sellercentral.amazon.eg
            SA A17E79C6D8DWNP SAR sellercentral.amazon.sa
            AE A2VIGQ35RCS4UG AED sellercentral.amazon.ae
            IN A21TJRUUN4KGV  INR sellercentral.amazon.in""",
        Region.FE: """
            JP A1VC38T7YXB528 JPY sellercentral.amazon.co.jp
            AU A39IBJ37TRP1C6 AUD sellercentral.amazon.com.au
            SG A19VAU5U5O7RUS SGD sellercentral.amazon.sg""",
    }
    table: dict[str, Marketplace] = {}
    for region, text in rows.items():
        for line in text.split("\n"):
            if cells := line.split():
                code, marketplace_id, currency, host = cells
                table[code] = Marketplace(
                    code, MarketplaceId(marketplace_id), code, currency, region, f"https://{host}"
                )
    return table


MARKETPLACES = _table()
"""All marketplaces by their two-letter code."""

_BY_ID = {marketplace.id: marketplace for marketplace in MARKETPLACES.values()}


def marketplace(code_or_id: str) -> Marketplace:
    """Return the marketplace with this code (``UK`` counts as ``GB``) or Amazon id.

    Raises:
        KeyError: there is none.
    """
    wanted = code_or_id.strip()
    code = "GB" if wanted.upper() == "UK" else wanted.upper()
    if code in MARKETPLACES:
        return MARKETPLACES[code]
    if (found := _BY_ID.get(MarketplaceId(wanted))) is not None:
        return found
    known = ", ".join(MARKETPLACES)
    raise KeyError(f"no Amazon marketplace {wanted!r}; known codes: {known}")
