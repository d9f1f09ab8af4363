"""Amazon's refusals of a shipment, in words that say what to do and who does it.

The texts are those that users of confirmShipment have reported; Amazon documents none of them.
"""

import re
from dataclasses import dataclass

from dockwire.errors import Fixer
from dockwire.model.record import Problem


@dataclass(frozen=True, slots=True)
class _Meaning:
    pattern: str
    code: str
    explanation: str
    fixer: Fixer


ALREADY_FULFILLED = "already_fulfilled"
CANCELLED_AT_AMAZON = "cancelled_at_amazon"

# The first that fits counts: exact codes stand before words that others' texts hold too.
_MEANINGS = (
    _Meaning(
        r"PackageToUpdateNotFound|already fulfilled",
        ALREADY_FULFILLED,
        "Amazon has the order as shipped already.",
        Fixer.MERCHANT,
    ),
    _Meaning(
        r"NonexistentOrderItem|Failed to find order item",
        CANCELLED_AT_AMAZON,
        "Amazon has no open line any more; the order was cancelled meanwhile.",
        Fixer.MERCHANT,
    ),
    _Meaning(
        r"OrderItemId is invalid",
        "wrong_item_id",
        "Amazon does not know one of the order item ids.",
        Fixer.ENGINEER,
    ),
    _Meaning(
        r"InvalidPackageVersion|(?i:maximum number of (allowed )?updates)",
        "too_many_edits",
        "The package was corrected too often; correct it in Seller Central.",
        Fixer.MERCHANT,
    ),
    _Meaning(
        r"(?i)ship\+|FBM_SHIP_PLUS",
        "ship_plus",
        "Amazon confirms Ship+ orders by itself.",
        Fixer.NOBODY,
    ),
    _Meaning(
        r"PackageReferenceId|packageReferenceId",
        "wrong_reference",
        "Amazon does not take the package's reference.",
        Fixer.ENGINEER,
    ),
    _Meaning(
        r"(?i)quantity",
        "more_than_open",
        "The parcel holds more than is open at Amazon.",
        Fixer.CLERK,
    ),
    _Meaning(
        r"(?i)carrier",
        "wrong_carrier",
        "Amazon does not take the carrier; map it in the connection's carrier_codes.",
        Fixer.ENGINEER,
    ),
    _Meaning(
        r"(?i)tracking",
        "wrong_tracking",
        "Amazon does not take the tracking number; correct it in the warehouse.",
        Fixer.CLERK,
    ),
)


_NOT_SO_MUCH = "18021"
"""More than is open, cancelled or shipped already: the feed's report does not say which."""


def explain_feed_refusal(code: str, words: str) -> Problem | None:
    """Return what a report's refusal of a message means; None when only telling it singly can say."""
    problem = explain_refusal(words)
    return None if code == _NOT_SO_MUCH or problem.code == ALREADY_FULFILLED else problem


def explain_refusal(words: str) -> Problem:
    """Return what Amazon's words mean; they are quoted in the sentence."""
    quoted = f"Amazon says: {words.strip() or 'nothing'}"
    for meaning in _MEANINGS:
        if re.search(meaning.pattern, words):
            return Problem(meaning.code, f"{meaning.explanation} {quoted}", meaning.fixer)
    return Problem("refused_by_amazon", quoted, Fixer.ENGINEER)
