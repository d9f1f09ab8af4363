"""Packages and charges of one order, as its page shows them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row

from dockwire.console.fields import iso
from dockwire.console.order_rows import OrderRows
from dockwire.console.order_words import CLOSINGS, PACKAGES
from dockwire.decisions.refusals import CANCELLED_AT_AMAZON
from dockwire.model.charge import Charge
from dockwire.model.parcel import ParcelState
from dockwire.model.record import ClosingState

_CHARGES = TypeAdapter(tuple[Charge, ...] | None)


@dataclass(frozen=True, slots=True)
class Package:
    """One package."""

    reference: str
    carrier: str
    service: str
    tracking: str
    shipped: str
    items: tuple[tuple[str, int], ...]
    """Amazon's item ids and units."""
    contents: tuple[str, ...]
    """The same in words."""
    state: str
    answer: str
    fixer: str
    refused: bool
    gone: bool
    """Amazon did not take it, as what is in it was cancelled there: to send it again helps nobody."""


@dataclass(frozen=True, slots=True)
class ChargeRow:
    """One charge in words."""

    kind: str
    label: str
    units: str
    price: str
    amount: str
    whose: str


@dataclass(frozen=True, slots=True)
class Closed:
    """What one request to ship and close did to the order."""

    state: str
    at: str
    sentence: str
    carrier: str
    service: str
    tracking: str
    charges: tuple[ChargeRow, ...]
    added: str
    total: str
    """All charges of the closed order, the warehouse's own included; empty while it is not closed."""
    currency: str


def packages_of(rows: OrderRows) -> tuple[Package, ...]:
    """Return the packages of an order; those that are gone are left out."""
    skus = {row.amazon_item_id: row.sku or row.amazon_item_id for row in rows.lines}
    return tuple(_package(row, skus) for row in rows.parcels if row.content)


def closings_of(rows: OrderRows, currency: str) -> tuple[Closed, ...]:
    """Return what requests to ship and close did, the newest first."""
    return tuple(_closed(row, currency) for row in reversed(rows.closings))


def _package(row: Row[Any], skus: dict[str, str]) -> Package:
    content = json.loads(row.content)
    problem = json.loads(row.problem) if row.problem else {}
    items = tuple((each["item_id"], each["quantity"]) for each in content["items"])
    return Package(
        reference=row.reference,
        carrier=content.get("carrier_name") or content.get("carrier_code", ""),
        service=content.get("service", ""),
        tracking=content.get("tracking", ""),
        shipped=_moment(content.get("shipped", "")),
        items=items,
        contents=tuple(f"{quantity} x {skus.get(item_id, item_id)}" for item_id, quantity in items),
        state=PACKAGES[ParcelState(row.state)],
        answer=problem.get("reason", ""),
        fixer=problem.get("fixer", ""),
        refused=row.state == ParcelState.REFUSED,
        gone=row.state == ParcelState.REFUSED and problem.get("code") == CANCELLED_AT_AMAZON,
    )


def _moment(told: str) -> str:
    return iso(datetime.fromisoformat(told)) if told else ""


def _closed(row: Row[Any], currency: str) -> Closed:
    routing = json.loads(row.routing)
    added = _CHARGES.validate_json(row.charges) or ()
    before = _CHARGES.validate_json(row.before) or ()
    automatic = _CHARGES.validate_json(row.automatic or "null") or ()
    total = None if row.total is None else Decimal(row.total)
    listed = sum((each.amount for each in (*added, *before, *automatic)), Decimal(0))
    return Closed(
        state=CLOSINGS[ClosingState(row.state)],
        at=iso(row.at),
        sentence=row.sentence,
        carrier=routing.get("carrier", ""),
        service=routing.get("service", ""),
        tracking=row.tracking,
        charges=(
            *(_charge(each, "added by this request") for each in added),
            *(_charge(each, "was on the order") for each in before),
            *(_charge(each, "the warehouse's own") for each in automatic),
            *_rest(listed, total),
        ),
        added=_amount(sum((each.amount for each in added), Decimal(0))),
        total="" if total is None else _amount(total),
        currency=currency,
    )


def _charge(charge: Charge, whose: str) -> ChargeRow:
    return ChargeRow(
        charge.kind.name.lower().replace("_", " "),
        charge.label,
        f"{charge.units.normalize():f} {charge.unit_description}".rstrip(),
        _amount(charge.price_per_unit),
        _amount(charge.amount),
        whose,
    )


def _rest(listed: Decimal, total: Decimal | None) -> Iterator[ChargeRow]:
    """Yield what the total holds and nobody kept apart, as of orders closed by earlier versions."""
    if total is not None and total != listed:
        yield ChargeRow(
            "",
            "what else was on the order",
            "",
            "",
            _amount(total - listed),
            "the warehouse's own, or others'",
        )


def _amount(amount: Decimal) -> str:
    """Return an amount exactly, with two places at least."""
    text = f"{amount.normalize():f}"
    places = len(text.partition(".")[2])
    return text if places >= 2 else f"{amount:.2f}"  # noqa: PLR2004 - the usual minor unit
