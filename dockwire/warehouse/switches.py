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
