"""What a delivery address must carry before a parcel can leave, per country."""

from dockwire.model.order import Address

_NO_POSTAL_CODE = frozenset(
    ["AE", "AO", "BS", "BZ", "GH", "HK", "IE", "JM", "KE", "MO", "PA", "QA", "SA", "TT", "UG", "ZW"]
)
"""Countries where parcels travel without a postal code, or where Amazon's data often has none."""

_NO_CITY = frozenset(["HK", "JP", "MO", "SG"])
"""Countries where the city may stand in the lines or not exist at all."""

_STATE_NEEDED = frozenset(["AU", "BR", "CA", "MX", "US"])
"""Countries where carriers sort by state or province."""


def missing_parts(address: Address) -> tuple[str, ...]:
    """Return the names of the parts a carrier would miss, empty when the address will do."""
    country = address.country.upper()
    checks = {
        "country": bool(country),
        "name or company": bool(address.name or address.company),
        "street": bool(address.lines),
        "city": bool(address.city or address.district) or country in _NO_CITY,
        "postal code": bool(address.postal_code) or country in _NO_POSTAL_CODE,
        "state": bool(address.state) or country not in _STATE_NEEDED,
    }
    return tuple(part for part, present in checks.items() if not present)
