"""``dockwire consent``: a seller lets the application act for it, and how long that is good."""

import os
import signal
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import SecretStr, TypeAdapter, ValidationError

from deployments.at_hand import beside_prefect
from dockwire.access import RefreshToken
from dockwire.cli import say
from dockwire.errors import SettingsError
from dockwire.model.consent import Consent
from dockwire.model.marketplaces import Marketplace
from dockwire.model.marketplaces import marketplace as find_marketplace
from dockwire.settings import explain

if TYPE_CHECKING:
    from deployments.consent_receiver import Receiver

app = typer.Typer(no_args_is_help=True, help="Get sellers' consent, and see how long it is good.")

_MINUTES = 10
_DAY = 24 * 60

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Seller = Annotated[str, typer.Argument(metavar="SELLER", help="Name of the seller account, [sellers.NAME].")]
Code = Annotated[
    str,
    typer.Option(
        "--marketplace", help="Marketplace in whose Seller Central the seller signs in, such as DE."
    ),
]
Minutes = Annotated[
    int,
    typer.Option(
        "--minutes", min=1, max=_DAY, help="How long the link is good; 1440 for one that is mailed."
    ),
]
Again = Annotated[bool, typer.Option("--again", help="Also where there is a consent already.")]


@app.command()
@say.plainly
def url(
    seller: Seller,
    marketplace: Code,
    minutes: Minutes = _MINUTES,
    again: Again = False,
    as_json: Json = False,
) -> None:
    """Print the link under which the seller consents; 'finish' takes what comes back."""
    from deployments.consent_desk import opened_desk

    place = _marketplace(marketplace)

    async def link() -> dict[str, Any]:
        async with opened_desk(seller) as opened:
            if not again and (covered := await opened.desk.covered(place)):
                return _covered(seller, place, covered.until)
            made = await opened.desk.begin(place, lasts=timedelta(minutes=minutes))
            return {"needed": True, "seller": seller, "url": made.url, "ends": _moment(made.ends)}

    told = beside_prefect(link)
    if as_json:
        say.data(told)
    elif told["needed"]:
        say.line(told["url"])
        say.line(
            f"good until {told['ends']}; sign in as the account's primary user and press 'Allow', then give the"
        )
        say.line(
            f"address that the browser ends at to 'dockwire consent finish {seller}' within five minutes"
        )
    else:
        say.line(told["sentence"])


@app.command()
@say.plainly
def receive(
    seller: Seller,
    marketplace: Code,
    minutes: Minutes = _MINUTES,
    again: Again = False,
    as_json: Json = False,
) -> None:
    """Print an address to open in a browser of this machine, and wait until the seller has consented."""
    place = _marketplace(marketplace)
    waiting: list[Receiver] = []

    def announce(receiver: "Receiver", ends: datetime) -> None:
        waiting.append(receiver)
        if as_json:
            say.data({"open": receiver.address, "ends": _moment(ends)})
        else:
            say.line(f"open {receiver.address}")
            say.line(
                f"in a browser of this machine before {_moment(ends)}, sign in as the account's primary user"
            )
            say.line("and press 'Allow'; Ctrl-C ends the waiting")

    for ask in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(ask) is not signal.SIG_IGN:
            # asyncio ends the loop in order at Ctrl-C; an exception from here would end it at any point.
            signal.signal(ask, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        told = beside_prefect(lambda: _received(seller, place, minutes, announce, again=again))
    except KeyboardInterrupt:
        say.fail(f"stopped; {waiting[0].unstored if waiting else 'nothing was stored'}")
    if isinstance(told, Consent):
        _tell(told, as_json=as_json)
    elif as_json:
        say.data(told)
    else:
        say.line(told["sentence"])


async def _received(
    seller: str, place: Marketplace, minutes: int, announce: Any, *, again: bool
) -> Consent | dict[str, Any]:
    from deployments.consent_desk import opened_desk
    from deployments.consent_receiver import Receiver

    async with opened_desk(seller) as opened:
        desk = opened.desk
        if not again and (covered := await desk.covered(place)):
            return _covered(seller, place, covered.until)
        link = await desk.begin(place, lasts=timedelta(minutes=minutes), bound=True)
        receiver = Receiver(
            link,
            opened.application.redirect_uri,
            finish=lambda address, session: desk.finish(address, session=session),
            clock=opened.clock,
        )
        announce(receiver, link.ends)
        return await receiver.wait()


@app.command()
@say.plainly
def finish(
    seller: Seller,
    redirected: Annotated[
        str, typer.Option(metavar="URL", help="Address that the browser ended at; asked for when left out.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Take the consent over from the address that the browser ended at."""
    from deployments.consent_desk import opened_desk

    address = redirected or typer.prompt("Address that the browser ended at", err=True)

    async def work() -> Consent:
        async with opened_desk(seller) as opened:
            return await opened.desk.finish(address)

    _tell(beside_prefect(work), as_json=as_json)


@app.command()
@say.plainly
def record(
    seller: Seller,
    granted: Annotated[
        datetime,
        typer.Option(formats=["%Y-%m-%d"], help="Day on which the seller authorised the application."),
    ],
    seller_id: Annotated[
        str, typer.Option(help="The seller's merchant token, where it is not known yet.")
    ] = "",
    token_env: Annotated[
        str,
        typer.Option(metavar="NAME", help="Environment variable with the token; asked for when left out."),
    ] = "",
    stored: Annotated[
        bool, typer.Option("--stored", help="Keep the stored token, record only its day.")
    ] = False,
    private: Annotated[
        bool,
        typer.Option("--private", help="The application is private: this consent does not end by itself."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Store the refresh token of a self-authorised application, or since when the stored one is good."""
    from deployments.consent_desk import opened_desk

    token = None if stored else _token(token_env)

    async def work() -> Consent:
        async with opened_desk(seller) as opened:
            return await opened.desk.record(
                token, granted=granted.date(), seller_id=seller_id, ends=not private
            )

    _tell(beside_prefect(work), as_json=as_json)


@app.command("list")
@say.plainly
def list_consents(as_json: Json = False) -> None:
    """List sellers' consents and applications' secrets with the days they are still good."""
    from deployments.consent_desk import describe_consents

    told = beside_prefect(describe_consents)
    if as_json:
        say.data(told)
        return
    for rows in told.values():
        say.table([{name: "" if value is None else value for name, value in row.items()} for row in rows])
        if rows:
            say.line()
    if not told["consents"]:
        say.line("no seller account is stored; 'dockwire apply FILE' stores some")
    for row in told["consents"]:
        if row["state"] == "date not known":
            say.line(
                f"since when {row['seller']} has consent is told by 'dockwire consent record {row['seller']} --stored "
                "--granted DAY'"
            )


def _token(variable: str) -> SecretStr:
    if variable and not os.environ.get(variable):
        raise SettingsError(f"environment variable {variable} is not set")
    text = os.environ[variable] if variable else typer.prompt("Refresh token", hide_input=True, err=True)
    try:
        return TypeAdapter(RefreshToken).validate_python(SecretStr(text.strip()))
    except ValidationError as error:
        raise SettingsError(f"the token {explain(error).removeprefix('(whole): ')}") from None


def _marketplace(code: str) -> Marketplace:
    try:
        return find_marketplace(code)
    except KeyError as error:
        raise SettingsError(f"--marketplace: {error.args[0]}") from None


def _covered(seller: str, place: Marketplace, until: datetime | None) -> dict[str, Any]:
    good = f" until {until:%Y-%m-%d}" if until else ""
    return {
        "needed": False,
        "seller": seller,
        "until": f"{until:%Y-%m-%d}" if until else None,
        "sentence": f"no new consent is needed: {seller} has consent for all marketplaces of region {place.region}, "
        f"{place.code} too{good} (--again asks for one all the same)",
    }


def _tell(consent: Consent, *, as_json: bool) -> None:
    account = consent.account
    expires = f"{consent.expires:%Y-%m-%d}" if consent.expires else None
    if as_json:
        say.data(
            {
                "seller": consent.seller,
                "seller_id": account.seller_id,
                "region": account.region.value,
                "how": consent.how.value,
                "granted": f"{consent.granted:%Y-%m-%d}",
                "expires": expires,
            }
        )
        return
    good = f"good until {expires}" if expires else "without an end"
    say.line(
        f"seller {account.seller_id} has authorised the application for region {account.region}, {good}; the token is "
        f"in seller account {consent.seller}"
    )
    say.line(
        "'dockwire connection check NAME' tries a connection; for one that waited for this 'dockwire deploy' makes the "
        "deployments, and a running 'dockwire up' does by itself"
    )


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
