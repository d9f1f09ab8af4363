"""``dockwire simulate``: remote systems in a process of one's own, for trials and demonstrations."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from dockwire.cli import say
from dockwire.clock import SystemClock
from dockwire.simulators.amazon import World, build_app, serve
from dockwire.simulators.amazon.consent_pages import CONSENT_PATH
from dockwire.simulators.amazon.listing_loading import load_offers, read_offers
from dockwire.simulators.amazon.loading import read_orders

app = typer.Typer(no_args_is_help=True, help="Run a simulated remote system.")


class Quota(StrEnum):
    """Whether the simulator throttles as Amazon documents it."""

    OFF = "off"
    DOCUMENTED = "documented"


@app.callback()
def simulate() -> None:
    """Run a simulated remote system."""


@app.command()
def amazon(
    *,
    port: Annotated[
        int, typer.Option(help="Port to listen on; 0 takes a free one.", min=0, max=65535)
    ] = 8601,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    seed: Annotated[int, typer.Option(help="Same seed, same orders.")] = 1,
    orders: Annotated[int, typer.Option(help="Number of seeded orders (US, CA and DE).", min=0)] = 0,
    orders_file: Annotated[
        Path | None, typer.Option(help="Orders in Amazon's JSON shape to start with.")
    ] = None,
    listings_file: Annotated[
        Path | None, typer.Option(help="Listings to start with beside the seeded ones, as a JSON list.")
    ] = None,
    quota: Annotated[Quota, typer.Option(help="Throttle by Amazon's documented plans, or not.")] = Quota.OFF,
    control: Annotated[
        bool, typer.Option(help="Open /_sim for inspection and faults; for loopback only.")
    ] = False,
    seller: Annotated[
        list[str] | None,
        typer.Option(metavar="ID=CODES", help="One more seller, without consent yet, such as A2NEW=DE,FR."),
    ] = None,
    redirect_uri: Annotated[
        list[str] | None, typer.Option(help="One more redirect URI that is registered for the application.")
    ] = None,
    draft: Annotated[bool, typer.Option("--draft", help="The application is still a draft.")] = False,
    json_output: Annotated[bool, typer.Option("--json", help="Print one line of JSON.")] = False,
) -> None:
    """Serve a simulated Amazon Selling Partner API until interrupted."""
    world = World(seed, clock=SystemClock(), quota=quota.value)
    world.application.draft = draft
    world.application.redirect_uris += tuple(redirect_uri or ())
    try:
        for wish in seller or ():
            _add_seller(world, wish)
        # The files first: a bad one should be reported before anything else takes time.
        load_offers(world, read_offers(listings_file) if listings_file else [])
        world.load_orders(read_orders(orders_file) if orders_file else [])
    except ValueError as problem:
        say.fail(str(problem), say.MISUSED)
    world.populate(orders)

    def announce(url: str) -> None:
        (_announce_json if json_output else _announce)(world, url, control=control)

    try:
        serve(build_app(world, control=control), host=host, port=port, announce=announce)
    except OSError as problem:
        say.fail(f"cannot listen on {host}:{port} ({problem.strerror})", say.MISUSED)


def _add_seller(world: World, wish: str) -> None:
    seller_id, _, codes = wish.partition("=")
    if not seller_id:
        raise ValueError(f"--seller {wish}: write ID=CODES, such as A2NEW=DE,FR")
    try:
        world.add_seller(seller_id, tuple(codes.upper().split(","))).consent = False
    except ValueError as problem:
        raise ValueError(f"--seller {wish}: {problem}") from None


def _announce_json(world: World, url: str, *, control: bool) -> None:
    application = world.application
    sellers = [
        {
            "id": seller.id,
            "region": seller.region,
            "refresh_token": seller.refresh_token,
            "marketplaces": [code for code in seller.participations if seller.sells_in(code)],
        }
        for seller in world.sellers.values()
    ]
    line = {
        "url": url,
        "token_url": f"{url}/auth/o2/token",
        "control": f"{url}/_sim" if control else None,
        "orders": len(world.orders),
        "application_id": application.application_id,
        "client_id": application.client_id,
        "client_secret": application.client_secret,
        "seller_central": url,
        "redirect_uris": list(application.redirect_uris),
        "sellers": sellers,
    }
    print(json.dumps(line), flush=True)


def _announce(world: World, url: str, *, control: bool) -> None:
    application = world.application
    lines = [
        f"Simulated Amazon Selling Partner API on {url} with {len(world.orders)} orders.",
        f"Tokens: {url}/auth/o2/token   Regions also under {url}/na, /eu and /fe.",
        *([f"Control: {url}/_sim/state"] if control else []),
        f"Consent: {url}{CONSENT_PATH}, back to {' or '.join(application.redirect_uris)}",
        "Invented credentials, good for this server only:",
        f"  client id      {application.client_id}",
        f"  client secret  {application.client_secret}",
    ]
    for seller in world.sellers.values():
        codes = " ".join(code for code in seller.participations if seller.sells_in(code))
        token = seller.refresh_token if seller.consent else "has not consented"
        lines.append(f"  {seller.region} {seller.id}  {token}  ({codes})")
    print("\n".join([*lines, "Ctrl-C ends it."]), flush=True)
