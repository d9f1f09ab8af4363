"""What the vendor's documents leave open, as switches with the safer answer set.

"Safer" means: a client that works against the default also works where the hosted product behaves
the other way.
"""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class DuplicateScope(StrEnum):
    """Among which orders a ``referenceNum`` may occur once."""

    CUSTOMER = "customer"
    WAREHOUSE = "warehouse"
    NONE = "none"


class BulkFailure(StrEnum):
    """What becomes of the orders that could be closed together with one that could not."""

    PART = "part"
    NONE = "none"


class Remainder(StrEnum):
    """Which orders bear what is left when an amount does not divide evenly."""

    FIRST = "first"
    LAST = "last"


class ConfirmedAgain(StrEnum):
    """The code of the refusal to close a closed order."""

    ORDER_CONFIRMED = "OrderConfirmed"
    ALREADY_COMPLETED = "AlreadyCompleted"


class MissingLines(StrEnum):
    """What an update without any line does to the lines of its order."""

    REFUSE = "refuse"
    KEEP = "keep"
    DELETE = "delete"


class MissingBilling(StrEnum):
    """What an update without charges does to the charges of its order."""

    DELETE = "delete"
    KEEP = "keep"


class NoCommit(StrEnum):
    """What an adjustment that is not to be committed leaves behind."""

    NOTHING = "nothing"
    OPEN = "open"


class FieldLimits(BaseModel):
    """Longest texts that are taken, in characters; 0 means any length.

    The vendor publishes none. The defaults are what careful clients keep to, and a longer text is
    refused rather than cut, so that nothing is lost in silence.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    reference: int = Field(default=100, ge=0, description="referenceNum, poNum, externalId and the like.")
    notes: int = Field(default=1000, ge=0, description="notes, shippingNotes and notes of lines.")
    name: int = Field(default=100, ge=0, description="Names, companies and street lines of contacts.")
    place: int = Field(default=50, ge=0, description="City and state of contacts.")
    zip: int = Field(default=20, ge=0, description="Postal code of contacts.")
    text: int = Field(default=255, ge=0, description="Every other text.")


class Switches(BaseModel):
    """Behaviour of the hosted product that nobody we can cite has shown."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    duplicate_scope: DuplicateScope = Field(
        default=DuplicateScope.CUSTOMER,
        description="A check that exists keeps two workers from shipping twice; per customer it never "
        "refuses an order that belongs to somebody else.",
    )
    cancelled_frees_reference: bool = Field(
        default=False,
        description="Whether a cancelled order's reference may be used again. Off: a client has to cope "
        "with Duplicate for an order that it finds cancelled.",
    )
    cancelled_reference_suffix: bool = Field(
        default=False,
        description="Whether cancelling appends -CANCELED-<order id> to the reference, which frees it. "
        "Off: clients find the order they cancelled by the reference they know.",
    )
    cancelled_is_closed: bool = Field(
        default=True,
        description="Whether a cancelled order shows isClosed. On: a client that reads isClosed without "
        "status mistakes it for shipped, and shall find out here.",
    )
    held_refuses_cancel: bool = Field(
        default=True,
        description="Whether an order on hold must be released before it can be cancelled. On, because the "
        "help centre says that held orders refuse API actions; nothing is lost, a held order does not ship.",
    )
    ship_to_required: tuple[str, ...] = Field(
        default=("address1", "city", "zip", "country"),
        description="Members of shipTo that must not be blank, besides a name or company. One 3PL's table "
        "asks for companyName, name and state too; many countries have no states, so they are left out.",
    )
    two_letter_country: bool = Field(
        default=True,
        description="Whether the country of shipTo must be a two-letter code (ISO 3166). On: other clients "
        "send that, and nobody has shown that anything else is taken.",
    )
    accept_alias_sku: bool = Field(
        default=False,
        description="Whether a line may carry an alias instead of the item's own sku. Off: a client that "
        "sends the item's own sku works in both worlds.",
    )
    bulk_failure: BulkFailure = Field(
        default=BulkFailure.PART,
        description="Whether closing or reopening many orders at once does the ones it can, or none, when one "
        "cannot be. Part: a client that trusts an error to mean nothing happened shall find out here.",
    )
    prorate_remainder: Remainder = Field(
        default=Remainder.FIRST,
        description="Whether the first or the last orders bear the smallest units that are left over when "
        "Prorate does not divide evenly. No client may depend on it.",
    )
    confirmed_again: ConfirmedAgain = Field(
        default=ConfirmedAgain.ORDER_CONFIRMED,
        description="Which of the two documented codes refuses to close an order that is closed.",
    )
    missing_lines: MissingLines = Field(
        default=MissingLines.REFUSE,
        description="What an update without lines does to them. Refuse: a client that leaves them out, and "
        "might lose them elsewhere, finds out here without losing any.",
    )
    missing_billing: MissingBilling = Field(
        default=MissingBilling.DELETE,
        description="What an update with null or empty billing does to the charges. Delete is documented; a "
        "client that sends the charges it read works in both worlds.",
    )
    known_carriers_only: bool = Field(
        default=True,
        description="Whether routing must name an active carrier of the list, once there are carriers. On: a "
        "client that keeps to the list works in both worlds; the UI takes a one-off carrier too.",
    )
    reopening_keeps_charges: bool = Field(
        default=True,
        description="Whether an order that is opened again keeps its charges. On: a client that closes it "
        "again with the same charges shall see them double here.",
    )
    goods_wait_for_confirm: bool = Field(
        default=True,
        description="Whether the goods of a receiver are in stock once it is confirmed, or as soon as it is "
        "created. On: a client that offers goods before they are confirmed would offer what is not there.",
    )
    adjustments_count_as_received: bool = Field(
        default=False,
        description="Whether adjustments change what counts as received. Off: a client that calculates what is "
        "available from received and allocated, instead of reading it, finds out here.",
    )
    adjust_allocated: bool = Field(
        default=False,
        description="Whether an adjustment may take more than is unallocated. Off: nothing is taken from orders; "
        "on, available and onHand may fall below 0, as in a warehouse that counts less than it promised.",
    )
    adjustment_reason_required: bool = Field(
        default=True,
        description="Whether an adjustment needs a reason. On: a client that sends one works in both worlds.",
    )
    no_commit: NoCommit = Field(
        default=NoCommit.NOTHING,
        description="Whether an adjustment with noCommit is only tried, or kept open without moving stock. "
        "Nothing: a client cannot come back to what it did not commit.",
    )
    hold_allocated_stock: bool = Field(
        default=True,
        description="Whether goods that orders have taken may be put on hold; the orders keep them. On: a client "
        "that takes onHold for all that is on hand finds out here that it is what was left.",
    )
    inventory_available_includes_held: bool = Field(
        default=True,
        description="Whether availableQty of /inventory counts goods on hold, as available of stockdetails does. "
        "On: a client that offers availableQty without looking at onHold finds out here.",
    )
    token_seconds: int = Field(
        default=3600,
        gt=0,
        description="How long a token is good. The sample says 3600, the help centre 30 to 60 minutes; the "
        "answer tells, and a client that goes by it works with any.",
    )
    refusals_explained: bool = Field(
        default=False,
        description="Whether 401, 404, 412 and 428 have a body. Off: a client has to go by the status alone, "
        "which is all that is documented.",
    )
    limits: FieldLimits = FieldLimits()
