"""Switches for what nobody has documented or what varies; all may be thrown while the world runs."""

from pydantic import BaseModel, ConfigDict, Field


class Switches(BaseModel):
    """How the world treats shipments and feeds; times are seconds of the world's clock.

    The defaults are the kindest Amazon: orders show a shipment at once, feeds take a few minutes and
    end well.
    """

    model_config = ConfigDict(extra="forbid", validate_assignment=True)

    confirmation_delay_seconds: float = Field(default=0, ge=0, allow_inf_nan=False)
    """How long an order goes on looking as before after a shipment was accepted."""
    most_package_edits: int | None = Field(default=None, ge=0)
    """How often one package may be edited; as often as one likes by default."""
