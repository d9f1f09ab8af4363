"""What each kind of notice says: what happened, what to do, by when, and the commands for it."""

from collections.abc import Callable
from dataclasses import dataclass

from dockwire.mail.letter import Tone
from dockwire.model.connection import Connection
from dockwire.model.notice import NoticeKind
from dockwire.model.override import HELD_BY_PERSON
from dockwire.model.record import Fact, FactKind


@dataclass(frozen=True, slots=True)
class Words:
    """The sentences of one kind; ``{name}`` stands for the connection."""

    tone: Tone
    subject: Callable[[list[Fact]], str]
    happened: Callable[[list[Fact], str], str]
    todo: str
    when: str
    commands: tuple[str, ...]


def _count(number: int, what: str) -> str:
    return f"1 {what}" if number == 1 else f"{number} {what}s"


def _skus(facts: list[Fact]) -> str:
    return _count(len({fact.detail.get("sku") for fact in facts}), "SKU")


def _verb(facts: list[Fact], one: str, several: str) -> str:
    return one if len(facts) == 1 else several


def _waits(facts: list[Fact]) -> bool:
    """Tell whether some of these late runs had not been started yet."""
    return any(not fact.detail.get("began") for fact in facts)


def _late(facts: list[Fact]) -> int:
    return sum(fact.kind is FactKind.SHIP_BY_PASSED for fact in facts)


def _risk(facts: list[Fact]) -> str:
    late, near = _late(facts), len(facts) - _late(facts)
    told = [f"{_count(late, 'order')} late"] if late else []
    return " and ".join(told + ([f"{_count(near, 'order')} to ship soon"] if near else []))


def _waiting(facts: list[Fact]) -> int:
    return sum(int(fact.detail.get("orders", "0")) for fact in facts)


def _going_on(facts: list[Fact]) -> str:
    """Tell when held orders go on: those that somebody has to release do not do so by themselves."""
    stays = [_is_kept(fact) for fact in facts]
    if all(stays):
        return "what is on hold stays so until somebody releases it"
    told = "held orders go on by themselves once the reason is gone"
    return f"{told}, what somebody put on hold once it is released" if any(stays) else told


def _is_kept(fact: Fact) -> bool:
    codes = fact.detail.get("code", "").split(", ")
    return fact.kind is FactKind.HELD_IN_WAREHOUSE or HELD_BY_PERSON in codes


def _ending(facts: list[Fact]) -> str:
    kinds = {fact.kind for fact in facts}
    if len(kinds) > 1:
        return "Amazon consent and client secret end soon"
    days = min(int(fact.detail.get("days", "0")) for fact in facts)
    what = "client secret" if FactKind.SECRET_EXPIRES in kinds else "Amazon consent"
    return f"{what} " + (
        "has ended" if days <= 0 else "ends within a day" if days == 1 else f"ends in {days} days"
    )


WORDS: dict[NoticeKind, Words] = {
    NoticeKind.ORDERS_FLOWING: Words(
        Tone.GOOD,
        lambda _: "orders are flowing",
        lambda _, name: f"Orders are flowing: the first Amazon orders of {name} are in the warehouse.",
        "nothing. New orders follow by themselves; a mail comes when somebody has to act.",
        "nothing is due.",
        ("dockwire orders list --connection {name}",),
    ),
    NoticeKind.ORDERS_CREATED: Words(
        Tone.GOOD,
        lambda facts: f"{_count(len(facts), 'order')} created in the warehouse",
        lambda facts, name: (
            f"{_count(len(facts), 'Amazon order')} of {name} {_verb(facts, 'is', 'are')} in the warehouse now."
        ),
        "the clerk picks, packs and closes them in the warehouse; Amazon is told of the rest by itself.",
        "the ship-by time of each order; a mail comes before one is missed, to whoever asked for ship_by_risk.",
        ("dockwire orders list --connection {name} --shipping to_ship",),
    ),
    NoticeKind.ORDERS_HELD: Words(
        Tone.LOOK,
        lambda facts: f"{_count(len(facts), 'order')} held, failed or changed",
        lambda facts, name: (
            f"{_count(len(facts), 'Amazon order')} of {name} {_verb(facts, 'needs', 'need')} a look. "
            f"Nothing is lost: {_going_on(facts)}."
        ),
        "whoever is named in a title ends the reason: the engineer in the connection's settings, the clerk in "
        "the warehouse, the merchant at Amazon.",
        "before the ship-by time of each order; where it says act now, at once: a parcel could leave that must not.",
        ("dockwire orders show ORDER-ID", "dockwire orders retry {name} ORDER-ID"),
    ),
    NoticeKind.HOLDS_DIGEST: Words(
        Tone.LOOK,
        lambda facts: f"{_count(_waiting(facts), 'order')} waiting for somebody",
        lambda facts, name: (
            f"{_count(_waiting(facts), 'order')} of {name} {'waits' if _waiting(facts) == 1 else 'wait'} for "
            "somebody today."
        ),
        "whoever is named in a title ends the reason; the orders go on by themselves then. Several reasons may "
        "hold one order.",
        "the oldest first: Amazon's ship-by times go on while orders wait.",
        ("dockwire orders list --connection {name} --state held", "dockwire orders show ORDER-ID"),
    ),
    NoticeKind.SHIP_BY_RISK: Words(
        Tone.ACT,
        _risk,
        lambda facts, name: (
            f"{_risk(facts)[0].upper()}{_risk(facts)[1:]}: Amazon has no shipment of {name} for "
            f"{_verb(facts, 'it', 'them')} yet."
        ),
        "ship the order, or end what is in its way, as its line says. An order that cannot ship is better "
        "cancelled at Amazon by the merchant than left.",
        "the ship-by time of each order. Amazon counts what is confirmed later as shipped late.",
        (
            "dockwire orders show ORDER-ID",
            "dockwire run tracking-update {name}",
            "dockwire orders list --connection {name} --shipping to_ship",
        ),
    ),
    NoticeKind.SHIPMENTS_REFUSED: Words(
        Tone.ACT,
        lambda facts: f"{_count(len(facts), 'shipment')} refused: act before the ship-by time",
        lambda facts, name: (
            f"{_count(len(facts), 'shipment')} of {name} {_verb(facts, 'was', 'were')} refused. "
            "Amazon's ship-by clock goes on."
        ),
        "mend what the line says. What is corrected in the warehouse is sent again by itself; for the rest, run "
        "the command when it is mended.",
        "the ship-by time of each order.",
        ("dockwire orders show ORDER-ID", "dockwire orders retry {name} ORDER-ID"),
    ),
    NoticeKind.STOCK_REFUSED: Words(
        Tone.ACT,
        lambda facts: f"{_skus(facts)} may be offered at a wrong quantity",
        lambda facts, name: (
            f"{_skus(facts)} of {name} may be offered at a wrong quantity: Amazon goes on selling from the one it has."
        ),
        "for what is refused, the merchant mends the listing as the line says; it is tried again after a day, sooner "
        "by 'dockwire stock retry'. What is not set any more is set again by itself, once its reason is gone.",
        "before the SKU sells more than there is.",
        (
            "dockwire stock show {name} SKU",
            "dockwire stock retry {name} SKU",
            "dockwire stock show {name} --withheld",
        ),
    ),
    NoticeKind.CONSENT_EXPIRES: Words(
        Tone.LOOK,
        _ending,
        lambda facts, name: (
            f"{name}: {_ending(facts)}. Without it no order comes in and no shipment goes out."
        ),
        "what the line says: for a consent, the merchant authorises the application again; for a client secret, "
        "the engineer makes a new one at Amazon.",
        "before it ends. Nothing is lost when it is late: work goes on where it stopped.",
        (
            "dockwire consent list",
            "dockwire connection check {name}",
        ),
    ),
    NoticeKind.RUN_FAILED: Words(
        Tone.LOOK,
        lambda _: "a run failed",
        lambda facts, name: (
            f"{_verb(facts, 'A run', f'{len(facts)} runs')} of {name} failed. No order is lost: the next run goes "
            "on where this one stopped."
        ),
        "whoever is named in a title ends the reason. Then wait for the next run, or start one by the command.",
        "before the ship-by times of the orders that wait; a run that goes well ends the trouble.",
        ("dockwire connection check {name}", "dockwire run order-import {name}"),
    ),
    NoticeKind.RUN_CRASHED: Words(
        Tone.LOOK,
        lambda _: "a run crashed",
        lambda facts, name: (
            f"{_verb(facts, 'A run', f'{len(facts)} runs')} of {name} ended without saying why: the process or "
            "the machine went away. No order is lost or doubled: the next run goes on where it stopped."
        ),
        "the engineer looks whether the machine has memory and disk left and whether 'dockwire up' or the worker "
        "still runs. A single crash needs nothing else, unless a title says to start the run again.",
        "today, when it repeats.",
        ("dockwire connection check {name}", "dockwire up"),
    ),
    NoticeKind.RUN_LATE: Words(
        Tone.ACT,
        lambda facts: "runs do not start" if _waits(facts) else "runs started late",
        lambda facts, name: (
            f"{_verb(facts, 'A run', f'{len(facts)} runs')} of {name} did not start within half an hour of the "
            "time. Nothing is lost, but orders and shipments "
            + ("wait." if _waits(facts) else "waited until runs started again.")
        ),
        "the engineer looks whether 'dockwire up' or the worker runs and stays up, and whether it may run enough at "
        "once (--limit).",
        "now: while runs do not start, nothing moves.",
        ("dockwire up", "dockwire run order-import {name}"),
    ),
}


def named(connection: Connection) -> str:
    """Return how notices call a connection."""
    return f"{connection.slug} ({connection.marketplace_code})"
