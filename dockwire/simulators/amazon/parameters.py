"""Reading query parameters. Lists arrive comma-separated, the Swagger default; repeated ones count too."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from dockwire.simulators.amazon.errors import access_denied, invalid_input
from dockwire.simulators.amazon.marketplaces import BY_ID
from dockwire.simulators.amazon.timestamps import instant

Parameters = Mapping[str, list[str]]
"""Values per name, in the order in which they came."""


def grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Collect the values of each query parameter."""
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def single(parameters: Parameters, name: str) -> str | None:
    """Return the value of a parameter that may come once.

    Raises:
        Refusal: 400, it came more often.
    """
    found = parameters.get(name, [])
    if len(found) > 1:
        raise invalid_input(f"{name} may be provided only once")
    return found[0] if found else None


def values(parameters: Parameters, name: str) -> list[str]:
    """Return the values of a list, empty ones left out."""
    return [part for value in parameters.get(name, []) for part in value.split(",") if part]


def choices(parameters: Parameters, name: str, allowed: frozenset[str]) -> frozenset[str]:
    """Return the values of a list that takes certain values only.

    Raises:
        Refusal: 400, there is another one.
    """
    chosen = frozenset(values(parameters, name))
    if not chosen <= allowed:
        raise invalid_input(f"{name} has a value that is not one of {', '.join(sorted(allowed))}")
    return chosen


def whole_number(parameters: Parameters, name: str, *, most: int, otherwise: int) -> int:
    """Return a number from 1 to ``most``.

    Raises:
        Refusal: 400, it is none.
    """
    text = single(parameters, name)
    if text is None:
        return otherwise
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= most):
        raise invalid_input(f"{name} must be between 1 and {most}")
    return int(text)


def moment(parameters: Parameters, name: str) -> datetime:
    """Return an instant.

    Raises:
        Refusal: 400 in Amazon's words, it is none.
    """
    try:
        return instant(single(parameters, name) or "")
    except ValueError:
        message = f"Invalid date/time field [{name}]"
        raise invalid_input("timestamp must follow ISO8601", message) from None


def check_known(parameters: Parameters, known: frozenset[str]) -> None:
    """Check that there are no parameters beyond the known ones.

    Raises:
        Refusal: 400, naming the others.
    """
    unknown = sorted(set(parameters) - known)
    if unknown:
        raise invalid_input(f"unknown parameters: {', '.join(unknown)}")


def check_marketplaces(marketplaces: Iterable[str], region: str, *, most: int) -> None:
    """Check marketplace ids against the caller's region.

    Raises:
        Refusal: 400, too many or an unknown one; 403, one of another region.
    """
    known = [BY_ID.get(marketplace_id) for marketplace_id in marketplaces]
    if len(known) > most:
        raise invalid_input(f"marketplaceIds may hold at most {most} values")
    if None in known:
        raise invalid_input("marketplaceIds has an unknown value")
    if any(place.region != region for place in known if place):
        raise access_denied()
