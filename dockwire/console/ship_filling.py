"""The page of ship and close, filled with what the warehouse shows of its orders."""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from dockwire.console.ship_form import Typed, common_words
from dockwire.console.ship_looks import Looks, bare_request
from dockwire.console.ship_methods import methods_of, proposed, wanted_in_words
from dockwire.console.ship_page import Page, Preview, charges_before, previewed
from dockwire.console.ship_reading import ShipRow
from dockwire.errors import DockwireError
from dockwire.services.seen_orders import SeenOrders


async def filled_page(
    looks: Looks, shown: Sequence[ShipRow], typed: Typed | None, more: dict[str, Any]
) -> Page:
    """Return the page of orders of one connection; ``more`` has what else it tells.

    Nothing ``typed`` yet: what all orders have in common is proposed.
    """
    connection, order_ids = shown[0].connection, [each.order_id for each in shown]
    seen: SeenOrders | None = None
    try:
        if typed is None:
            seen = await looks.fresh(connection, bare_request(order_ids))
        else:
            seen = await looks.recent(connection, order_ids)
    except DockwireError as error:
        more.setdefault("trouble", str(error))
    notes = looks.notes(connection, order_ids)
    if typed is None:
        # An order that the warehouse does not have takes no word from the others.
        there = [each for each in seen.candidates if each.order is not None] if seen else []
        routing = common_words(proposed(each, seen.carriers) for each in there) if seen else {}
        # What hinders an order whatever is typed keeps it from being ticked: it would bear a share of the charges.
        typed = Typed(frozenset(each.row for each in shown if not notes.get(each.order_id)), routing=routing)
    if not typed.once:
        typed = replace(typed, once=secrets.token_urlsafe(12))
    if seen is None:
        return Page(connection, shown, typed, Preview(), notes=notes, **more)
    chosen = await looks.recent(*chosen_of(shown, typed)) if typed.chosen else None
    return Page(
        connection,
        shown,
        typed,
        previewed(chosen, typed) if chosen else Preview(),
        carriers=seen.carriers,
        before=charges_before(seen),
        wanted=wanted_in_words(seen),
        methods=methods_of(seen, shown),
        notes=notes,
        **more,
    )


def chosen_of(shown: Sequence[ShipRow], typed: Typed) -> tuple[str, list[str]]:
    """Return the connection and the chosen orders, in the order of the page."""
    return shown[0].connection if shown else "", [each.order_id for each in shown if each.row in typed.chosen]
