"""From facts to mails: one digest per kind and run, in plain text and HTML, without personal data."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from dockwire.model.connection import Connection, Contacts
from dockwire.model.record import Fact, FactKind, Mail

_LISTED = 100
"""Rows printed in one mail; the rest is counted."""


@dataclass(frozen=True, slots=True)
class _Kind:
    name: str
    facts: frozenset[FactKind]
    recipients: Callable[[Contacts], tuple[str, ...]]
    subject: Callable[[Connection, list[Fact]], str]


def _orders(count: int) -> str:
    return "1 order" if count == 1 else f"{count} orders"


def _parcels(count: int) -> str:
    return "1 shipment" if count == 1 else f"{count} shipments"


def _skus(facts: Iterable[Fact]) -> str:
    count = _counted_skus(facts)
    return "1 SKU" if count == 1 else f"{count} SKUs"


def _counted_skus(facts: Iterable[Fact]) -> int:
    return len({fact.detail.get("sku") for fact in facts})


_KINDS = (
    _Kind(
        "orders_created",
        frozenset({FactKind.ORDER_CREATED, FactKind.ORDER_ADOPTED}),
        lambda contacts: contacts.orders_created,
        lambda connection, facts: f"[{connection.slug}] {_orders(len(facts))} created in the warehouse",
    ),
    _Kind(
        "orders_held",
        frozenset(
            {
                FactKind.ORDER_HELD,
                FactKind.ORDER_FAILED,
                FactKind.ORDER_QUARANTINED,
                FactKind.ORDER_FOUND_LATE,
                FactKind.CANCELLED_IN_WAREHOUSE,
                FactKind.HELD_IN_WAREHOUSE,
                FactKind.CHANGE_NEEDS_PERSON,
                FactKind.OPEN_ORDER_PURGED,
            }
        ),
        lambda contacts: contacts.orders_held,
        lambda connection, facts: f"[{connection.slug}] {_orders(len(facts))} held, failed or changed",
    ),
    _Kind(
        "shipments_refused",
        frozenset({FactKind.CLOSE_REFUSED, FactKind.SHIPMENT_REFUSED}),
        lambda contacts: contacts.shipments_refused,
        lambda connection, facts: (
            f"[{connection.slug}] {_parcels(len(facts))} refused: act before the ship-by time"
        ),
    ),
    _Kind(
        "stock_refused",
        frozenset({FactKind.STOCK_REFUSED, FactKind.STOCK_DIFFERS, FactKind.STOCK_WITHHELD}),
        lambda contacts: contacts.stock_refused,
        lambda connection, facts: f"[{connection.slug}] {_skus(facts)} may be offered at a wrong quantity",
    ),
    _Kind(
        "run_failed",
        frozenset({FactKind.RUN_FAILED}),
        lambda contacts: contacts.run_failed,
        lambda connection, _: f"[{connection.slug}] a run failed",
    ),
)

TOLD = frozenset().union(*(kind.facts for kind in _KINDS))
"""Facts that some mail tells."""

_TITLES = {
    FactKind.ORDER_CREATED: "created",
    FactKind.ORDER_ADOPTED: "found in the warehouse and adopted",
    FactKind.ORDER_HELD: "held",
    FactKind.ORDER_FAILED: "failed, will be tried again",
    FactKind.ORDER_QUARANTINED: "unreadable, kept and asked for again",
    FactKind.ORDER_FOUND_LATE: "found late by the daily comparison",
    FactKind.CANCELLED_IN_WAREHOUSE: "cancelled in the warehouse",
    FactKind.HELD_IN_WAREHOUSE: "stopped in the warehouse: look before shipping",
    FactKind.CHANGE_NEEDS_PERSON: "changed at Amazon, and the warehouse could not follow: act now",
    FactKind.OPEN_ORDER_PURGED: "unfinished, and the buyer's data had to be deleted",
    FactKind.CLOSE_REFUSED: "not closed in the warehouse",
    FactKind.SHIPMENT_REFUSED: "not confirmed at Amazon",
    FactKind.STOCK_REFUSED: "refused by Amazon",
    FactKind.STOCK_DIFFERS: "accepted by Amazon and never applied, sent again",
    FactKind.STOCK_WITHHELD: "not set any more, and Amazon goes on selling",
    FactKind.RUN_FAILED: "run failed",
}


def compose(connection: Connection, facts: Iterable[Fact]) -> list[Mail]:
    """Return the mails that tell these facts to the connection's contacts; none for a kind without contacts."""
    told = list(facts)
    mails = []
    for kind in _KINDS:
        chosen = [fact for fact in told if fact.kind in kind.facts]
        recipients = kind.recipients(connection.contacts)
        if chosen and recipients:
            mails.append(_mail(kind, connection, chosen, recipients))
    return mails


def _mail(kind: _Kind, connection: Connection, facts: list[Fact], recipients: tuple[str, ...]) -> Mail:
    values: dict[str, Any] = {
        "connection": connection,
        "groups": _groups(facts),
        "count": len(facts),
        "skus": _counted_skus(facts),
        "happened": {fact.kind.value for fact in facts},
        "more": max(0, len(facts) - _LISTED),
    }
    return Mail(
        message_id=f"<{kind.name}.{connection.slug}.{facts[0].id}-{facts[-1].id}@dockwire.invalid>",
        connection=connection.slug,
        kind=kind.name,
        recipients=recipients,
        subject=kind.subject(connection, facts),
        text=_templates().get_template(f"{kind.name}.txt.jinja").render(values),
        html=_templates().get_template("digest.html.jinja").render(values | {"kind": kind.name}),
    )


def _groups(facts: list[Fact]) -> list[tuple[str, list[Fact]]]:
    """Return the facts by what happened, and within that by who can act: each reads on from one's own title."""
    kinds = list(dict.fromkeys(fact.kind for fact in facts))
    groups: dict[str, list[Fact]] = {}
    for fact in sorted(facts[:_LISTED], key=lambda fact: (kinds.index(fact.kind), _fixer(fact))):
        groups.setdefault(_title(fact), []).append(fact)
    return list(groups.items())


def _title(fact: Fact) -> str:
    fixer = _fixer(fact)
    return _TITLES[fact.kind] + (f" (who can fix it: {fixer})" if fixer else "")


def _fixer(fact: Fact) -> str:
    fixer = fact.detail.get("fixer", "")
    return "" if fixer == "nobody" else fixer


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("dockwire.mail"),
        autoescape=select_autoescape(["html.jinja", "html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
