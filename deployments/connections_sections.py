"""The sections of a connections file, and the kinds of blocks that their tables become."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import get_args

from prefect.blocks.core import Block
from prefect_email import EmailServerCredentials
from pydantic import SecretStr

from blocks import AmazonApplication, AmazonSellerAccount, MarketplaceConnection, WarehouseAccount


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the file; each of its tables becomes a block of one kind."""

    name: str
    block: type[Block]
    refers: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """A key that names a table of another section: the block's field, and the section."""
    filled: frozenset[str] = frozenset()
    """Fields that the file does not name: they follow from others."""
    kept: frozenset[str] = frozenset()
    """Fields that stay as they are stored where the file leaves them out: the seller's consent brought them."""
    remembered: frozenset[str] = frozenset()
    """Fields that no file names, and that always stay as they are stored."""
    belongs: tuple[str, ...] = ()
    """Attributes of the block that have to be as stored for that: what is kept belongs to them."""

    @property
    def keys(self) -> set[str]:
        """What a table may hold."""
        fields = {name for name in self.block.model_fields if not name.startswith("_")}
        return fields - self.filled - self.remembered - self.blocks | set(self.refers)

    @property
    def blocks(self) -> set[str]:
        """The fields that hold other blocks."""
        return {into for into, _ in self.refers.values()}

    @property
    def slug(self) -> str:
        """Prefect's name for the kind of block."""
        return str(self.block.get_block_type_slug())

    def keep(self, stored: Block, block: Block, *, newer: bool = False) -> frozenset[str]:
        """Put what a consent brought from the stored block into ``block``; return the fields that gave way to it.

        With ``newer`` the stored secrets are known to be newer than those of ``block``.
        """
        for name in self.remembered:
            setattr(block, name, getattr(stored, name))
        if not self.keeps(stored, block, newer=newer):
            return frozenset()
        apart = {name for name in self.kept if not _agree(stored, block, name)}
        for name in self.kept:
            setattr(block, name, getattr(stored, name))
        return frozenset(apart)

    def keeps(self, stored: Block, block: Block, *, newer: bool = False) -> bool:
        """Tell whether what was stored by consent belongs to ``block`` too, and its fields do not contradict that.

        A token that a consent replaced contradicts nothing.
        """
        same = all(getattr(stored, name) == getattr(block, name) for name in self.belongs)
        return same and all(
            _agree(stored, block, name)
            or (self.is_secret(name) and (newer or _outdated(stored, block, name)))
            for name in self.kept
        )

    def is_secret(self, key: str) -> bool:
        """Tell whether a field is a secret."""
        known = self.block.model_fields.get(key)
        return known is not None and SecretStr in (known.annotation, *get_args(known.annotation))


APPLICATIONS = Section("applications", AmazonApplication)
SELLERS = Section(
    "sellers",
    AmazonSellerAccount,
    refers={"application": ("application", "applications")},
    kept=frozenset({"refresh_token", "seller_id"}),
    remembered=frozenset({"replaced_tokens"}),
    belongs=("acting_application", "region"),
)
WAREHOUSES = Section("warehouses", WarehouseAccount)
MAIL = Section("mail", EmailServerCredentials)
CONNECTIONS = Section(
    "connections",
    MarketplaceConnection,
    refers={
        "seller": ("seller_account", "sellers"),
        "warehouse": ("warehouse", "warehouses"),
        "mail": ("mail_server", "mail"),
    },
    filled=frozenset({"warehouse_name"}),
)

SECTIONS = (APPLICATIONS, SELLERS, WAREHOUSES, MAIL, CONNECTIONS)
"""In the order in which they are stored: what is referred to comes first."""


def _agree(stored: Block, block: Block, name: str) -> bool:
    empty = type(block).model_fields[name].default
    return getattr(block, name) in (empty, getattr(stored, name))


def _outdated(stored: Block, block: Block, name: str) -> bool:
    return isinstance(stored, AmazonSellerAccount) and stored.replaced(getattr(block, name))


@dataclass(frozen=True, slots=True)
class Entry:
    """One checked table of the file, as the block that it describes."""

    section: Section
    name: str
    block: Block
    hidden: frozenset[str]
    """Fields whose values are never shown: secrets, and what the file only refers to."""
    refers: Mapping[str, str]
    """Fields that hold the block of another entry, and its name."""
    overruled: frozenset[str] = frozenset()
    """Fields in which the file names what a later consent replaced: the block has what is stored."""

    @property
    def place(self) -> str:
        """The table's name in the file."""
        return f"{self.section.name}.{self.name}"
