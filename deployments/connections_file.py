"""Connections as data: a TOML file of applications, sellers, warehouses, mail servers and connections.

Secrets never stand in the file: ``{ env = "NAME" }`` is read from the environment, ``{ block = "TYPE/NAME" }``
from a stored block. The whole file is checked, and all mistakes are told, before anything is done.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from blocks import MarketplaceConnection
from deployments.connections_sections import CONNECTIONS, SECTIONS, Entry
from deployments.connections_source import Source
from deployments.connections_table import Reading, Stored, Table, Vault
from dockwire.model.marketplaces import marketplace


class ConnectionsFile:
    """One file, read when it is made."""

    def __init__(self, path: Path, text: str | None = None) -> None:
        """Read ``path``, or take the text that it is to have.

        Raises:
            SettingsError: it cannot be read, or is no TOML.
        """
        self._source = Source(path, text)

    def names(self, section: str) -> list[str]:
        """Return the names of a section's tables."""
        found = self._source.content.get(section, {})
        return sorted(found) if isinstance(found, dict) else []

    def table(self, section: str, name: str) -> dict[str, Any]:
        """Return a table of a file without mistakes, with what it takes over from the one that it is like."""
        own = dict(self._source.content[section][name])
        like = own.pop("like", None)
        return (self.table(section, like) if like else {}) | own

    def blocks_referred_to(self) -> set[str]:
        """Return the stored blocks, as ``TYPE/NAME``, that values come from."""
        sections = [self._source.content.get(section.name) for section in SECTIONS]
        tables = [table for section in sections if isinstance(section, dict) for table in section.values()]
        values = [value for table in tables if isinstance(table, dict) for value in table.values()]
        return {
            str(value["block"]) for value in values if isinstance(value, dict) and set(value) == {"block"}
        }

    def entries(
        self,
        environment: Mapping[str, str] = os.environ,
        *,
        vault: Vault | None = None,
        stored: Stored | None = None,
    ) -> list[Entry]:
        """Return what the file describes, in the order in which it is stored.

        Raises:
            SettingsError: something is wrong; the message has one line per mistake, with file, line and key.
        """
        source = self._source
        reading = Reading(source, environment, vault or {}, stored or {})
        reading.check_keys(source.content, {section.name for section in SECTIONS}, ())
        for section in SECTIONS:
            if not isinstance(source.content.get(section.name, {}), dict):
                source.mistake((section.name,), "is not a table")
            for name, table in reading.section(section.name).items():
                if not isinstance(table, dict):
                    source.mistake((section.name, name), "is not a table")
                elif (entry := Table(reading, section, name).entry()) is not None:
                    reading.entries[section.name, name] = entry
        source.complain()
        _check_pairs(reading)
        source.complain()
        return list(reading.entries.values())


def _check_pairs(reading: Reading) -> None:
    """One marketplace of a seller has one connection: its orders go to one place."""
    taken: dict[tuple[str, str], str] = {}
    for (section, name), entry in reading.entries.items():
        if section == CONNECTIONS.name:
            assert isinstance(entry.block, MarketplaceConnection)
            code = marketplace(entry.block.marketplace).code
            # Two seller accounts may be of one seller, and one that waits for consent has no seller id yet.
            seller = entry.block.seller_account.seller_id or entry.refers["seller_account"]
            other = taken.setdefault((seller, code), name)
            if other != name:
                reading.source.mistake(
                    (section, name, "marketplace"), f"{code} of this seller has a connection already: {other}"
                )
