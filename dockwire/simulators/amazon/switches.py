"""Switches for what nobody has documented or what varies; all may be thrown while the world runs."""

from pydantic import BaseModel, ConfigDict, Field


class Switches(BaseModel):
    """How the world treats shipments and feeds; times are seconds of the world's clock.

    The defaults are the kindest Amazon: orders show a shipment at once, feeds take three minutes and
    end well. Its messages keep to the switches that a feed began with.
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
