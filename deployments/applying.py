"""From a connections file to stored blocks: first what would change, then the change."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from prefect.blocks.core import Block
from prefect.context import AsyncClientContext

from blocks import AmazonSellerAccount, MarketplaceConnection
from deployments.connections_file import ConnectionsFile
from deployments.connections_sections import CONNECTIONS, MAIL, SECTIONS, SELLERS, Entry
from deployments.registry import at_once
from deployments.removing import remove_connections
from deployments.stored_blocks import (
    Blocks,
    StoredBlock,
    plain_fields,
    read_blocks,
    read_fields,
    remove_block,
    write_blocks,
)
from dockwire.model.connection import Connection

_LONGEST_SHOWN = 60
_CONSENTED = {
    True: "changed: the file's takes the place of the stored one",
    False: "dropped: it is of another application, region or seller",
}
"""What becomes of a stored token: whether the file names another one."""


class Change(StrEnum):
    """What becomes of one block."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    UNNAMED = "not in this file"
    """Stored, and left alone unless its removal is asked for."""


@dataclass(frozen=True, slots=True)
class Step:
    """What an apply does with one block.

    Attributes:
        fields: For a changed block each field that differs, with both values where they may be shown.
        entry: What the file describes, unless it does not name the block.
        stored: What is stored, if anything is.
    """

    place: str
    change: Change
    fields: dict[str, str]
    entry: Entry | None = None
    stored: StoredBlock | None = None


async def plan_apply(file: ConnectionsFile) -> list[Step]:
    """Check a file, compare it with what is stored, and change nothing.

    Raises:
        SettingsError: something in the file is wrong; the message tells all of it by file, line and key.
    """
    async with AsyncClientContext.get_or_create():
        stored = await read_blocks()
        vault = await read_fields(sorted(file.blocks_referred_to()))
    entries = file.entries(vault=vault, stored=_as_blocks(stored))
    return [*_named(entries, stored), *_unnamed(entries, stored)]


async def carry_out(steps: list[Step], *, remove: bool) -> None:
    """Do what was planned; ``remove`` also removes what the file does not name, with its deployments.

    A token that a consent brought since then stays.
    """
    async with AsyncClientContext.get_or_create():
        await _keep_newer(steps)
        changed = [step.entry for step in steps if step.entry and step.change is not Change.UNCHANGED]
        ids = {step.place: step.stored.id for step in steps if step.stored}
        for section in SECTIONS:
            await write_blocks(section, [entry for entry in changed if entry.section is section], ids)
        if remove:
            await _remove([step.stored for step in steps if step.stored and step.change is Change.UNNAMED])


def waiting(steps: list[Step]) -> list[str]:
    """Return the sellers of the file that have not consented yet, as far as it and what is stored tell."""
    entries = [step.entry for step in steps if step.entry]
    return [
        entry.name for entry in entries if isinstance(entry.block, AmazonSellerAccount) and entry.block.waits
    ]


def connections(steps: list[Step]) -> list[Connection]:
    """Return the connections of the file whose sellers have consented, as far as it and what is stored tell."""
    entries = [step.entry for step in steps if step.entry]
    return [
        entry.block.connection(entry.name)
        for entry in entries
        if isinstance(entry.block, MarketplaceConnection) and not entry.block.seller_account.waits
    ]


def overruled(steps: list[Step]) -> list[str]:
    """Return the sellers for which the file names a token that a later consent replaced: the newer one stays."""
    return [step.entry.name for step in steps if step.entry and step.entry.overruled]


async def apply_file(path: Path) -> None:
    """Store what a file describes; nothing is removed.

    Raises:
        SettingsError: something in the file is wrong.
    """
    await carry_out(await plan_apply(ConnectionsFile(path)), remove=False)


async def _keep_newer(steps: list[Step]) -> None:
    """Put tokens that came by consent after the plan was made into the blocks that are about to be written."""
    planned = {
        step.entry.name: (step.entry.block, step.stored)
        for step in steps
        if step.entry and step.stored and step.entry.section is SELLERS and step.change is Change.CHANGED
    }
    found = _as_blocks(await read_blocks([SELLERS])) if planned else {}
    for name, (block, before) in planned.items():
        now = found.get((SELLERS.name, name))
        if isinstance(now, AmazonSellerAccount) and _token(now) != before.data.get("refresh_token", ""):
            SELLERS.keep(now, block, newer=True)


def _token(seller: AmazonSellerAccount) -> str:
    return seller.refresh_token.get_secret_value()


async def _remove(blocks: list[StoredBlock]) -> None:
    """Remove blocks, first the connections with what runs them: what refers to others goes before the others."""
    await remove_connections([block for block in blocks if block.section is CONNECTIONS])
    for section in reversed([section for section in SECTIONS if section is not CONNECTIONS]):
        await at_once([block for block in blocks if block.section is section], remove_block)


def _as_blocks(stored: Blocks) -> dict[tuple[str, str], Block]:
    """Return the stored blocks of which something may be kept."""
    found = {key: block.block() for key, block in stored.items() if block.section.kept}
    return {key: block for key, block in found.items() if block is not None}


def _named(entries: list[Entry], stored: Blocks) -> Iterator[Step]:
    for entry in entries:
        known = stored.get((entry.section.name, entry.name))
        if known is None:
            yield Step(entry.place, Change.ADDED, {}, entry)
            continue
        fields = dict(_differences(entry, known))
        yield Step(entry.place, Change.CHANGED if fields else Change.UNCHANGED, fields, entry, known)


def _unnamed(entries: list[Entry], stored: Blocks) -> Iterator[Step]:
    named = {(entry.section.name, entry.name) for entry in entries}
    # Mail servers are stored for other purposes too: only those of connections are ours.
    mail = {block.refers.get("mail_server") for block in stored.values() if block.section is CONNECTIONS}
    for section in SECTIONS:
        for (place, name), block in sorted(stored.items()):
            ours = section is not MAIL or name in mail
            if place == section.name and (place, name) not in named and ours:
                yield Step(block.place, Change.UNNAMED, {}, stored=block)


def _differences(entry: Entry, known: StoredBlock) -> Iterator[tuple[str, str]]:
    """Give each field that differs and how; values that must not be seen are only said to differ."""
    names = {into: key for key, (into, _) in entry.section.refers.items()}
    for into, key in names.items():
        before, after = known.refers.get(into), entry.refers.get(into)
        if before != after:
            yield key, f"{before or 'none'} -> {after or 'none'}"
    wanted = plain_fields(entry)
    for key in sorted(wanted):
        before, after = known.data.get(key, _default(entry, key)), wanted[key]
        if key in entry.hidden:
            if before != after:
                yield key, _CONSENTED[bool(after)] if before and key in entry.section.kept else "changed"
        else:
            yield from _apart(key, before, after)


def _default(entry: Entry, key: str) -> Any:
    """Return what a block stored by an older version has for a field that it does not know."""
    field = type(entry.block).model_fields[key]
    if field.is_required():
        return None
    return json.loads(json.dumps(field.get_default(call_default_factory=True), default=_jsonable))


def _jsonable(value: Any) -> Any:
    return value.model_dump(mode="json") if hasattr(value, "model_dump") else str(value)


def _apart(way: str, before: Any, after: Any) -> Iterator[tuple[str, str]]:
    """Give the ways to what differs between two values, table by table."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in sorted(before.keys() | after.keys()):
            yield from _apart(f"{way}.{key}", before.get(key), after.get(key))
    elif before != after:
        yield way, f"{_shown(before)} -> {_shown(after)}"


def _shown(value: Any) -> str:
    if value is None:
        return "none"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."
