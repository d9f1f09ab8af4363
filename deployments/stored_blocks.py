"""Finding stored blocks of one kind."""

from typing import TypeVar

import httpx
from prefect.blocks.core import Block
from prefect.client.orchestration import get_client
from prefect.exceptions import PrefectHTTPStatusError

B = TypeVar("B", bound=Block)


async def stored_names(kind: type[Block]) -> list[str]:
    """Return the names of all stored blocks of a kind."""
    async with get_client() as client:
        try:
            found = await client.read_block_documents_by_type(
                kind._block_type_slug or "",  # noqa: SLF001 - Prefect's way to name a block type
                include_secrets=False,
            )
        except PrefectHTTPStatusError as error:
            # A server that has never stored a block of this kind does not even know the kind.
            if error.response.status_code != httpx.codes.NOT_FOUND:
                raise
            return []
    return sorted(document.name for document in found if document.name)


async def load_named(kind: type[B], name: str) -> B | None:
    """Return the stored block of this kind and name, or None."""
    if name not in await stored_names(kind):
        return None
    block = await kind.aload(name)
    assert isinstance(block, kind)
    return block
