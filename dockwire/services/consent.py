"""Getting a seller's consent: a link that leads back, a code that becomes a token, and what is kept of it."""

import hashlib
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from pydantic import SecretStr

from dockwire.clock import Clock
from dockwire.decisions.consent import begin_again, read_redirect, refuse_redirect, refuse_state
from dockwire.decisions.expiry import consent_expires, renewable
from dockwire.errors import ConsentFailed, DockwireError, LedgerUnavailable, SettingsError
from dockwire.model.connection import AccountKey
from dockwire.model.consent import Consent, ConsentWay, IssuedState
from dockwire.model.ids import SellerId
from dockwire.model.marketplaces import Marketplace, Region
from dockwire.ports import ConsentLedger, ConsentOffice

SHORTEST, LONGEST = timedelta(minutes=1), timedelta(hours=24)
"""How long a link may be good."""

KeepToken = Callable[[SellerId, SecretStr], Awaitable[None]]
"""Puts seller id and refresh token into the seller account's block."""


@dataclass(frozen=True, slots=True)
class Applicant:
    """The seller account that needs consent, without its secrets."""

    name: str
    """Name of its block."""
    application_id: str
    region: Region
    seller_id: str
    """Empty until it is known."""
    has_token: bool


@dataclass(frozen=True, slots=True)
class Link:
    """A consent link, and what is needed to recognise who comes back from it."""

    url: str = field(repr=False)
    ends: datetime
    session: str = field(default="", repr=False)
    """What the browser has to bring along, if the link is bound to one."""


@dataclass(frozen=True, slots=True)
class Covered:
    """A consent that covers the marketplace already."""

    until: datetime | None
    """None: not known, or it does not end."""


class ConsentDesk:
    """The steps of getting a seller's consent for one seller account."""

    def __init__(
        self,
        applicant: Applicant,
        *,
        office: ConsentOffice,
        ledger: ConsentLedger,
        keep: KeepToken,
        clock: Clock,
    ) -> None:
        self.applicant = applicant
        self._office = office
        self._ledger = ledger
        self._keep = keep
        self._clock = clock

    async def covered(self, marketplace: Marketplace) -> Covered | None:
        """Return the consent that covers the marketplace; None where a new one makes sense.

        A consent that has ended, or ends so soon that people are told of it, may be renewed.

        Raises:
            SettingsError: the marketplace lies in another region.
        """
        applicant = self.applicant
        if marketplace.region is not applicant.region:
            raise SettingsError(
                f"seller account {applicant.name} is of region {applicant.region}, and {marketplace.code} lies in "
                f"region {marketplace.region}: a consent covers one region, so make a seller account for "
                f"{marketplace.region} and let the seller consent for that"
            )
        if not applicant.has_token or not applicant.seller_id:
            return None
        consent = await self._ledger.consent(self._account(SellerId(applicant.seller_id)))
        expires = consent.expires if consent else None
        if expires is not None and renewable(expires, self._clock.now()):
            return None
        return Covered(expires)

    async def begin(self, marketplace: Marketplace, *, lasts: timedelta, bound: bool = False) -> Link:
        """Make a link for the seller; ``bound`` ties it to the browser that has the link's session.

        Raises:
            SettingsError: a link cannot be good for so long, or the application has no redirect URI.
        """
        if not SHORTEST <= lasts <= LONGEST:
            raise SettingsError("a link is good for 1 minute at least and 24 hours at most")
        state, session = secrets.token_urlsafe(32), secrets.token_urlsafe(32) if bound else ""
        url = self._office.url(marketplace, state)
        now = self._clock.now()
        await self._ledger.issue_state(
            IssuedState(_digest(state), self.applicant.name, now, now + lasts, _digest(session))
        )
        return Link(url, now + lasts, session)

    async def finish(self, redirected: str, *, session: str = "") -> Consent:
        """Take over the consent from the address that Amazon sent the browser to.

        The state is used up first, so that a redirect is tried once; then the code is exchanged, the token
        stored in the block, and the consent recorded.

        Raises:
            ConsentFailed: it cannot be used; the message says why and who acts next.
            WrongCredentials: Amazon refuses the client id or secret.
        """
        redirect = read_redirect(redirected)
        name, now = self.applicant.name, self._clock.now()
        used = await self._ledger.use_state(
            _digest(redirect.state), seller=name, session=_digest(session), now=now
        )
        refuse_state(used, name)
        refuse_redirect(redirect, name, self.applicant.seller_id)
        token = await self._exchanged(redirect.code)
        consent = Consent(
            self._account(redirect.seller_id), name, now, consent_expires(now), ConsentWay.WEBSITE
        )
        await self._store(token, consent)
        return consent

    async def record(
        self,
        token: SecretStr | None,
        *,
        granted: date,
        seller_id: str = "",
        ends: bool = True,
    ) -> Consent:
        """Take over a self-authorised token, once Amazon has taken it; None: the stored one, only its date.

        ``ends`` says whether this consent ends after a year, as those to public applications do.

        Raises:
            SettingsError: the date or the seller id cannot be, or there is no stored token.
            AccessDenied: Amazon does not take the token.
        """
        applicant = self.applicant
        if granted > self._clock.now().date():
            raise SettingsError(f"--granted {granted}: that day is still to come")
        if applicant.seller_id and seller_id not in {"", applicant.seller_id}:
            raise SettingsError(
                f"seller account {applicant.name} is that of {applicant.seller_id}, not of {seller_id}; nothing was stored"
            )
        account = seller_id or applicant.seller_id
        if not account:
            raise SettingsError(
                f"seller account {applicant.name} has no seller id: give it with --seller-id (the merchant token)"
            )
        moment = datetime.combine(granted, time(), UTC)
        expires = consent_expires(moment) if ends else None
        consent = Consent(self._account(SellerId(account)), applicant.name, moment, expires, ConsentWay.SELF)
        if token is None:
            if not (applicant.has_token and applicant.seller_id):
                raise SettingsError(
                    f"seller account {applicant.name} has no stored token of a known seller: leave out --stored"
                )
            await self._ledger.record_consent(consent)
        else:
            await self._office.try_token(token)
            await self._store(token, consent)
        return consent

    async def _exchanged(self, code: SecretStr) -> SecretStr:
        try:
            return await self._office.exchange(code)
        except ConsentFailed as error:
            raise ConsentFailed(f"{error}: {begin_again(self.applicant.name)}", fixer=error.fixer) from None

    async def _store(self, token: SecretStr, consent: Consent) -> None:
        # The token first: without its date it works, and the date without it would lie.
        await self._keep(consent.account.seller_id, token)
        try:
            await self._ledger.record_consent(consent)
        except LedgerUnavailable as error:
            name = self.applicant.name
            raise ConsentFailed(
                f"the token is stored in seller account {name}, but not since when it is good ({error}): "
                f"'dockwire consent record {name} --stored --granted {consent.granted:%Y-%m-%d}' completes it"
            ) from None

    def _account(self, seller_id: SellerId) -> AccountKey:
        applicant = self.applicant
        return AccountKey(
            application_id=applicant.application_id, seller_id=seller_id, region=applicant.region
        )


def ended(error: DockwireError) -> bool:
    """Say whether an error ends the way of a link: nothing that comes from it later can help."""
    return not isinstance(error, ConsentFailed) or error.spent


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest() if secret else ""
