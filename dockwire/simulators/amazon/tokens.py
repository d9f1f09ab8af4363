"""Login with Amazon: who gets an access token, for what, and for how long.

Grants, lifetimes and refusals follow the Selling Partner API documentation ("Connecting to the
Selling Partner API", "Website authorization workflow", "Grantless operations") and the error texts
that users have reported.
"""

import base64
import hashlib
import hmac
import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from dockwire.clock import Clock
from dockwire.simulators.amazon import errors
from dockwire.simulators.amazon.accounts import Application, Seller

ACCESS_LIFETIME = timedelta(seconds=3600)
CODE_LIFETIME = timedelta(minutes=5)

SCOPES = frozenset(
    {
        "sellingpartnerapi::notifications",
        "sellingpartnerapi::client_credential:rotation",
        "sellingpartnerapi::shipments:track",
    }
)
"""Scopes of grantless operations."""

FOREIGN_REFRESH_TOKEN = "Atzr|simulated-of-another-application"  # noqa: S105 - a well-known wrong one
"""A refresh token that exists but was given to another application."""


@dataclass(eq=False)
class TokenRefusal(Exception):
    """A refused token request; becomes ``{"error", "error_description"}``."""

    status: int
    error: str
    description: str


@dataclass(frozen=True, slots=True)
class AccessToken:
    """An access token; ``seller_id`` is absent from grantless ones."""

    value: str
    seller_id: str | None
    expires: datetime


@dataclass(frozen=True, slots=True)
class _Code:
    seller_id: str
    redirect_uri: str
    expires: datetime


class TokenOffice:
    """Issues and recognises tokens; the state of the token endpoint."""

    def __init__(
        self, application: Application, sellers: Mapping[str, Seller], *, clock: Clock, key: bytes
    ) -> None:
        self.application = application
        self.sellers = sellers
        self._clock = clock
        self._key = key
        self._counter = itertools.count(1)
        self._access: dict[str, AccessToken] = {}
        self._codes: dict[str, _Code] = {}
        self._granted: dict[str, str] = {}

    def authorization_code(self, seller_id: str, redirect_uri: str | None = None) -> str:
        """Let a seller consent, as on the website, and return the code for the redirect.

        Raises:
            ValueError: the redirect URI is not registered for the application.
        """
        uri = redirect_uri or self.application.redirect_uris[0]
        if uri not in self.application.redirect_uris:
            raise ValueError(f"{uri!r} is not a redirect URI of the application")
        self.sellers[seller_id].consent = True
        code = self._new("AN")
        self._codes[code] = _Code(seller_id, uri, self._clock.now() + CODE_LIFETIME)
        return code

    def answer(self, form: Mapping[str, str]) -> dict[str, object]:
        """Answer a token request.

        Raises:
            TokenRefusal: the request is refused.
        """
        grants = {
            "refresh_token": self._by_refresh_token,
            "authorization_code": self._by_code,
            "client_credentials": self._grantless,
        }
        kind = form.get("grant_type")
        if not kind:
            raise _missing("grant_type")
        if kind not in grants:
            raise TokenRefusal(400, "unsupported_grant_type", UNSUPPORTED_GRANT)
        self._check_client(form)
        return grants[kind](form)

    def seller_of(self, token: str | None) -> Seller:
        """Return the seller an access token speaks for.

        Raises:
            Refusal: 403, with the details Amazon gives.
        """
        if not token:
            raise errors.access_denied(errors.TOKEN_MISSING)
        known = self._access.get(token)
        if known is None:
            raise errors.access_denied(errors.TOKEN_INVALID)
        if known.expires <= self._clock.now():
            raise errors.access_denied(errors.TOKEN_EXPIRED)
        if self.application.secret_expired:
            raise errors.access_denied(errors.SECRET_EXPIRED)
        seller = self.sellers.get(known.seller_id) if known.seller_id else None
        if seller is None:
            raise errors.access_denied()
        if not seller.consent:
            raise errors.access_denied(errors.TOKEN_INVALID)
        return seller

    def _check_client(self, form: Mapping[str, str]) -> None:
        for name in ("client_id", "client_secret"):
            if not form.get(name):
                raise _missing(name)
        fits = (form["client_id"], form["client_secret"]) == (
            self.application.client_id,
            self.application.client_secret,
        )
        if not fits or self.application.secret_expired:
            raise TokenRefusal(401, "invalid_client", "Client authentication failed")

    def _by_refresh_token(self, form: Mapping[str, str]) -> dict[str, object]:
        token = form.get("refresh_token")
        if not token:
            raise _missing("refresh_token")
        if token == FOREIGN_REFRESH_TOKEN:
            raise TokenRefusal(400, "unauthorized_client", "Not authorized for requested operation")
        seller = self._owner(token)
        if seller is None or not seller.consent:
            raise _bad_grant("refresh_token. User may have revoked or didn't grant the permission.")
        return self._issue(seller.id, token)

    def _by_code(self, form: Mapping[str, str]) -> dict[str, object]:
        code = form.get("code")
        if not code:
            raise _missing("code")
        known = self._codes.pop(code, None)
        if known is None or known.expires <= self._clock.now():
            raise _bad_grant("code")
        if form.get("redirect_uri", known.redirect_uri) != known.redirect_uri:
            raise _bad_grant("redirect_uri")
        refresh = self._new("Atzr|")
        self._granted[refresh] = known.seller_id
        return self._issue(known.seller_id, refresh)

    def _grantless(self, form: Mapping[str, str]) -> dict[str, object]:
        if "refresh_token" in form:
            raise TokenRefusal(400, "invalid_request", "A grantless request carries no refresh_token")
        scopes = set(form.get("scope", "").split())
        if not scopes or not scopes <= SCOPES:
            raise TokenRefusal(400, "invalid_scope", "The request has an invalid scope parameter")
        return self._issue(None, None)

    def _owner(self, refresh_token: str) -> Seller | None:
        if refresh_token in self._granted:
            return self.sellers.get(self._granted[refresh_token])
        own = (seller for seller in self.sellers.values() if seller.refresh_token == refresh_token)
        return next(own, None)

    def _issue(self, seller_id: str | None, refresh_token: str | None) -> dict[str, object]:
        now = self._clock.now()
        # Long dead tokens would only fill the memory of a server that runs for weeks.
        self._access = {v: t for v, t in self._access.items() if t.expires > now - timedelta(days=1)}
        token = AccessToken(self._new("Atza|"), seller_id, now + ACCESS_LIFETIME)
        self._access[token.value] = token
        answer: dict[str, object] = {
            "access_token": token.value,
            "token_type": "bearer",
            "expires_in": int(ACCESS_LIFETIME.total_seconds()),
        }
        return answer | ({"refresh_token": refresh_token} if refresh_token else {})

    def _new(self, prefix: str) -> str:
        digest = hmac.digest(self._key, f"{prefix}{next(self._counter)}".encode(), hashlib.sha256)
        return prefix + base64.urlsafe_b64encode(digest).decode().rstrip("=")


UNSUPPORTED_GRANT = "The authorization grant type is not supported by the authorization server"


def _missing(parameter: str) -> TokenRefusal:
    return TokenRefusal(400, "invalid_request", f"The request is missing a required parameter : {parameter}")


def _bad_grant(what: str) -> TokenRefusal:
    return TokenRefusal(400, "invalid_grant", f"The request has an invalid grant parameter : {what}")
