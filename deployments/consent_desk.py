"""From the name of a seller account's block to the desk where its seller consents, and what is known of all."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

import httpx
from prefect.exceptions import PrefectException
from pydantic import SecretStr

from blocks import AmazonApplication, AmazonSellerAccount
from deployments.connections_sections import SELLERS
from deployments.stored_blocks import load_named, read_blocks, stored_names
from dockwire.access import ApplicationAccess
from dockwire.bootstrap import opened_consent, opened_ledger
from dockwire.clock import Clock, SystemClock
from dockwire.decisions.consent import begin_again, refuse_taken, region_refusal
from dockwire.decisions.expiry import days_left, secret_expires
from dockwire.errors import ConsentFailed, SettingsError
from dockwire.model.connection import AccountKey
from dockwire.model.consent import Consent
from dockwire.model.ids import SellerId
from dockwire.services.consent import Applicant, ConsentDesk
from dockwire.settings import read_settings

Keep = Callable[[Applicant, SellerId, SecretStr], Awaitable[None]]
"""Takes a seller's id and refresh token over."""


@dataclass(frozen=True, slots=True)
class OpenDesk:
    """The desk of one seller account, and the application that acts for it."""

    desk: ConsentDesk
    application: ApplicationAccess
    clock: Clock


@asynccontextmanager
async def opened_desk(seller: str) -> AsyncIterator[OpenDesk]:
    """Open the desk of a stored seller account.

    Raises:
        SettingsError: there is none of this name, or its application does not serve its region.
    """
    block = await _seller(seller)

    async with desk_of(seller, block, keep_stored) as opened:
        yield opened


@asynccontextmanager
async def desk_of(seller: str, block: AmazonSellerAccount, keep: Keep) -> AsyncIterator[OpenDesk]:
    """Open the desk of a seller account that need not be stored; ``keep`` gets what the consent brings.

    Raises:
        SettingsError: its application does not serve its region.
    """
    await _refuse_region(seller, block)
    application, clock = block.application_access(seller), SystemClock()
    applicant = Applicant(
        name=seller,
        application_id=block.acting_application,
        region=block.region,
        seller_id=block.seller_id,
        has_token=bool(block.refresh_token.get_secret_value()),
    )

    async with opened_consent(
        applicant,
        application=application,
        token_url=block.token_url,
        keep=partial(hand_over, keep, applicant),
        settings=read_settings(),
        clock=clock,
    ) as desk:
        yield OpenDesk(desk, application, clock)


async def _seller(name: str) -> AmazonSellerAccount:
    block = await load_named(AmazonSellerAccount, name)
    if block is None:
        known = ", ".join(await stored_names(AmazonSellerAccount)) or "none"
        raise SettingsError(
            f"there is no seller account {name!r}; stored are: {known}; 'dockwire apply FILE' stores [sellers.NAME]"
        )
    return block


async def _refuse_region(name: str, block: AmazonSellerAccount) -> None:
    if block.application is None or block.region in block.application.regions:
        return
    others = {each: found.regions for each, found in (await _applications()).items()}
    own = block.application._block_document_name or block.acting_application  # noqa: SLF001 - Prefect's only way to a block's name
    raise SettingsError(region_refusal(name, block.region, own, block.application.regions, others))


async def _applications() -> dict[str, AmazonApplication]:
    found = {
        name: await load_named(AmazonApplication, name) for name in await stored_names(AmazonApplication)
    }
    return {name: block for name, block in found.items() if block is not None}


async def hand_over(keep: Keep, applicant: Applicant, seller_id: SellerId, token: SecretStr) -> None:
    """Let ``keep`` take a consent, if no other stored seller account has this seller already.

    Raises:
        ConsentFailed: one has, or Prefect does not answer; the message says what to do.
    """
    try:
        if not applicant.seller_id:
            refuse_taken(applicant.name, seller_id, await _same_seller(applicant, seller_id))
        await keep(applicant, seller_id, token)
    except (httpx.HTTPError, PrefectException) as error:
        raise ConsentFailed(
            f"Prefect did not store the token in seller account {applicant.name} ({type(error).__name__}), and the "
            f"authorization code is used: look whether its server runs, then {begin_again(applicant.name)}"
        ) from None


async def _same_seller(applicant: Applicant, seller_id: SellerId) -> list[str]:
    """Return the other stored seller accounts of the applicant's region that are this seller's."""
    stored = (await read_blocks([SELLERS])).values()
    same = {"seller_id": seller_id, "region": applicant.region.value}
    return [each.name for each in stored if each.name != applicant.name and same.items() <= each.data.items()]


async def keep_stored(applicant: Applicant, seller_id: SellerId, token: SecretStr) -> None:
    """Put the consent into the block as it is now: minutes may have passed since it was read.

    Raises:
        ConsentFailed: the block is of another application, region or seller by now.
    """
    block = await _seller(applicant.name)
    same = (block.acting_application, block.region) == (applicant.application_id, applicant.region)
    if not same or block.seller_id not in {"", seller_id}:
        raise ConsentFailed(
            f"seller account {applicant.name} was changed meanwhile; nothing was stored: {begin_again(applicant.name)}"
        )
    block.take(seller_id, token)
    await block.asave(applicant.name, overwrite=True)


async def describe_consents() -> dict[str, list[dict[str, Any]]]:
    """Return one row per stored seller account, and one per application with a known secret date."""
    now = SystemClock().now()
    async with opened_ledger(read_settings()) as ledger:
        known = {consent.account: consent for consent in await ledger.consents()}
    sellers = []
    for name in await stored_names(AmazonSellerAccount):
        block = await _seller(name)
        sellers.append(_seller_row(name, block, known.get(_account(block)), now))
    applications = await _applications()
    return {
        "consents": sellers,
        "secrets": [_secret_row(name, block.secret_changed, now) for name, block in applications.items()],
    }


def _account(block: AmazonSellerAccount) -> AccountKey:
    return AccountKey(
        application_id=block.acting_application, seller_id=SellerId(block.seller_id), region=block.region
    )


def _seller_row(
    name: str, block: AmazonSellerAccount, consent: Consent | None, now: datetime
) -> dict[str, Any]:
    expires = consent.expires if consent else None
    left = days_left(expires, now) if expires else None
    return {
        "seller": name,
        "seller_id": block.seller_id,
        "region": block.region.value,
        "how": consent.how.value if consent else "",
        "granted": f"{consent.granted:%Y-%m-%d}" if consent else "",
        "expires": f"{expires:%Y-%m-%d}" if expires else "",
        "days_left": left,
        "state": _state(block, consent, left),
    }


def _state(block: AmazonSellerAccount, consent: Consent | None, left: int | None) -> str:
    if block.waits:
        return "waits for consent"
    if consent is None:
        return "date not known"
    if left is None:
        return "does not end"
    return "good" if left > 0 else "ended"


def _secret_row(name: str, changed: date | None, now: datetime) -> dict[str, Any]:
    expires = secret_expires(changed) if changed else None
    left = days_left(expires, now) if expires else None
    return {
        "application": name,
        "secret_changed": f"{changed:%Y-%m-%d}" if changed else "",
        "expires": f"{expires:%Y-%m-%d}" if expires else "",
        "days_left": left,
        "state": "date not known" if left is None else "good" if left > 0 else "ended",
    }
