"""Looking at stored connections and trying them, without changing anything."""

import os
from collections import defaultdict
from typing import Any

from blocks import MarketplaceConnection
from deployments.approvals import refusals
from deployments.checking.connection import check_all
from deployments.checking.finding import Finding
from deployments.registry import registered
from deployments.stored_blocks import read_connections, stored_connections
from dockwire.clock import SystemClock
from dockwire.settings import read_settings
from tasks.opening import load_block

_CONSENT = "the seller's consent"
_APPROVAL = "the 3PL's approval"


async def describe_all() -> list[dict[str, Any]]:
    """Return one row per stored connection, without secrets; with the flows that are paused, and whom it waits for."""
    rows = []
    paused = defaultdict(list)
    stored = await read_connections()
    unapproved = await refusals(stored.ready)
    for each in (await registered()).values():
        if each.paused:
            paused[each.deployment.name].append(each.flow)
    for slug in await stored_connections():
        block = await load_block(slug)
        rows.append(
            {
                "connection": slug,
                "marketplace": block.marketplace,
                "seller": block.seller_account.seller_id,
                "warehouse": block.warehouse_name,
                "customer": block.customer_id,
                "facility": block.facility_id,
                "paused": ", ".join(sorted(paused[slug])),
                "waits_for": _CONSENT if slug in stored.waiting else _APPROVAL if slug in unapproved else "",
            }
        )
    return rows


async def check_connection(slug: str, *, send_mail: str = "") -> list[dict[str, Any]]:
    """Return what was tried for a stored connection and how it went.

    ``ok`` is None for what cannot be told now, or only by changing something. Nothing is changed but the
    count of what is left of Amazon's quota; ``send_mail`` is the address that a trial mail goes to.
    """
    found = await _checked({slug: await load_block(slug)}, send_mail)
    return [finding.row() for finding in found[slug]]


async def check_connections() -> list[dict[str, Any]]:
    """Return for every stored connection whether anything is wrong, and all that was found."""
    blocks = {slug: await load_block(slug) for slug in await stored_connections()}
    return [
        {
            "connection": slug,
            "ok": not any(finding.ok is False for finding in found),
            "findings": [finding.row() for finding in found],
        }
        for slug, found in (await _checked(blocks, "")).items()
    ]


async def _checked(blocks: dict[str, MarketplaceConnection], send_mail: str) -> dict[str, list[Finding]]:
    return await check_all(
        blocks,
        settings=read_settings(),
        clock=SystemClock(),
        send_mail=send_mail,
        server="PREFECT_API_URL" in os.environ,
    )
