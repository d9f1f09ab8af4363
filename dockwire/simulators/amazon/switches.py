"""Switches for what nobody has documented or what varies; all may be thrown while the world runs."""

from pydantic import BaseModel, ConfigDict, Field


class Switches(BaseModel):
    """How the world treats shipments, feeds and listings; times are seconds of the world's clock.

    The defaults are the kindest Amazon: orders show a shipment and listings a change at once, feeds take
    three minutes and end well. A feed keeps to the feed switches that it began with.
    """

    model_config = ConfigDict(extra="forbid", validate_assignment=True)

    confirmation_delay_seconds: float = Field(default=0, ge=0, allow_inf_nan=False)
    """How long an order goes on looking as before after a shipment was accepted."""
    most_package_edits: int | None = Field(default=None, ge=0)
    """How often one package may be edited; as often as one likes by default."""
    feed_queue_seconds: float = Field(default=60, ge=0, allow_inf_nan=False)
    """How long a feed waits IN_QUEUE, longer if another of its seller and type is IN_PROGRESS."""
    feed_processing_seconds: float = Field(default=120, ge=0, allow_inf_nan=False)
    """How long a feed is IN_PROGRESS beside the time for its messages."""
    feed_seconds_per_message: float = Field(default=0, ge=0, allow_inf_nan=False)
    """How long each message takes; it has its effect at the end of that time."""
    feed_report_compressed: bool = True
    """Whether processing reports are compressed with gzip."""
    feed_fatal_after_messages: int | None = Field(default=None, ge=0)
    """Feeds end FATAL after so many messages (or all, if they have fewer) had their effect."""
    feed_fatal_with_report: bool = False
    """Whether feeds that end FATAL so leave a report about those messages."""
    feed_stuck_after_messages: int | None = Field(default=None, ge=0)
    """Feeds stay IN_PROGRESS for ever after so many messages; goes before ending FATAL."""
    feed_edits_by_tracking: bool = True
    """Whether a message without MerchantFulfillmentID edits the package with its tracking number."""
    listings_delay_seconds: float = Field(default=0, ge=0, allow_inf_nan=False)
    """How long an accepted submission to a listing takes to have its effect."""
    listings_delay_spread_seconds: float = Field(default=0, ge=0, allow_inf_nan=False)
    """How much longer at most; drawn for each submission, from the seed."""
    listings_in_order: bool = True
    """Whether the submissions for one SKU have their effects in the order of their acceptance."""
    listings_lose_every: int | None = Field(default=None, ge=1)
    """Every so many-th accepted submission never has any effect."""
    listings_lose_skus: frozenset[str] = frozenset()
    """Accepted submissions for these SKUs never have any effect."""
    listings_take_unknown_skus: bool = True
    """Whether submissions for SKUs that are not listed are accepted, as users report
    (selling-partner-api-models issue 4402); nothing comes of them. Otherwise they are INVALID."""
    cancelled_consent_redirects: bool = True
    """Whether a seller who cancels on the consent page is sent back with ``error=access_denied``."""
    cancelled_units_return: bool = True
    """Whether the units of cancelled orders and lowered lines are offered again."""
