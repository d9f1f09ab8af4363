"""Amazon's marketplaces as the simulator knows them.

Identifiers: Selling Partner API documentation, page "Marketplace IDs". Names and domains: the
samples of the Sellers v1 model and Amazon's public sites.
"""

from dataclasses import dataclass

REGIONS = ("NA", "EU", "FE")
"""Selling regions; an account, its consent and its tokens belong to one of them."""

LONG_MEMORY = frozenset({"JP", "AU", "SG"})
"""Marketplaces whose orders reach back to 2016; the others keep two years (searchOrders page)."""

_TABLE = """
US NA ATVPDKIKX0DER  USD en_US Amazon.com
CA NA A2EUQ1WTGCTBG2 CAD en_CA Amazon.ca
MX NA A1AM78C64UM0Y8 MXN es_MX Amazon.com.mx
BR NA A2Q3Y263D00KWC BRL pt_BR Amazon.com.br
GB EU A1F83G8C2ARO7P GBP en_GB Amazon.co.uk
DE EU A1PA6795UKMFR9 EUR de_DE Amazon.de
FR EU A13V1IB3VIYZZH EUR fr_FR Amazon.fr
IT EU APJ6JRA9NG5V4  EUR it_IT Amazon.it
ES EU A1RKKUPIHCS9HS EUR es_ES Amazon.es
NL EU A1805IZSGTT6HS EUR nl_NL Amazon.nl
BE EU AMEN7PMS3EDWL  EUR fr_BE Amazon.com.be
IE EU A28R8C7NBKEWEA EUR en_IE Amazon.ie
SE EU A2NODRKZP88ZB9 SEK sv_SE Amazon.se
PL EU A1C3SOZRARQ6R3 PLN pl_PL Amazon.pl
TR EU A33AVAJ2PDY3EV TRY tr_TR Amazon.com.tr
ZA EU AE08WJ6YKNBMC  ZAR en_ZA Amazon.co.za
EG EU ARBP9OOSHTCHU  EGP ar_EG Amazon.eg
SA EU A17E79C6D8DWNP SAR ar_SA Amazon.sa
AE EU A2VIGQ35RCS4UG AED en_AE Amazon.ae
IN EU A21TJRUUN4KGV  INR en_IN Amazon.in
JP FE A1VC38T7YXB528 JPY ja_JP Amazon.co.jp
AU FE A39IBJ37TRP1C6 AUD en_AU Amazon.com.au
SG FE A19VAU5U5O7RUS SGD en_SG Amazon.sg
"""


@dataclass(frozen=True, slots=True)
class Marketplace:
    """One Amazon site: ``code`` is its country, ``region`` the API endpoint it belongs to."""

    code: str
    region: str
    id: str
    currency: str
    language: str
    name: str

    @property
    def domain(self) -> str:
        """The site's host name."""
        return f"www.{self.name.lower()}"


BY_CODE = {row.code: row for row in (Marketplace(*line.split()) for line in _TABLE.strip().splitlines())}
"""Marketplaces by country code."""

BY_ID = {marketplace.id: marketplace for marketplace in BY_CODE.values()}
"""Marketplaces by Amazon's marketplace id."""


def marketplace(code: str) -> Marketplace:
    """Return the marketplace of a country code.

    Raises:
        ValueError: Amazon has no marketplace with that code.
    """
    if code not in BY_CODE:
        raise ValueError(f"unknown marketplace {code!r}; known are {', '.join(sorted(BY_CODE))}")
    return BY_CODE[code]
