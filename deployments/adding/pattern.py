"""The seller's other connection: where nobody can be asked, what no option says is taken over from it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from deployments.adding.draft import Draft
from deployments.connections_sections import CONNECTIONS
from deployments.stored_blocks import StoredBlock

_OWN = {"seller", "marketplace", "import_since"}
"""What two connections of a seller do not have in common, or have by themselves."""
_ASKED = _OWN | {
    "warehouse", "customer_id", "facility_id", "ship_methods", "mail", "mail_from", "contacts", "terms",
    "stock_sync", "needs_approval",
}  # fmt: skip
_KEYS = {"customer": "customer_id", "facility": "facility_id", "mail-from": "mail_from"}
"""Keys whose options have another name."""
_TOLD_WHERE_EMPTY = ("ship_methods", "mail", "contacts")
"""Without these orders wait, and nobody hears of it."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A connection to take over from.

    Attributes:
        name: Its name; empty where there is none.
        fields: Its table, as a connections file writes it.
        nameless_terms: It has terms, and nobody knows the name of their file.
    """

    name: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    nameless_terms: bool = False

    def rest(self) -> dict[str, Any]:
        """Return what no question is about, such as SKU names."""
        return {key: value for key, value in self.fields.items() if key not in _ASKED}

    def taken(self, table: Mapping[str, Any], given: Collection[str]) -> dict[str, Any] | None:
        """Return which keys of a new table come from here; None where there is no pattern.

        ``given`` are keys that options decide, and names of options.
        """
        keys = self.fields.keys() & table.keys() - _OWN - {_KEYS.get(name, name) for name in given}
        same = [key for key in table if key in keys and table[key] == self.fields[key]]
        return {"from": self.name, "keys": same} if self.name else None


def pattern_of(draft: Draft, seller: str) -> Pattern:
    """Return another connection of a seller account, from the file or else from what is stored."""
    file = draft.file()
    for name in file.names(CONNECTIONS.name):
        fields = file.table(CONNECTIONS.name, name)
        if fields.get("seller") == seller:
            return Pattern(name, fields)
    for (section, name), block in sorted(draft.stored.items()):
        if section == CONNECTIONS.name and block.refers.get("seller_account") == seller:
            return _stored(name, block)
    return Pattern()


def left_empty(table: Mapping[str, Any]) -> list[str]:
    """Return the keys that a table does without, though orders may wait for it with nobody told."""
    return [key for key in _TOLD_WHERE_EMPTY if not table.get(key)]


def _stored(name: str, stored: StoredBlock) -> Pattern:
    block, section = stored.block(), stored.section
    if block is None:
        return Pattern()
    own = section.keys - section.refers.keys()
    fields = block.model_dump(mode="json", include=own, exclude_defaults=True)
    nameless = bool(fields.pop("terms", ""))
    named = {key: stored.refers[into] for key, (into, _) in section.refers.items() if into in stored.refers}
    return Pattern(name, fields | named, nameless)
