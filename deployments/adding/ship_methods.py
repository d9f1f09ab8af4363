"""How orders of each service level travel, chosen from what the warehouse's carriers offer."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from deployments.adding.interview import Interview, WrongOption
from deployments.adding.questions import Question
from dockwire.cli import say
from dockwire.model.shipping import Carrier

STANDARD_LEVELS = ("STANDARD", "EXPEDITED", "SECOND_DAY", "NEXT_DAY")
"""What is asked for where no order shows another level."""

NONE = "none"
"""The option's word for: no ship methods."""

_PARTS = 3


def ask_methods(
    interview: Interview,
    levels: Sequence[str],
    carriers: Sequence[Carrier],
    words: list[str],
    known: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the ship methods by service level.

    ``words`` are those that options name; where there are none, ``known`` is proposed, or taken if nobody can be asked.

    Raises:
        WrongOption: one cannot be, or none is named nor known and nobody can be asked.
    """
    if words == [NONE]:
        return {}
    try:
        methods = given_methods(words, carriers)
    except ValueError as error:
        raise WrongOption(f"--ship-method: {error}") from None
    if methods or (known and interview.alone):
        return methods or dict(known)
    wanted = tuple(dict.fromkeys((*levels, *STANDARD_LEVELS, *known)))
    if interview.alone:
        raise WrongOption(
            f"--ship-method is needed where nobody can be asked: LEVEL=CARRIER/SERVICE for {', '.join(wanted)}; the "
            f"warehouse has: {offered(carriers)}; '{NONE}' holds all orders"
        )
    say.aside(f"ship methods: {offered(carriers)}")
    default = ""
    for level in wanted:
        answer = interview.ask(
            Question(
                "ship-method",
                f"Ship method of {level}, CARRIER/SERVICE; '-' holds such orders",
                prefix=f"{level}=",
            ),
            lambda answer: {} if answer == "-" else read_method(answer, carriers),
            default=_written(known[level]) if level in known else "-" if known else default or None,
        )
        if answer:
            methods[level] = answer
            default = _written(answer)
    return methods


def _written(method: Mapping[str, Any]) -> str:
    return "/".join(str(method.get(part, "")) for part in ("carrier", "service", "scac"))


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
