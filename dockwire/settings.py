"""Settings of one installation, read from ``DOCKWIRE_*`` variables here and nowhere else."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from dockwire.errors import SettingsError, WrongFields

PREFIX = "DOCKWIRE_"
WAREHOUSE_FILE = "warehouse.db"


def _split(value: object) -> object:
    return (
        tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value
    )


def _address_with(name: str, host: str = "") -> Callable[[str], str]:
    def checked(value: str) -> str:
        known = {name, host} - {""}
        begins = value.startswith("https://") or bool(host and value.startswith(f"{{{host}}}/"))
        if value and not (begins and f"{{{name}}}" in value and set(re.findall(r"{(.*?)}", value)) <= known):
            raise ValueError(f"give an address that begins with https:// and has {{{name}}} in it")
        return value

    return checked


OrderLink = Annotated[str, AfterValidator(_address_with("order", "seller_central"))]
WarehouseLink = Annotated[str, AfterValidator(_address_with("warehouse_order"))]


class Settings(BaseSettings):
    """Everything that differs between two installations and is not part of a connection."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    state_dir: Path = Field(
        default=Path(".dockwire"), description="Folder for local state: databases, keys, mail, logs."
    )
    ledger_url: str = Field(
        default="",
        description="Ledger database, SQLAlchemy form; empty means SQLite in the state folder.",
    )
    warehouse_url: str = Field(
        default="",
        description="Database of the embedded warehouse; empty means SQLite in the state folder.",
    )
    encryption_keys: Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_split)] = Field(
        default=(),
        description="Keys for personal data, comma-separated, newest first; empty means a key file "
        "in the state folder.",
    )
    purge_after_days: int = Field(
        default=30,
        ge=1,
        le=30,
        description="Days after an order's end (shipped, cancelled, never ours) until its personal data is "
        "deleted; Amazon allows 30.",
    )
    purge_open_after_days: int = Field(
        default=90,
        ge=30,
        le=365,
        description="Days without any change until personal data of an order that never ended is deleted.",
    )
    warehouse_connections: int = Field(
        default=16, ge=1, le=64, description="How many orders are sent to the warehouse at once."
    )
    harvest_fresh_seconds: int = Field(
        default=600, ge=0, description="A harvest this recent serves sibling connections too."
    )
    quota_wait_seconds: float = Field(
        default=900.0, ge=0, description="Longest wait for Amazon's quota before a run gives up."
    )
    catch_up_days: int = Field(
        default=31, ge=1, le=729, description="How many days back a catch-up (--since) may begin at most."
    )
    amazon_order_link: OrderLink = Field(
        default="",
        description="Address of an order's page at Amazon, with {order}, and {seller_central} for the marketplace's own "
        "Seller Central; empty means that the console has no such link.",
    )
    warehouse_order_link: WarehouseLink = Field(
        default="",
        description="Address of an order's page in the warehouse, with {warehouse_order}; empty means that the console "
        "has no such link.",
    )
    log_level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR"],
        BeforeValidator(lambda value: value.upper() if isinstance(value, str) else value),
    ] = Field(default="INFO", description="Level of dockwire's own log lines.")
    log_format: Literal["text", "json"] = Field(
        default="text", description="Log lines for people, or one JSON object each."
    )

    @property
    def ledger_database(self) -> str:
        """The ledger's URL with the default filled in."""
        return self.ledger_url or f"sqlite:///{self.state_dir.absolute() / 'ledger.db'}"

    @property
    def warehouse_database(self) -> str:
        """The embedded warehouse's URL with the default filled in."""
        return self.warehouse_url or f"sqlite:///{self.state_dir.absolute() / WAREHOUSE_FILE}"


def read_settings() -> Settings:
    """Return the settings of this process.

    Raises:
        SettingsError: a variable cannot be understood; the message names it.
    """
    try:
        return Settings()
    except ValidationError as error:
        raise SettingsError(explain(error, prefix=PREFIX)) from None


@contextmanager
def explained(place: str) -> Iterator[None]:
    """Turn a validation error inside the block into ``WrongFields`` whose message begins with ``place``."""
    try:
        yield
    except ValidationError as error:
        raise WrongFields(f"{place}: {explain(error)}", faults_of(error)) from None


def explain(error: ValidationError, *, prefix: str = "") -> str:
    """Return a validation error as one line per field: name and problem, never the value."""
    lines = []
    for way, problem in faults_of(error):
        place = ".".join(str(part) for part in way) or "(whole)"
        lines.append(f"{prefix}{place.upper() if prefix else place}: {problem}")
    return "; ".join(lines)


def faults_of(error: ValidationError) -> tuple[tuple[tuple[str | int, ...], str], ...]:
    """Return the way to each wrong field and its problem, never the value."""
    faults = error.errors(include_input=False, include_url=False, include_context=False)
    return tuple((fault["loc"], fault["msg"].removeprefix("Value error, ")) for fault in faults)
