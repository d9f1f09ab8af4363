"""``dockwire stock``: what a SKU is to be offered at, and why; its tables are in ``stock_files``."""

from datetime import datetime
from typing import Annotated, Any

import typer

from dockwire.cli import say
from dockwire.cli.at_ledger import with_ledger
from dockwire.cli.stock_files import Name, aliases, rules
from dockwire.cli.stock_known import no_offer, registered
from dockwire.model.stock_book import OfferChoice, OfferRow, OfferState
from dockwire.ports import Ledger
from dockwire.reports.stock_words import IN_FEED, STATES

app = typer.Typer(no_args_is_help=True, help="Look at offered quantities, and change their rules.")
app.add_typer(rules, name="rules")
app.add_typer(aliases, name="aliases")

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
@say.plainly
def show(
    name: Name,
    sku: Annotated[str, typer.Argument(help="Amazon SKU, to the letter; all if unset.")] = "",
    withheld: Annotated[bool, typer.Option("--withheld", help="Only SKUs that get no quantity.")] = False,
    different: Annotated[
        bool, typer.Option("--different", help="Only SKUs for which Amazon has something else than wanted.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many.")] = 100,
    as_json: Json = False,
) -> None:
    """Show what SKUs are to be offered at, and why."""
    if bool(sku) + withheld + different > 1:
        say.fail("give a SKU, --withheld or --different, one of them at a time", say.MISUSED)
    rows = with_ledger(lambda ledger: _rows(ledger, name, sku, _choice(withheld, different), limit))
    cut, rows = len(rows) > limit, rows[:limit]
    if as_json:
        say.data([_values(row) for row in rows])
    elif sku:
        for row in rows:
            _tell(row)
    else:
        _list(rows, name, chosen=withheld or different)
    if cut:
        say.aside(f"these are the first {limit}; --limit shows more")


def _choice(withheld: bool, different: bool) -> OfferChoice:
    if withheld:
        return OfferChoice.WITHHELD
    return OfferChoice.DIFFERENT if different else OfferChoice.ALL


async def _rows(ledger: Ledger, name: str, sku: str, which: OfferChoice, limit: int) -> list[OfferRow]:
    """Return the rows asked for, and one more where there are more than ``limit``."""
    connection = await registered(ledger, name)
    rows = await ledger.offer_rows(connection.slug, sku=sku, which=which, limit=limit + 1)
    if sku and not rows:
        say.fail(await no_offer(ledger, connection, sku))
    return rows


def _list(rows: list[OfferRow], name: str, *, chosen: bool) -> None:
    say.table([_cells(row) for row in rows])
    nothing = "no SKU is like that" if chosen else "no offers are known yet"
    say.line(f"'dockwire stock show {name} SKU' says why" if rows else nothing)


def _cells(row: OfferRow) -> dict[str, str]:
    values = _values(row) | {"decided": _shown(row.decided)}
    names = ("sku", "amazon_has", "wanted", "state", "problem", "decided")
    return {name: "" if values[name] is None else str(values[name]) for name in names}


def _values(row: OfferRow) -> dict[str, Any]:
    """Return a row by the names of the JSON; None is what nobody knows and what there is none of."""
    offer = row.offer
    withheld = _withheld(row)
    return {
        "sku": offer.sku,
        "amazon_has": offer.quantity,
        "wanted": offer.wanted,
        "state": IN_FEED if offer.in_feed else offer.state.value,
        "problem": offer.problem.sentence if offer.problem else withheld.get("sentence"),
        "fixer": _somebody(offer.problem.fixer.value if offer.problem else withheld.get("fixer")),
        "decided": _moment(row.decided),
        "sent": offer.sent,
        "sent_at": _moment(offer.sent_at),
        "told": row.told or None,
        "why": row.why,
    }


def _withheld(row: OfferRow) -> dict[str, Any]:
    """Return why an offer gets no quantity, if it gets none."""
    reason = (row.why or {}).get("reason")
    return reason if isinstance(reason, dict) else {}


def _somebody(fixer: str | None) -> str | None:
    return None if fixer == "nobody" else fixer


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds")


def _shown(at: datetime | None) -> str | None:
    return None if at is None else f"{at:%Y-%m-%d %H:%M:%S} UTC"


def _tell(row: OfferRow) -> None:
    offer, values = row.offer, _values(row)
    say.line(row.told or f"{offer.sku}: nothing was decided yet")
    nothing = "not known" if offer.state is OfferState.SENT else "no quantity that the merchant set"
    lines = {
        "amazon has": nothing if offer.quantity is None else offer.quantity,
        "wanted": offer.wanted,
        "state": f"{values['state']}: {STATES[values['state']]}",
        "problem": offer.problem.sentence if offer.problem else None,
        "decided": _shown(row.decided),
        "sent": f"{offer.sent} at {_shown(offer.sent_at)}" if offer.sent_at else None,
    }
    for name, value in lines.items():
        if value is not None:
            say.line(f"  {name:11} {value}")
    if values["fixer"]:
        say.line(f"  who can fix it: {values['fixer']}")


@app.command()
@say.plainly
def retry(name: Name, sku: Annotated[str, typer.Argument(help="Only this Amazon SKU.")] = "") -> None:
    """Make refused quantities due at once."""

    async def make_due(ledger: Ledger) -> int:
        connection = await registered(ledger, name)
        count = await ledger.retry_offers(connection.slug, sku)
        if sku and not count and sku not in await ledger.offer_skus(connection.slug):
            say.fail(await no_offer(ledger, connection, sku))
        return count

    count = with_ledger(make_due)
    if not count:
        say.fail(f"{name} has no refused quantity{f' of SKU {sku!r}' if sku else ''}; nothing to retry")
    say.line(f"{count} due; 'dockwire run inventory-sync {name}' sends them now")
