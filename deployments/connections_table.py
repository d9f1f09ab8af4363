"""One table of a connections file on its way to a block."""

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from prefect.blocks.core import Block

from blocks import AmazonApplication, AmazonSellerAccount, MarketplaceConnection, WarehouseAccount
from deployments.connections_sections import CONNECTIONS, Entry, Section
from deployments.connections_source import Source
from deployments.toml_lines import Place
from dockwire.decisions.consent import region_refusal
from dockwire.errors import WrongFields
from dockwire.model.connection import Connection
from dockwire.settings import explained

Stored = Mapping[tuple[str, str], Block]
"""What is stored already, by section and name."""
Vault = Mapping[str, Mapping[str, Any]]
"""The fields of the blocks that the file refers to, by ``TYPE/NAME``."""

_NAME = re.compile(r"(?=.{1,60}$)[a-z0-9]+(-[a-z0-9]+)*")
_LIKE = "like"
_TERMS = "terms"
"""The key that names a file; the block has its text."""
_UNKNOWN = "unknown"
"""Stands for a value with a mistake, so that the other fields are checked nevertheless."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading a file works with, and what has come of it so far."""

    source: Source
    environment: Mapping[str, str]
    vault: Vault
    stored: Stored
    entries: dict[tuple[str, str], Entry] = field(default_factory=dict)

    def applications(self) -> dict[str, AmazonApplication]:
        """Return the file's applications by name, as far as they are right."""
        return {
            name: entry.block
            for (_, name), entry in self.entries.items()
            if isinstance(entry.block, AmazonApplication)
        }

    def section(self, name: str) -> Mapping[str, Any]:
        """Return the tables of a section."""
        found = self.source.content.get(name, {})
        return found if isinstance(found, dict) else {}

    def check_keys(self, fields: Mapping[str, Any], known: set[str], place: Place) -> None:
        """Complain of every key that is not known."""
        for name in sorted(fields.keys() - known):
            close = difflib.get_close_matches(name, known, n=1)
            meant = f"did you mean {close[0]}? " if close else ""
            self.source.mistake(
                (*place, name), f"is not known here; {meant}known: {', '.join(sorted(known))}"
            )


class Table:
    """One table and what becomes of its keys."""

    def __init__(self, reading: Reading, section: Section, name: str) -> None:
        self._reading = reading
        self._section = section
        self._name = name
        self._place: Place = (section.name, name)
        self._keys = section.keys | ({_LIKE} if section is CONNECTIONS else set())
        self._whole = True
        """False after a mistake in what it is like: then nobody knows what is missing."""
        self._fields = self._inherited(name, ())
        self._broken: set[str] = set()
        """Fields of the block that were complained of already."""
        self._hidden = {key for key in section.keys if section.is_secret(key) or key == _TERMS}
        self._refers: dict[str, str] = {}

    def entry(self) -> Entry | None:
        """Return the table as a block, or None when something was wrong that leaves no block."""
        section = self._section
        self._reading.check_keys(self._reading.section(section.name)[self._name], self._keys, self._place)
        if not _NAME.fullmatch(self._name):
            self._mistake("", "use lower-case letters, digits and single dashes, at most 60 characters")
        values = {key: self._value(key) for key in self._fields.keys() & (section.keys - set(section.refers))}
        for key in section.refers:
            self._refer(key, values)
        block = self._build(values)
        if block is None:
            return None
        overruled = self._keep(block)
        return Entry(section, self._name, block, frozenset(self._hidden), self._refers, overruled)

    def _inherited(self, name: str, seen: tuple[str, ...]) -> dict[str, tuple[Any, Place]]:
        """Return each field's value and where it stands: here, or in the connection that this one is like."""
        tables = self._reading.section(self._section.name)
        own: dict[str, tuple[Any, Place]] = {
            key: (value, (self._section.name, name, key)) for key, value in tables[name].items()
        }
        like, place = own.get(_LIKE, (None, ()))
        if self._section is not CONNECTIONS or like is None:
            return own
        if isinstance(like, str) and like not in (name, *seen) and isinstance(tables.get(like), dict):
            return self._inherited(like, (*seen, name)) | own
        problem = "leads back to itself" if like in (name, *seen) else "is no connection of this file"
        self._reading.source.mistake(place, f"{like} {problem}")
        self._whole = False
        return own

    def _value(self, key: str) -> object:
        value, _ = self._fields[key]
        if key == _TERMS and self._section is CONNECTIONS:
            return self._from_file(key, value)
        reference = next(iter(value.items())) if isinstance(value, dict) and len(value) == 1 else (None, None)
        if reference[0] == "env":
            self._hidden.add(key)
            return self._from_environment(key, str(reference[1]))
        if reference[0] == "block":
            self._hidden.add(key)
            return self._from_block(key, str(reference[1]))
        if self._section.is_secret(key):
            return self._mistake(
                key,
                "a secret does not belong in a file; "
                f'write {key} = {{ env = "NAME" }} and put it into the environment',
            )
        return value

    def _from_environment(self, key: str, variable: str) -> str:
        if variable in self._reading.environment:
            return self._reading.environment[variable]
        return self._mistake(key, f"environment variable {variable} is not set")

    def _from_file(self, key: str, name: object) -> str:
        try:
            return self._reading.source.read_beside(name)
        except ValueError as error:
            self._mistake(key, str(error))
            return ""

    def _from_block(self, key: str, block: str) -> object:
        fields = self._reading.vault.get(block)
        if fields is None:
            return self._mistake(key, f"there is no block {block}; write TYPE/NAME of a stored block")
        # Prefect's own Secret block has one field.
        found = fields.get("value" if block.startswith("secret/") else key)
        return found if found is not None else self._mistake(key, f"the block {block} has no {key}")

    def _keep(self, block: Block) -> frozenset[str]:
        """Put what the seller's consent brought into the block; return the fields of the file that it overrules."""
        stored = self._reading.stored.get((self._section.name, self._name))
        return frozenset() if stored is None else self._section.keep(stored, block)

    def _refer(self, key: str, values: dict[str, Any]) -> None:
        """Put the block that ``key`` names into its field."""
        into, section = self._section.refers[key]
        tables = self._reading.section(section)
        needed = self._section.block.model_fields[into].is_required()
        if key not in self._fields:
            if needed and self._whole:
                self._mistake(key, f"is missing; {section} in this file: {_listed(tables)}")
            self._broken.add(into)
            return
        name, _ = self._fields[key]
        if not isinstance(name, str) or name not in tables:
            self._mistake(key, f"there is no [{section}.{name}] in this file; it has: {_listed(tables)}")
        entry = self._reading.entries.get((section, str(name)))
        if entry is None:
            # Nor can the block as a whole be judged.
            self._broken |= {into, ""}
            return
        values[into] = entry.block
        self._refers[into] = entry.name

    def _build(self, values: dict[str, Any]) -> Block | None:
        section = self._section
        if section is CONNECTIONS:
            named = self._fields.get("warehouse", (_UNKNOWN,))[0]
            values["warehouse_name"] = named if isinstance(named, str) and named else _UNKNOWN
        block = self._tried(lambda: section.block(**values))
        if block is not None:
            return self._checked(block)
        if section is CONNECTIONS:
            self._tried(lambda: _check_alone(values, self._name))
        return None

    def _checked(self, block: Block) -> Block | None:
        """Return the block if all goes well with what it becomes at work."""
        if isinstance(block, AmazonSellerAccount) and block.application is not None:
            name, known = self._refers["application"], self._reading.applications()
            served = {each: application.regions for each, application in known.items()}
            if refusal := region_refusal(self._name, block.region, name, served[name], served):
                self._mistake("application", refusal)
                return None
        return self._tried(lambda: _check(block, self._name))

    def _tried(self, make: Callable[[], Block | None]) -> Block | None:
        """Return what ``make`` does, or complain of each wrong field that nobody complained of yet."""
        try:
            with explained(self._name):
                return make()
        except WrongFields as error:
            for way, problem in error.faults:
                key = str(way[0]) if way else ""
                if key not in self._broken and (self._whole or key in self._fields):
                    value, place = self._fields.get(key, (None, (*self._place, *way[:1])))
                    self._reading.source.mistake((*place, *_as_written(value, way[1:])), problem)
            return None

    def _mistake(self, key: str, problem: str) -> str:
        """Complain of a key, and return what stands for its value."""
        place = self._fields[key][1] if key in self._fields else (*self._place, key) if key else self._place
        self._reading.source.mistake(place, problem)
        self._broken.add(key)
        return _UNKNOWN


def _check(block: Block, name: str) -> Block:
    """Try what a block becomes at work; a seller's consent may be still to come.

    Raises:
        WrongFields: something in it does not do.
    """
    if isinstance(block, AmazonApplication | WarehouseAccount):
        block.access(name)
    elif isinstance(block, AmazonSellerAccount | MarketplaceConnection):
        block.check(name)
    return block


def _check_alone(values: Mapping[str, Any], name: str) -> None:
    """Check a connection's own fields while an account of it has a mistake."""
    own = {
        key: value for key, value in values.items() if key in Connection.model_fields or key == "marketplace"
    }
    account = {"application_id": _UNKNOWN, "seller_id": _UNKNOWN, "warehouse": values["warehouse_name"]}
    Connection.model_validate({"slug": name, **own, **account})


def _as_written(value: Any, way: Place) -> Place:
    """Leave out of the way to a part of ``value`` what is not in the file where a list stands for a table."""
    found: list[str | int] = []
    for part in way:
        if isinstance(value, list) and isinstance(part, str):
            continue
        found.append(part)
        if isinstance(value, dict):
            value = value.get(part)
        else:
            value = value[part] if isinstance(value, list) and isinstance(part, int) else None
    return tuple(found)


def _listed(names: Mapping[str, Any]) -> str:
    return ", ".join(sorted(names)) or "none"
