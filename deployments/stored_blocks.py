"""The blocks of connections as Prefect keeps them: read in bulk, written and removed."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import httpx
from prefect.blocks.core import Block
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import BlockDocumentCreate, BlockDocumentUpdate
from prefect.client.schemas.objects import BlockDocument
from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError
from pydantic import ValidationError

from blocks import MarketplaceConnection
from deployments.connections_sections import CONNECTIONS, SECTIONS, Entry, Section
from deployments.registry import at_once
from dockwire.errors import ConsentNeeded
from dockwire.model.connection import Connection
from dockwire.settings import explained

B = TypeVar("B", bound=Block)


@dataclass(frozen=True, slots=True)
class StoredBlock:
    """One stored block.

    Attributes:
        data: Its own fields, secrets in plain.
        refers: Fields that hold another stored block, and that block's name.
        whole: All its fields, with those of the blocks that it holds.
    """

    section: Section
    name: str
    id: UUID
    data: dict[str, Any]
    refers: dict[str, str]
    whole: dict[str, Any]

    def block(self) -> Block | None:
        """Return it as a block, or None where it does not fit this version's fields."""
        try:
            return self.section.block.model_validate(self.whole)
        except ValidationError:
            return None

    @property
    def place(self) -> str:
        """The name that its table has in a file."""
        return f"{self.section.name}.{self.name}"


@dataclass(frozen=True, slots=True)
class StoredConnections:
    """The stored connections, by name.

    Attributes:
        ready: Those that can run.
        waiting: Those whose seller has not consented yet, and the sentence that says so.
    """

    ready: list[Connection]
    waiting: dict[str, str]

    def refuse_if_all_wait(self) -> None:
        """Go on only if one can run, or none is stored.

        Raises:
            ConsentNeeded: all wait.
        """
        if self.waiting and not self.ready:
            raise ConsentNeeded("every stored connection waits for its seller's consent")


Blocks = dict[tuple[str, str], StoredBlock]
"""By section and name."""


async def read_blocks(sections: Iterable[Section] = SECTIONS) -> Blocks:
    """Return all stored blocks of these kinds."""
    return {
        (section.name, str(document.name)): _read(section, document)
        for section in sections
        for document in await _documents(section.slug)
    }


async def stored_names(kind: type[Block]) -> list[str]:
    """Return the names of all stored blocks of a kind."""
    return sorted(
        str(document.name) for document in await _documents(kind.get_block_type_slug(), secrets=False)
    )


async def stored_connections() -> list[str]:
    """Return the names of all stored connections."""
    return await stored_names(MarketplaceConnection)


async def load_named(kind: type[B], name: str) -> B | None:
    """Return the stored block of this kind and name, or None."""
    if name not in await stored_names(kind):
        return None
    block = await kind.aload(name)
    assert isinstance(block, kind)
    return block


async def read_connections() -> StoredConnections:
    """Return all stored connections.

    Raises:
        SettingsError: one cannot be read from its block; the message names it.
    """
    found = StoredConnections([], {})
    # With secrets: a seller who has not consented shows in an empty one.
    for document in sorted(await _documents(CONNECTIONS.slug), key=lambda each: str(each.name)):
        try:
            found.ready.append(_connection(document))
        except ConsentNeeded as error:
            found.waiting[str(document.name)] = str(error)
    return found


async def read_fields(references: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return the fields of the blocks that are stored under these names, ``TYPE/NAME``; others are left out."""
    found = {}
    async with get_client() as client:
        for reference in references:
            slug, _, name = reference.partition("/")
            if not slug or not name:
                continue
            try:
                document = await client.read_block_document_by_name(name, slug, include_secrets=True)
            except ObjectNotFound:
                continue
            found[reference] = document.data
    return found


async def write_blocks(section: Section, entries: Iterable[Entry], ids: dict[str, UUID]) -> None:
    """Store the blocks of a section, replacing those of the same name.

    ``ids`` has the stored blocks by place, and gets those that are made. Saving block by block would register
    the kind of block each time, with eight calls.
    """
    wanted = list(entries)
    if not wanted:
        return

    async def register(kind: type[Block]) -> None:
        await kind.aregister_type_and_schema()

    await at_once([section.block], register)
    kind, schema = section.block._block_type_id, section.block._block_schema_id  # noqa: SLF001 - known since then
    assert kind is not None
    assert schema is not None

    async def write(entry: Entry) -> None:
        data = plain_fields(entry) | _references(entry, ids)
        known = ids.get(entry.place)
        async with get_client() as client:
            if known is not None:
                changed = BlockDocumentUpdate(block_schema_id=schema, data=data, merge_existing_data=False)
                await client.update_block_document(known, changed)
            else:
                new = BlockDocumentCreate(
                    name=entry.name, data=data, block_type_id=kind, block_schema_id=schema
                )
                ids[entry.place] = (await client.create_block_document(new)).id

    await at_once(wanted, write)


def plain_fields(entry: Entry) -> dict[str, Any]:
    """Return a block's own fields as Prefect stores them, secrets in plain.

    Prefect's way of dumping secrets makes a block's schema anew for every field: half a second per connection.
    """
    section, block = entry.section, entry.block
    own = {name for name in section.block.model_fields if not name.startswith("_")} - section.blocks
    values = block.model_dump(mode="json", include=own)
    secrets = {name: getattr(block, name) for name in own if section.is_secret(name)}
    return {name: values[name] for name in own} | {
        name: secret.get_secret_value() for name, secret in secrets.items() if secret is not None
    }


def _references(entry: Entry, ids: dict[str, UUID]) -> dict[str, Any]:
    places = {
        into: f"{section}.{entry.refers[into]}"
        for into, section in entry.section.refers.values()
        if into in entry.refers
    }
    found = {into: {"$ref": {"block_document_id": str(ids[place])}} for into, place in places.items()}
    return dict.fromkeys(entry.section.blocks) | found


async def remove_block(block: StoredBlock) -> None:
    """Remove a stored block; one that is gone already is no trouble."""
    async with get_client() as client:
        try:
            await client.delete_block_document(block.id)
        except ObjectNotFound:
            return


async def _documents(slug: str, *, secrets: bool = True) -> list[BlockDocument]:
    """Return the stored blocks of a kind: this call knows no pages and gives all of them."""
    async with get_client() as client:
        try:
            return await client.read_block_documents_by_type(slug, include_secrets=secrets)
        except PrefectHTTPStatusError as error:
            # A server that has never stored such a block does not even know the kind.
            if error.response.status_code != httpx.codes.NOT_FOUND:
                raise
            return []


def _connection(document: BlockDocument) -> Connection:
    name = str(document.name)
    with explained(f"connection {name!r} cannot be read from its block"):
        block = MarketplaceConnection.model_validate(document.data)
    # Errors name the account.
    block.seller_account._block_document_name = _held(document).get("seller_account")  # noqa: SLF001 - no other way
    return block.connection(name)


def _read(section: Section, document: BlockDocument) -> StoredBlock:
    refers = {name: held for name, held in _held(document).items() if name in section.blocks}
    data = {name: value for name, value in document.data.items() if name not in section.blocks}
    return StoredBlock(section, str(document.name), document.id, data, refers, document.data)


def _held(document: BlockDocument) -> dict[str, str]:
    """Return the names of the stored blocks that a block holds, by field."""
    references = document.block_document_references
    return {field: str(each["block_document"]["name"]) for field, each in references.items()}
