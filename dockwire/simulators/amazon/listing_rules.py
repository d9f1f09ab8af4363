"""The documented rules for the parameters and the body of the Listings Items operations.

Source: the Listings Items v2021-08-01 model. Its lists are comma-separated; repeated ones count too.
"""

import re
from dataclasses import dataclass

from dockwire.simulators.amazon.errors import Refusal, invalid_input
from dockwire.simulators.amazon.listing_attributes import patch_of
from dockwire.simulators.amazon.members import Member, check_members, is_list, is_text, parsed
from dockwire.simulators.amazon.parameters import (
    Parameters,
    check_known,
    check_marketplaces,
    choices,
    single,
    values,
)
from dockwire.simulators.amazon.submissions import Wish

DATASETS = frozenset(
    {
        "summaries", "attributes", "issues", "offers", "fulfillmentAvailability", "procurement",
        "relationships", "productTypes",
    }
)  # fmt: skip
"""Values of ``includedData`` of the reading operations."""

PREVIEW = "VALIDATION_PREVIEW"
MAX_MARKETPLACES = 25

_OPS = frozenset({"add", "replace", "merge", "delete"})
_LOCALE = re.compile(r"[a-z]{2,3}_[A-Z]{2}", re.ASCII)
_GET = frozenset({"marketplaceIds", "issueLocale", "includedData"})
_PATCH = {
    "productType": Member(is_text, required=True),
    "patches": Member(is_list, required=True),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What a caller wants to see of a listing, and where."""

    marketplaces: tuple[str, ...]
    datasets: frozenset[str]


@dataclass(frozen=True, slots=True)
class Patching:
    """What a caller wants of a patch beside the patches themselves."""

    marketplaces: tuple[str, ...]
    datasets: frozenset[str]
    preview: bool


def reading(parameters: Parameters, *, region: str, strict: bool) -> Reading:
    """Check the parameters of getListingsItem.

    Raises:
        Refusal: 400 for a broken rule, 403 for marketplaces of another region.
    """
    if strict:
        check_known(parameters, _GET)
    places = listing_marketplaces(parameters, region)
    return Reading(places, choices(parameters, "includedData", DATASETS) or frozenset({"summaries"}))


def patching(parameters: Parameters, *, region: str, strict: bool) -> Patching:
    """Check the parameters of patchListingsItem.

    Raises:
        Refusal: 400 for a broken rule, 403 for marketplaces of another region.
    """
    if strict:
        check_known(parameters, _GET | {"mode"})
    places = listing_marketplaces(parameters, region)
    mode = single(parameters, "mode")
    if mode not in {None, PREVIEW}:
        raise invalid_input(f"mode must be {PREVIEW}")
    datasets = choices(parameters, "includedData", frozenset({"identifiers", "issues"}))
    if "identifiers" in datasets and mode != PREVIEW:
        raise invalid_input(f"identifiers can only be requested when mode is {PREVIEW}")
    return Patching(places, datasets or frozenset({"issues"}), mode == PREVIEW)


def listing_marketplaces(parameters: Parameters, region: str) -> tuple[str, ...]:
    """Check what all operations have: marketplaces, which are required, and the locale of issues.

    Raises:
        Refusal: 400 for a broken rule, 403 for marketplaces of another region.
    """
    places = tuple(dict.fromkeys(values(parameters, "marketplaceIds")))
    if not places:
        raise invalid_input("marketplaceIds is required")
    check_marketplaces(places, region, most=MAX_MARKETPLACES)
    locale = single(parameters, "issueLocale")
    # Which languages there are is not checked: Amazon falls back to en_US, as all texts here are.
    if locale is not None and not _LOCALE.fullmatch(locale):
        raise invalid_input("issueLocale must have the form en_US")
    return places


def patch_body(content: bytes) -> Wish:
    """Check the body of patchListingsItem against the model, its attributes apart.

    Raises:
        Refusal: 400 for a broken rule.
    """
    body = parsed(content)
    check_members(body, _PATCH)
    if not body["patches"] or not all(is_patch(each) for each in body["patches"]):
        # As reported (jlevers/selling-partner-api issue 240).
        message = "Request has missing or invalid parameters and cannot be parsed."
        raise Refusal(400, "InvalidInput", message, "patches")
    return Wish("PATCH", body["productType"], tuple(patch_of(each) for each in body["patches"]))


def is_patch(value: object) -> bool:
    """Whether a value is a ``PatchOperation`` of the model."""
    if not isinstance(value, dict) or not value.keys() <= {"op", "path", "value"}:
        return False
    op, path = value.get("op"), value.get("path")
    return is_text(op) and op in _OPS and is_text(path) and is_entries(value.get("value", []))


def is_entries(value: object) -> bool:
    """Whether a value is a list of objects, as the value of every attribute is."""
    return isinstance(value, list) and all(isinstance(entry, dict) for entry in value)
