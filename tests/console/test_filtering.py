"""Beginnings are looked up in an index, on both databases."""

import pytest
from sqlalchemy import ColumnElement, and_, create_engine, insert, not_, or_, select, text

from dockwire.console.filtering import beginning
from dockwire.ledger.migrate import migrate
from dockwire.ledger.tables import items

SKUS = ("AB", "AB%", "ABC", "AC", "ab", "A_")
SKU = items.c.sku


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_beginning_is_taken_as_it_is_written(request: pytest.FixtureRequest, kind: str) -> None:
    engine = create_engine(request.getfixturevalue(f"{kind}_url"))
    with engine.begin() as link:
        migrate(link)
        link.execute(
            insert(items), [{"warehouse": "w", "customer_id": 1, "sku": sku, "active": True} for sku in SKUS]
        )
        conditions: list[tuple[ColumnElement[bool], set[str]]] = [
            (beginning(SKU, "AB"), {"AB", "AB%", "ABC"}),
            (beginning(SKU, "AB%"), {"AB%"}),
            (beginning(SKU, "A_"), {"A_"}),
            (not_(beginning(SKU, "A")), {"ab"}),
            (and_(beginning(SKU, "A"), beginning(SKU, "AC")), {"AC"}),
            (or_(beginning(SKU, "a"), beginning(SKU, "AC")), {"ab", "AC"}),
        ]
        for condition, wanted in conditions:
            assert set(link.scalars(select(SKU).where(condition))) == wanted
    engine.dispose()


def test_a_beginning_is_looked_up_in_the_index(sqlite_url: str) -> None:
    engine = create_engine(sqlite_url)
    with engine.begin() as link:
        migrate(link)
        here = and_(items.c.warehouse == "w", items.c.customer_id == 1)
        for condition in (and_(here, beginning(SKU, "AB")), here & beginning(SKU, "AB")):
            asked = select(SKU).where(condition).compile(engine, compile_kwargs={"literal_binds": True})
            (step,) = link.execute(text(f"EXPLAIN QUERY PLAN {asked}"))
            assert step[-1].endswith("(warehouse=? AND customer_id=? AND sku>? AND sku<?)"), step[-1]
    engine.dispose()
