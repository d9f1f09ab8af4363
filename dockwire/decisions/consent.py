"""Rules of consent: which application serves a region, and what a redirect from Amazon says.

Source: Selling Partner API documentation, "Website authorization workflow" and "Authorization errors".
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from pydantic import SecretStr

from dockwire.errors import ConsentFailed, Fixer
from dockwire.model.consent import StateAnswer, UsedState
from dockwire.model.ids import SellerId
from dockwire.model.marketplaces import Region

_CONSENT_PAGE = "/apps/authorize/consent"
_LONGEST_CODE = 40


@dataclass(frozen=True, slots=True)
class Redirect:
    """What Amazon's redirect says, read and not believed yet."""

    state: str = field(repr=False)
    seller_id: SellerId
    code: SecretStr
    error: str
    """An error code in place of seller and authorization code."""


def consent_needed(seller: str) -> str:
    """Return the sentence for a seller account without consent."""
    return (
        f"seller account {seller} waits for its seller's consent: 'dockwire consent receive {seller} "
        "--marketplace CODE' asks for it in a browser of this machine, 'dockwire consent url' prints a link to "
        "send, 'dockwire consent record' takes a self-authorised refresh token"
    )


def consent_newer(seller: str) -> str:
    """Return the sentence for a seller account whose file names a token that a consent replaced."""
    return (
        f"seller account {seller} keeps the refresh token of its last consent: the file names one that this consent "
        "replaced; leave refresh_token out of the file"
    )


def region_refusal(
    seller: str,
    region: Region,
    application: str,
    regions: Collection[Region],
    others: Mapping[str, Collection[Region]] | None = None,
) -> str:
    """Return why an application cannot act for a seller account, or nothing where it can.

    ``others`` are the regions of all known applications by name: one that serves the region is named.
    """
    if region in regions:
        return ""
    serving = sorted(name for name, served in (others or {}).items() if region in served)
    way = (
        f"name application {' or '.join(serving)}, which does"
        if serving
        else f"make an application with the developer account of region {region} and name that"
    )
    served = ", ".join(sorted(each.value for each in regions))
    return (
        f"seller account {seller} is of region {region}, which application {application} does not serve "
        f"(it serves {served}): {way}"
    )


def read_redirect(address: str) -> Redirect:
    """Read the address that Amazon sent the browser to.

    Raises:
        ConsentFailed: it is no such address.
    """
    try:
        parts = urlsplit("".join(address.split()))
    except ValueError:
        # Its text quotes the address, and with it the code.
        parts = urlsplit("")
    if parts.path.endswith(_CONSENT_PAGE):
        raise ConsentFailed(
            "this is the link that the seller opens; give the address that the browser shows after 'Allow'",
            spent=False,
        )
    given = parse_qs(parts.query)
    if any(len(values) > 1 for values in given.values()) or "state" not in given:
        raise ConsentFailed(
            "this is not the address that Amazon redirects to: it needs one state, one selling_partner_id and one "
            "spapi_oauth_code; copy the whole address that the browser shows after 'Allow'",
            spent=False,
        )
    told = {name: values[0] for name, values in given.items()}
    return Redirect(
        told["state"],
        SellerId(told.get("selling_partner_id", "")),
        SecretStr(told.get("spapi_oauth_code", "")),
        told.get("error", "") or told.get("error_code", ""),
    )


def refuse_state(used: UsedState, seller: str) -> None:
    """Refuse a state that the ledger does not give to this seller and browser.

    Raises:
        ConsentFailed: says why and who does what.
    """
    again = begin_again(seller)
    sentences = {
        StateAnswer.UNKNOWN: f"the state in this address was not issued here, or long ago: {again}",
        StateAnswer.EXPIRED: f"the link was opened too late, its time is over: {again}",
        StateAnswer.USED: f"this redirect was used already; each link is good once: {again}",
        StateAnswer.OTHER_SELLER: (
            f"this redirect belongs to seller account {used.seller}: give it to "
            f"'dockwire consent finish {used.seller}'"
        ),
        StateAnswer.OTHER_BROWSER: (
            "this redirect came from another browser than the one in which the printed address was opened, or "
            f"its 'dockwire consent receive' has ended: open that address in one browser and stay there, or {again}"
        ),
    }
    if used.answer is not StateAnswer.OURS:
        spent = used.answer in {StateAnswer.EXPIRED, StateAnswer.USED}
        raise ConsentFailed(sentences[used.answer], spent=spent)


def refuse_redirect(redirect: Redirect, seller: str, expected: str) -> None:
    """Refuse a redirect with an error, without a code, or of another seller than ``expected`` (if not empty).

    Raises:
        ConsentFailed: says why and who does what.
    """
    again = begin_again(seller)
    if redirect.error:
        sentence, fixer = _ERRORS.get(
            redirect.error,
            (f"Amazon redirected with the error {_printable(redirect.error)!r}", Fixer.ENGINEER),
        )
        raise ConsentFailed(f"{sentence}; nothing was stored. Then {again}", fixer=fixer)
    if not redirect.code.get_secret_value() or not redirect.seller_id:
        raise ConsentFailed(
            f"Amazon's redirect has no spapi_oauth_code or no selling_partner_id; nothing was stored: {again}"
        )
    if expected and redirect.seller_id != expected:
        raise ConsentFailed(
            f"the consent was given by seller {_printable(redirect.seller_id)}, but seller account {seller} is that "
            f"of {expected}; nothing was stored. Sign in to Seller Central as {expected}, or correct seller_id; "
            f"then {again}",
            fixer=Fixer.MERCHANT,
        )


def refuse_taken(seller: str, seller_id: str, others: Collection[str]) -> None:
    """Refuse a consent for ``seller`` whose seller ``others``, more seller accounts of the region, have already.

    Raises:
        ConsentFailed: there is such an account: taken twice, a seller's orders would go to the warehouse twice.
    """
    if not others:
        return
    known = " and ".join(sorted(others))
    raise ConsentFailed(
        f"the consent was given by seller {_printable(seller_id)}, which is seller account {known} already; nothing "
        f"was stored. If {seller} is another seller, that one signs in to Seller Central: {begin_again(seller)}; if "
        f"it is the same, let the connections name {known}, which covers all marketplaces of the region",
        fixer=Fixer.MERCHANT,
    )


def begin_again(seller: str) -> str:
    """Return what to do to begin anew."""
    return (
        f"begin again with 'dockwire consent url {seller} --marketplace CODE' or 'dockwire consent receive "
        f"{seller} --marketplace CODE'"
    )


def nobody_back(redirect_uri: str) -> str:
    """Return why Amazon perhaps never sent the browser back, as the end of a sentence: its own page alone says so."""
    return (
        f"; Amazon's page was opened, and nobody came back from it: if that page shows MD5101, register "
        f"{redirect_uri} for the application in the developer console, exactly so; docs/consent.md has other codes"
    )


def _printable(told: str) -> str:
    return "".join(letter for letter in told if letter.isascii() and letter.isprintable())[:_LONGEST_CODE]


_ERRORS = {
    "access_denied": (
        "the seller did not allow it on Amazon's page: ask the seller to allow it",
        Fixer.MERCHANT,
    ),
    "MD1000": (
        "Amazon says MD1000: the application is a draft; set draft = true in its table of the connections file "
        "and apply that file",
        Fixer.ENGINEER,
    ),
    "MD5101": (
        "Amazon says MD5101: redirect_uri is not one that is registered for the application; correct it here or "
        "register it in the developer console",
        Fixer.ENGINEER,
    ),
    "MD5110": ("Amazon says MD5110: redirect_uri contains '#'; take it out, here and there", Fixer.ENGINEER),
    "MD9100": (
        "Amazon says MD9100: the application has no login and redirect URI; register them in the developer console",
        Fixer.ENGINEER,
    ),
    "CONSENT_LIMIT_REACHED": (
        "Amazon says CONSENT_LIMIT_REACHED: an application that is not listed on the Appstore may be authorised by so "
        "many sellers and no more; list it there, or take back a consent that is not needed",
        Fixer.ENGINEER,
    ),
    "SPDC8143": (
        "Amazon says SPDC8143: only the account's primary user may consent; that user has to sign in",
        Fixer.MERCHANT,
    ),
}
