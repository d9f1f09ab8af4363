"""Consents: who may act for a seller, since when and until when; the secrets of applications."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from dockwire.model.connection import AccountKey


class ConsentWay(StrEnum):
    """How a seller authorised the application."""

    WEBSITE = "website"
    """On Amazon's consent page, with a redirect back to us."""
    SELF = "self"
    """In the developer console, where a refresh token is shown to be copied."""


@dataclass(frozen=True, slots=True)
class Consent:
    """A seller's consent to an application for one region; all marketplaces there share it."""

    account: AccountKey
    seller: str
    """Name of the seller account's block, for commands that people are told."""
    granted: datetime
    expires: datetime | None
    """None: it does not end by itself."""
    how: ConsentWay


@dataclass(frozen=True, slots=True)
class ClientSecret:
    """The client secret of an application, without the secret."""

    application: str
    """Name of the application's block."""
    application_id: str
    changed: date
    """When Amazon issued it."""


class StateAnswer(StrEnum):
    """What the ledger says to a state that came back from Amazon."""

    OURS = "ours"
    """Issued for this seller, in time, and used up by this very question."""
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    USED = "used"
    OTHER_SELLER = "other_seller"
    OTHER_BROWSER = "other_browser"
    """It is bound to a browser session, and this is not that one."""


@dataclass(frozen=True, slots=True)
class UsedState:
    """An answer, and for which seller account's block the state was issued."""

    answer: StateAnswer
    seller: str = ""


@dataclass(frozen=True, slots=True)
class IssuedState:
    """A state on its way to Amazon, as the ledger keeps it: digests, never the values."""

    digest: str
    seller: str
    issued: datetime
    expires: datetime
    session: str = ""
    """Digest of the browser session that alone may bring it back; empty: any may."""
