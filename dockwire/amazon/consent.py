"""Consent at Amazon: the link for the seller, and the code that comes back.

Source: Selling Partner API documentation, "Website authorization workflow".
"""

from urllib.parse import urlencode

import httpx
from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from dockwire.access import ApplicationAccess
from dockwire.amazon.auth import LoginWithAmazon, refusal_of, told
from dockwire.amazon.client import user_agent
from dockwire.amazon.credentials import AmazonCredentials
from dockwire.clock import Clock
from dockwire.errors import ConsentFailed, SettingsError, WrongCredentials
from dockwire.model.marketplaces import Marketplace
from dockwire.transport import address, ssl_context

_TIMEOUT = httpx.Timeout(40.0, connect=10.0)
_TRIES = 3
_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout)
"""Nothing left this machine, so the code is as good as before."""


class _Granted(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)

    refresh_token: SecretStr


class AmazonConsent:
    """Implements ``ConsentOffice`` over HTTP."""

    def __init__(
        self,
        application: ApplicationAccess,
        *,
        token_url: str,
        clock: Clock,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Act for ``application``, with Login with Amazon at ``token_url``.

        Raises:
            SettingsError: that is no address.
        """
        self._application = application
        self._url = address(token_url, name="token_url")
        self._clock = clock
        self._client = httpx.AsyncClient(
            transport=transport,
            verify=ssl_context(),
            timeout=_TIMEOUT,
            headers={"user-agent": user_agent(), "accept": "application/json"},
        )

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    def url(self, marketplace: Marketplace, state: str) -> str:
        """See the port."""
        application = self._application
        if not application.redirect_uri:
            raise SettingsError(
                f"application {application.name} has no redirect_uri, to which Amazon sends the seller's browser: "
                "give the seller account an application from a table [applications.NAME] with the redirect_uri that is "
                "registered at Amazon, or take a self-authorised token with 'dockwire consent record'"
            )
        query = {
            "application_id": application.application_id,
            "state": state,
            "redirect_uri": application.redirect_uri,
            **({"version": "beta"} if application.draft else {}),
        }
        place = (application.seller_central or marketplace.seller_central).rstrip("/")
        return f"{place}/apps/authorize/consent?{urlencode(query)}"

    async def exchange(self, code: SecretStr) -> SecretStr:
        """See the port."""
        answer = await self._ask_once(
            {
                "grant_type": "authorization_code",
                "code": code.get_secret_value(),
                "redirect_uri": self._application.redirect_uri,
                "client_id": self._application.client_id,
                "client_secret": self._application.client_secret.get_secret_value(),
            }
        )
        if answer.status_code != httpx.codes.OK:
            raise _refused(answer)
        try:
            return _Granted.model_validate_json(answer.content).refresh_token
        except ValidationError:
            raise _lost("it answered without a refresh token") from None

    async def try_token(self, token: SecretStr) -> None:
        """See the port."""
        credentials = AmazonCredentials(self._application.client_id, self._application.client_secret, token)
        await LoginWithAmazon(credentials, client=self._client, url=self._url).ask()

    async def _ask_once(self, form: dict[str, str]) -> httpx.Response:
        """Send the form, again only while it has certainly not left: a second use would kill the code."""
        for attempt in range(_TRIES):
            try:
                return await self._client.post(self._url, data=form)
            except _UNSENT as error:
                if attempt == _TRIES - 1:
                    raise _lost(f"it cannot be reached ({type(error).__name__})", used=False) from None
                await self._clock.sleep(2.0**attempt)
            except httpx.HTTPError as error:
                raise _lost(f"its answer was lost ({type(error).__name__})") from None
        raise AssertionError("the loop returns or raises")


def _refused(answer: httpx.Response) -> Exception:
    code, words = told(answer)
    if code == "invalid_grant":
        what = "redirect_uri" if words.rstrip().endswith("redirect_uri") else "code"
        sentences = {
            "redirect_uri": "Amazon refuses the redirect_uri: it is not the one that the code was given for",
            "code": "Amazon refuses the authorization code: it was used before or is older than five minutes",
        }
        return ConsentFailed(f"{sentences[what]}; nothing was stored")
    refusal = refusal_of(answer)
    if isinstance(refusal, WrongCredentials):
        return refusal
    return _lost(f"it answered {answer.status_code}")


def _lost(why: str, *, used: bool = True) -> ConsentFailed:
    state = "the authorization code counts as used" if used else "the authorization code was not used"
    return ConsentFailed(f"Login with Amazon gave no token: {why}; {state}, nothing was stored")
