"""How orders of each service level travel, chosen from what the warehouse's carriers offer."""

from collections.abc import Iterable, Sequence
from typing import Any

from dockwire.model.shipping import Carrier

STANDARD_LEVELS = ("STANDARD", "EXPEDITED", "SECOND_DAY", "NEXT_DAY")
"""What is asked for where no order shows another level."""

_PARTS = 3


def read_method(answer: str, carriers: Sequence[Carrier]) -> dict[str, str]:
    """Return a ship method from CARRIER/SERVICE or CARRIER/SERVICE/SCAC; an empty answer is none.

    Raises:
        ValueError: the warehouse knows no such carrier or service, or the SCAC is not known.
    """
    if not answer:
        return {}
    parts = [part.strip() for part in answer.split("/")]
    if len(parts) > _PARTS:
        raise ValueError("write CARRIER/SERVICE or CARRIER/SERVICE/SCAC")
    name, service, scac = [*parts, "", ""][:_PARTS]
    carrier = next((each for each in carriers if each.name.casefold() == name.casefold()), None)
    if carriers and carrier is None:
        raise ValueError(f"the warehouse has no carrier {name!r}; it has: {offered(carriers)}")
    if carrier and carrier.services and service not in carrier.codes:
        raise ValueError(f"{carrier.name} has no service {service!r}; there are: {offered([carrier])}")
    scac = scac or (carrier.scac if carrier else "")
    if not scac:
        raise ValueError(f"the SCAC of {name!r} is not known: write {name}/{service}/SCAC")
    return {"carrier": carrier.name if carrier else name, "service": service, "scac": scac}


def given_methods(words: Iterable[str], carriers: Sequence[Carrier]) -> dict[str, dict[str, str]]:
    """Return the ship methods that options name, as LEVEL=CARRIER/SERVICE.

    Raises:
        ValueError: one of them cannot be.
    """
    found: dict[str, Any] = {}
    for word in words:
        level, sign, answer = word.partition("=")
        if not sign or not level.strip() or not answer.strip():
            raise ValueError(f"{word!r} is not LEVEL=CARRIER/SERVICE")
        found[level.strip().upper()] = read_method(answer.strip(), carriers)
    return found


def offered(carriers: Sequence[Carrier]) -> str:
    """Return the carriers with their services, as answers are written."""
    return ", ".join(
        f"{carrier.name}/{service.code}" + (f" ({service.description})" if service.description else "")
        for carrier in carriers
        for service in carrier.services
    ) or ", ".join(carrier.name for carrier in carriers)
