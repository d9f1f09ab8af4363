"""The seller's consent for a seller account that is not stored yet: the token is kept in memory until the end."""

from collections.abc import Callable
from datetime import datetime, timedelta

from pydantic import SecretStr

from blocks import AmazonSellerAccount
from deployments.consent_desk import Keep, desk_of
from deployments.consent_receiver import Receiver
from dockwire.model.ids import SellerId
from dockwire.model.marketplaces import Marketplace
from dockwire.services.consent import Applicant

_RECEIVED = timedelta(minutes=10)
_PASTED = timedelta(hours=1)

Announce = Callable[[str, datetime], None]
"""Tells the person what to open, and until when."""


async def receive(name: str, block: AmazonSellerAccount, place: Marketplace, announce: Announce) -> None:
    """Wait on loopback until the seller has consented, and put the token into ``block``.

    Raises:
        DockwireError: why no consent came.
    """
    async with desk_of(name, block, _into(block)) as opened:
        link = await opened.desk.begin(place, lasts=_RECEIVED, bound=True)
        receiver = Receiver(
            link,
            opened.application.redirect_uri,
            finish=lambda address, session: opened.desk.finish(address, session=session),
            clock=opened.clock,
        )
        announce(receiver.address, link.ends)
        await receiver.wait()


async def link(name: str, block: AmazonSellerAccount, place: Marketplace) -> tuple[str, datetime]:
    """Return a link for the seller and how long it is good."""
    async with desk_of(name, block, _into(block)) as opened:
        made = await opened.desk.begin(place, lasts=_PASTED)
        return made.url, made.ends


async def finish(name: str, block: AmazonSellerAccount, redirected: str) -> None:
    """Take the consent from the address that the browser ended at, and put the token into ``block``.

    Raises:
        ConsentFailed: it cannot be used.
    """
    async with desk_of(name, block, _into(block)) as opened:
        await opened.desk.finish(redirected)


def _into(block: AmazonSellerAccount) -> Keep:
    async def keep(_: Applicant, seller_id: SellerId, token: SecretStr) -> None:
        block.take(seller_id, token)

    return keep
