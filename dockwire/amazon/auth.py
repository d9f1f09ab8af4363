"""Login with Amazon: where access tokens come from, and what its refusals mean.

Source: Selling Partner API documentation, "Connecting to the Selling Partner API"; error texts as
reported publicly.
"""

from datetime import timedelta

import httpx
from pydantic import ValidationError

from dockwire.amazon.credentials import AmazonCredentials
from dockwire.clock import Clock
from dockwire.errors import ConsentRevoked, RemoteError, Unavailable, WrongCredentials
from dockwire.transport import Granted, TokenKeeper, redacted

_OPERATION = "token"
_EARLY = timedelta(seconds=60)
_LIFE = timedelta(hours=1)


class LoginWithAmazon:
    """Exchanges a seller's refresh token for access tokens."""

    def __init__(self, credentials: AmazonCredentials, *, client: httpx.AsyncClient, url: httpx.URL) -> None:
        self._credentials = credentials
        self._client = client
        self._url = url

    def keeper(self, clock: Clock) -> TokenKeeper:
        """Return the keeper of the seller's access token."""
        return TokenKeeper(self.ask, clock=clock, early=_EARLY, life=_LIFE)

    async def ask(self) -> Granted:
        """Return a new access token.

        Raises:
            ConsentRevoked: the seller has to authorise the application again.
            WrongCredentials: the client id or secret is wrong or expired.
            Unavailable: the token endpoint did not answer properly.
        """
        form = {
            "grant_type": "refresh_token",
            "refresh_token": self._credentials.refresh_token.get_secret_value(),
            "client_id": self._credentials.client_id,
            "client_secret": self._credentials.client_secret.get_secret_value(),
        }
        try:
            answer = await self._client.post(self._url, data=form)
        except httpx.HTTPError as error:
            raise Unavailable(
                f"Login with Amazon does not answer ({type(error).__name__})",
                system="amazon",
                operation=_OPERATION,
            ) from None
        if answer.status_code == httpx.codes.OK:
            try:
                return Granted.model_validate_json(answer.content)
            except ValidationError:
                pass
        raise refusal_of(answer)


def refusal_of(answer: httpx.Response) -> RemoteError:
    """Return what an answer without a token means."""
    code, words = told(answer)
    kind, message = _MEANING.get(
        code, (Unavailable, "Login with Amazon gave no token" + (f": {redacted(words)}" if words else ""))
    )
    return kind(
        message,
        system="amazon",
        operation=_OPERATION,
        status=answer.status_code,
        vendor_code=code or None,
        request_id=answer.headers.get("x-amzn-requestid"),
    )


def told(answer: httpx.Response) -> tuple[str, str]:
    """Return the error code and the words of an answer, empty where it has none."""
    try:
        body = answer.json()
        return str(body.get("error") or ""), str(body.get("error_description") or "")
    except (ValueError, AttributeError):
        return "", ""


_MEANING: dict[str, tuple[type[RemoteError], str]] = {
    "invalid_grant": (
        ConsentRevoked,
        "the seller's consent is revoked, has ended or was never given: let the seller authorise the application "
        "again ('dockwire consent url SELLER --marketplace CODE --again' prints the link), which gives a new refresh "
        "token",
    ),
    "invalid_client": (
        WrongCredentials,
        "Amazon does not accept the client id and secret: check both, and whether the secret is older than "
        "180 days and has to be changed ('dockwire consent list' counts the days)",
    ),
    "unauthorized_client": (
        WrongCredentials,
        "the refresh token belongs to another application: use the client id and secret it was granted to",
    ),
    "access_denied": (
        WrongCredentials,
        "Login with Amazon denies this application access: look at its state in the developer console",
    ),
    "unsupported_grant_type": (
        WrongCredentials,
        "Login with Amazon does not take this kind of grant: check the token address",
    ),
    "invalid_request": (
        WrongCredentials,
        "Login with Amazon misses a field: check the seller account's block",
    ),
}
