"""What a delivery address must carry before a parcel can leave, per country."""

from collections.abc import Iterator, Mapping
from typing import Any

from dockwire.errors import SettingsError
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


def same_place(one: Address | None, other: Address | None) -> bool:
    """Whether two addresses lead to the same recipient and door.

    Amazon moves phone numbers (its own relays), the kind of address and delivery wishes by themselves, and
    neither these nor capitals, blanks and how the street is cut into lines move the door.
    """
    if one is None or other is None:
        return one is other
    return _door(one) == _door(other)


def _door(address: Address) -> list[str]:
    texts = (
        address.name,
        address.company,
        " ".join(address.lines),
        address.city,
        address.district,
        address.state,
        address.postal_code,
        address.country,
    )
    return [" ".join(text.casefold().split()) for text in texts]


LONGEST = {
    "name": 100,
    "company": 100,
    "lines": 100,
    "city": 50,
    "district": 50,
    "state": 50,
    "postal_code": 20,
    "country": 2,
    "phone": 50,
    "instructions": 250,
}
"""Longest texts of an address that a person enters, in characters; of ``lines`` each of at most three.

The warehouse's vendor publishes no limits; other integrations keep to these. What Amazon sends is not cut.
"""

_MOST_LINES = 3


def read_address(said: Mapping[str, Any]) -> Address:
    """Return the address that a person gave as the members of :class:`Address`; only these, all but lines texts.

    Raises:
        SettingsError: something is missing, unknown, too long or of another kind; every field is named, no
            value is quoted.
    """
    faults = [f"{name}: is no field of an address" for name in said if name not in LONGEST]
    texts = {name: _text(said.get(name)) for name in LONGEST if name != "lines"}
    lines = said.get("lines", ())
    parts = tuple(_text(line) for line in lines) if isinstance(lines, list | tuple) else (None,)
    faults += [fault for name, text in texts.items() for fault in _faults(name, text)]
    faults += [fault for part in parts for fault in _faults("lines", part)]
    if len(parts) > _MOST_LINES:
        faults.append(f"lines: are more than {_MOST_LINES}")
    if not faults:
        address = Address(
            lines=tuple(part for part in parts if part), **{name: text or "" for name, text in texts.items()}
        )
        faults = [f"{part}: is missing" for part in missing_parts(address)]
    if faults:
        raise SettingsError("the address cannot be used:\n" + "\n".join(dict.fromkeys(faults)))
    return address


def _text(said: object) -> str | None:
    """Return a text without blanks around it, the empty one for nothing, None for anything else."""
    if said is None:
        return ""
    return said.strip() if isinstance(said, str) else None


def _faults(name: str, text: str | None) -> Iterator[str]:
    if text is None:
        yield f"{name}: is no text" if name != "lines" else "lines: are no list of texts"
        return
    if len(text) > LONGEST[name]:
        yield f"{name}: is longer than {LONGEST[name]} characters"
    if not text.isprintable():
        yield f"{name}: holds a line break or another sign that cannot be printed"
    if name == "country" and text and not (text.isascii() and text.isalpha() and text.isupper()):
        yield "country: is no code of two capital letters"
