"""Seller Central's consent page: sign in, see what the application wants, allow it or not.

Addresses, parameters and error codes: Selling Partner API documentation, "Website authorization
workflow" and "Authorization errors". What a refusal by the seller does is documented nowhere: see the
switch ``cancelled_consent_redirects``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dockwire.simulators.amazon.consent_pages import cancelled_page, consent_page, error_page, sign_in_page
from dockwire.simulators.amazon.world import World

_PARAMETERS = ("application_id", "state", "redirect_uri", "version")


@dataclass(eq=False)
class _NoConsent(Exception):
    """There is no consent to be had: Amazon's code for it, and why."""

    code: str
    sentence: str


async def answer_consent(world: World, request: Request) -> Response:
    """Answer the consent link, and the forms of its pages."""
    given = dict(request.query_params)
    if request.method == "POST":
        given = dict(parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True))
    try:
        return _answer(world, given)
    except _NoConsent as refusal:
        return error_page(refusal.code, refusal.sentence)


def _answer(world: World, given: Mapping[str, str]) -> Response:
    wish = {name: given[name] for name in _PARAMETERS if name in given}
    redirect_uri = _checked(world, wish)
    step = given.get("step", "")
    if not step:
        return sign_in_page(world.sellers.values(), wish)
    seller = world.sellers.get(given.get("seller", ""))
    if seller is None:
        raise _NoConsent("", "There is no such seller account.")
    if step == "sign-in":
        if given.get("primary") != "yes":
            raise _NoConsent("SPDC8143", "Only the primary user of the account can authorize applications.")
        return consent_page(world.application, seller, wish)
    if step != "allow":
        if not world.switches.cancelled_consent_redirects:
            return cancelled_page()
        return _redirect(redirect_uri, {"error": "access_denied", "state": wish["state"]})
    code = world.tokens.authorization_code(seller.id, redirect_uri)
    told = {"state": wish["state"], "selling_partner_id": seller.id, "spapi_oauth_code": code}
    return _redirect(redirect_uri, told)


def _checked(world: World, wish: Mapping[str, str]) -> str:
    """Return where the browser goes in the end."""
    application = world.application
    if wish.get("application_id") != application.application_id:
        raise _NoConsent("", "There is no application with this id.")
    if not wish.get("state"):
        raise _NoConsent("", "The request has no state.")
    if application.draft and wish.get("version") != "beta":
        raise _NoConsent("MD1000", "The application is a draft.")
    if not application.redirect_uris:
        raise _NoConsent("MD9100", "The application has no login URI and no redirect URI.")
    uri = wish.get("redirect_uri") or application.redirect_uris[0]
    if "#" in uri:
        raise _NoConsent("MD5110", "The redirect URI contains a '#'.")
    if uri not in application.redirect_uris:
        raise _NoConsent("MD5101", f"The redirect URI {uri} is not one of the application's.")
    return uri


def _redirect(uri: str, told: Mapping[str, str]) -> Response:
    return RedirectResponse(f"{uri}{'&' if '?' in uri else '?'}{urlencode(told)}", 302)
