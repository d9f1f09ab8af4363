"""Words for everything that the ledger and the console write: no code is shown to people."""

import ast
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import get_args

import dockwire.console
from dockwire.console.act_words import ACTS, DECISIONS
from dockwire.console.hold_words import CODES
from dockwire.console.holds_view import HoldsView
from dockwire.console.listing import ReadOnlyList
from dockwire.console.order_words import CLOSINGS, PACKAGES, who_and_what
from dockwire.console.orders_view import OrdersView
from dockwire.console.words import SHIPPING, STATES
from dockwire.decisions.acts import Act
from dockwire.decisions.remedies import WAYS_OUT
from dockwire.model.override import OverrideKind
from dockwire.model.parcel import ParcelState
from dockwire.model.record import ClosingState, Fact, FactKind, OrderState, Shipping
from dockwire.services.holds import Result
from tests.builders import NOW
from tests.unit.ledger.acts import ACME, number

_OF_NO_ORDER = {
    FactKind.RUN_FAILED,
    FactKind.RUN_CRASHED,
    FactKind.RUN_LATE,
    FactKind.STOCK_REFUSED,
    FactKind.STOCK_DIFFERS,
    FactKind.STOCK_WITHHELD,
    FactKind.CONSENT_EXPIRES,
    FactKind.SECRET_EXPIRES,
    FactKind.ORDERS_FLOWING,
    FactKind.HOLDS_WAIT,
}
"""No page of an order shows them."""
_HERE = Path(dockwire.console.__file__).parent


def test_whatever_is_written_has_words() -> None:
    assert set(STATES) == set(OrderState) - {OrderState.CREATED}
    assert set(SHIPPING) == set(Shipping)
    assert set(PACKAGES) == set(ParcelState)
    assert set(CLOSINGS) == set(ClosingState)
    assert set(DECISIONS) == set(OverrideKind)
    assert {code for code, _ in CODES} == set(WAYS_OUT)
    for kind in set(FactKind) - _OF_NO_ORDER:
        _, what = who_and_what(Fact(kind, NOW, ACME.slug, number(1), {}))
        assert what != kind.value.replace("_", " "), kind


def test_every_act_of_the_audit_trail_has_words() -> None:
    decided = {f"{each.__name__.lower()}_{result}" for each, result in product(get_args(Act), Result)}
    begun = {name for view in _views(ReadOnlyList) for name in view._own_acts()} - {"delete"}
    written = {act for path in _HERE.glob("*.py") for act in _literals(path)}
    assert {"signed_in", "user_added", "view_saved", "personal_data_seen"} <= written
    assert decided | begun | written <= set(ACTS)
    assert not [words for words in ACTS.values() if "_" in words]
    assert {OrdersView, HoldsView} <= set(_views(ReadOnlyList))


def _views(kind: type[ReadOnlyList]) -> Iterator[type[ReadOnlyList]]:
    for each in kind.__subclasses__():
        yield each
        yield from _views(each)


def _literals(path: Path) -> Iterator[str]:
    """Yield the acts that a module writes: the first text in a call of ``audit`` or ``_note``."""
    for call in ast.walk(ast.parse(path.read_text())):
        if isinstance(call, ast.Call) and getattr(call.func, "attr", "") in ("audit", "_note"):
            texts = [each.value for each in call.args if isinstance(each, ast.Constant)]
            yield from [each for each in texts if isinstance(each, str)][:1]
