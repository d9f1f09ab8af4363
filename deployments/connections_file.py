"""Connections as data: a TOML file of sellers, warehouses, mail servers and connections.

Secrets never stand in the file: a value ``{ env = "NAME" }`` is read from the environment. The whole
file is checked before the first block is written.
"""

import difflib
import os
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from prefect.blocks.core import Block
from prefect_email import EmailServerCredentials

from blocks import AmazonApplication, AmazonSellerAccount, MarketplaceConnection, WarehouseAccount
from deployments.kept_consent import keep_consent
from dockwire.decisions.consent import region_refusal
from dockwire.errors import SettingsError
from dockwire.settings import explained

_SECTIONS: dict[str, type[Block]] = {
    # Sellers name applications.
    "applications": AmazonApplication,
    "sellers": AmazonSellerAccount,
    "warehouses": WarehouseAccount,
    "mail": EmailServerCredentials,
}

_SECRETS = {"client_secret", "refresh_token", "password"}


class ConnectionsFile:
    """The checked content of one file, ready to be stored as blocks."""

    def __init__(self, path: Path, environment: Mapping[str, str] = os.environ) -> None:
        """Read and check ``path``.

        Raises:
            SettingsError: the file cannot be read or something in it is wrong; the message names
                the file, the table and the field.
        """
        self._path = path
        self._environment = environment
        content = self._read()
        self._check_names(content, {*_SECTIONS, "connections"}, "")
        self.accounts: dict[str, dict[str, Block]] = {}
        for section, kind in _SECTIONS.items():
            self.accounts[section] = {
                name: self._account(kind, section, name, fields)
                for name, fields in self._table(content, section).items()
            }
        self.connections = {
            name: self._connection(name, fields)
            for name, fields in self._table(content, "connections").items()
        }

    async def store(self) -> list[str]:
        """Write all blocks, replacing those of the same name; return what was written.

        A refresh token that the file leaves out and a consent gave stays.
        """
        for name, seller in self.accounts["sellers"].items():
            assert isinstance(seller, AmazonSellerAccount)
            # Before the applications are written: a stored seller is compared with its own, not with the new one.
            await keep_consent(name, seller)
        written = []
        for section, blocks in self.accounts.items():
            for name, block in blocks.items():
                await block.asave(name, overwrite=True)
                written.append(f"{section}.{name}")
        for name, connection in self.connections.items():
            await connection.asave(name, overwrite=True)
            written.append(f"connections.{name}")
        return written

    def waiting(self) -> list[str]:
        """Return the sellers that have not consented yet, as far as the file and what was stored tell."""
        sellers = self.accounts["sellers"].items()
        return [name for name, block in sellers if isinstance(block, AmazonSellerAccount) and block.waits]

    def _read(self) -> dict[str, Any]:
        try:
            return tomllib.loads(self._path.read_text(encoding="utf-8"))
        except OSError as error:
            raise SettingsError(f"{self._path}: {error.strerror or 'cannot be read'}") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsError(f"{self._path}: not TOML: {error}") from None

    def _table(self, content: dict[str, Any], place: str) -> dict[str, Any]:
        table = content.get(place, {})
        if not isinstance(table, dict):
            raise SettingsError(f"{self._path}: {place} is not a table")
        return table

    def _account(self, kind: type[Block], section: str, name: str, fields: object) -> Block:
        place = f"{section}.{name}"
        if kind is AmazonSellerAccount and isinstance(fields, dict) and "application" in fields:
            named = self._named("applications", fields["application"], f"{place}.application")
            fields = fields | {"application": named}
        block = self._block(kind, place, fields)
        with self._at(place):
            if isinstance(block, AmazonApplication):
                block.access(name)
            elif isinstance(block, AmazonSellerAccount):
                self._check_seller(name, block)
            elif isinstance(block, WarehouseAccount):
                block.access(name)
        return block

    def _check_seller(self, name: str, block: AmazonSellerAccount) -> None:
        applications = {
            each: application
            for each, application in self.accounts["applications"].items()
            if isinstance(application, AmazonApplication)
        }
        if block.application:
            own = next(each for each, known in applications.items() if known is block.application)
            regions = {each: known.regions for each, known in applications.items()}
            if refusal := region_refusal(name, block.region, own, block.application.regions, regions):
                raise SettingsError(refusal)
        block.check(name)

    @contextmanager
    def _at(self, place: str) -> Iterator[None]:
        """Say where in the file a complaint of a block belongs."""
        try:
            yield
        except SettingsError as error:
            raise SettingsError(f"{self._path}: {place}: {error}") from None

    def _connection(self, name: str, fields: dict[str, Any]) -> MarketplaceConnection:
        place = f"connections.{name}"
        known = {*MarketplaceConnection.model_fields, "seller", "mail"} - {
            "seller_account",
            "mail_server",
            "warehouse_name",
        }
        self._check_names(fields, {field for field in known if not field.startswith("_")}, place)
        for needed, section in (("seller", "sellers"), ("warehouse", "warehouses")):
            if needed not in fields:
                there = ", ".join(sorted(self.accounts[section])) or "none"
                raise SettingsError(
                    f"{self._path}: {place}.{needed} is missing; {section} in this file: {there}"
                )
        values = dict(fields)
        warehouse = values.get("warehouse", "")
        values["seller_account"] = self._named("sellers", values.pop("seller", ""), f"{place}.seller")
        values["warehouse"] = self._named("warehouses", warehouse, f"{place}.warehouse")
        values["warehouse_name"] = warehouse
        if "mail" in values:
            values["mail_server"] = self._named("mail", values.pop("mail"), f"{place}.mail")
        block = self._block(MarketplaceConnection, place, values)
        assert isinstance(block, MarketplaceConnection)
        with self._at(place):
            block.check(name)
        return block

    def _named(self, section: str, name: str, place: str) -> Block:
        known = self.accounts[section]
        if name not in known:
            raise SettingsError(
                f"{self._path}: {place}: there is no [{section}.{name}] in this file; "
                f"it has: {', '.join(known) or 'none'}"
            )
        return known[name]

    def _block(self, kind: type[Block], place: str, fields: object) -> Block:
        if not isinstance(fields, dict):
            raise SettingsError(f"{self._path}: {place} is not a table")
        self._check_names(fields, {name for name in kind.model_fields if not name.startswith("_")}, place)
        values = {name: self._value(value, f"{place}.{name}") for name, value in fields.items()}
        for name in _SECRETS & set(fields):
            if not isinstance(fields[name], dict):
                raise SettingsError(
                    f"{self._path}: {place}.{name}: a secret does not belong in a file; "
                    f'write {name} = {{ env = "NAME" }} and put it into the environment'
                )
        with explained(f"{self._path}: {place}"):
            return kind(**values)

    def _check_names(self, fields: dict[str, Any], known: set[str], place: str) -> None:
        for name in fields:
            if name not in known:
                where = f"{place}.{name}" if place else name
                close = difflib.get_close_matches(name, known, n=1)
                meant = f"did you mean {close[0]}? " if close else ""
                raise SettingsError(
                    f"{self._path}: {where} is not known here; {meant}known: {', '.join(sorted(known))}"
                )

    def _value(self, value: object, place: str) -> object:
        if not (isinstance(value, dict) and set(value) == {"env"}):
            return value
        name = str(value["env"])
        if name not in self._environment:
            raise SettingsError(f"{self._path}: {place}: environment variable {name} is not set")
        return self._environment[name]
