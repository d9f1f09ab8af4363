"""``dockwire stock``: why a SKU is offered at its quantity, its tables, and what is refused made due."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from dockwire.cli.stock import app
from dockwire.errors import Fixer
from dockwire.keys import load_keys
from dockwire.ledger import SqlLedger
from dockwire.model.listing import Listing
from dockwire.model.record import Problem
from dockwire.model.stock import Offer, Offered, Step, StepKind
from dockwire.model.stock_book import Decided, Look, OfferState, SendOutcome
from dockwire.model.stock_rules import StockRule
from dockwire.sealing import Sealer
from tests.builders import NOW, connection
from tests.unit.ledger.acts import ACME


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DOCKWIRE_STATE_DIR", str(tmp_path))
    return tmp_path


def dockwire(*words: str) -> Result:
    return CliRunner().invoke(app, words)


def in_ledger(folder: Path, work: Callable[[SqlLedger], Awaitable[object]]) -> None:
    async def run() -> None:
        ledger = await SqlLedger.open(
            f"sqlite:///{folder / 'ledger.db'}", sealer=Sealer(load_keys(folder, []))
        )
        await ledger.register(ACME, now=NOW)
        await work(ledger)
        await ledger.close()

    asyncio.run(run())


async def refused(ledger: SqlLedger) -> None:
    looks = [Look(Listing(sku, (Offer(sku, quantity=3),))) for sku in ("A/1", "B")]
    await ledger.record_looks(ACME, looks, now=NOW)
    decision = Offered("A/1", 7, steps=(Step(StepKind.MAXIMUM, Decimal(-2)),))
    decided = Decided(decision, "A/1 is to be offered at 7: maximum 7.", {"sku": "A/1", "quantity": 7})
    await ledger.record_decisions(ACME, [decided], as_of=NOW)
    due = await ledger.due_offers(ACME, now=NOW, limit=9)
    (sending,) = await ledger.begin_sends(ACME, due, now=NOW, not_before=NOW)
    problem = Problem("stock_refused", "Amazon says no.", Fixer.MERCHANT)
    outcome = SendOutcome(
        "A/1", sending.version, OfferState.REFUSED, problem, not_before=NOW.replace(year=2099)
    )
    await ledger.record_sends(ACME, [outcome], now=NOW)


def test_a_sku_is_explained(folder: Path) -> None:
    in_ledger(folder, refused)
    told = dockwire("show", ACME.slug, "A/1").output
    for part in (
        "A/1 is to be offered at 7: maximum 7.",
        "amazon has  3",
        "wanted      7",
        "Amazon says no.",
        "merchant",
    ):
        assert part in told
    (row,) = json.loads(dockwire("show", ACME.slug, "A/1", "--json").output)
    assert (row["wanted"], row["amazon_has"], row["why"]) == (7, 3, {"sku": "A/1", "quantity": 7})
    assert dockwire("show", ACME.slug).output.splitlines()[0].split() == [
        "sku", "amazon_has", "wanted", "state", "problem", "decided",
    ]  # fmt: skip
    assert (row["state"], row["fixer"], row["told"]) == (
        "refused",
        "merchant",
        "A/1 is to be offered at 7: maximum 7.",
    )
    missing = dockwire("show", ACME.slug, "a/1")
    assert missing.exit_code == 1
    assert "--dry-run --everything" in missing.stderr


@pytest.mark.parametrize(
    "words",
    [("show",), ("rules", "export"), ("aliases", "export"), ("rules", "import"), ("aliases", "import")],
)
def test_a_connection_nobody_ran_is_told_with_what_makes_it_known(
    folder: Path, words: tuple[str, ...]
) -> None:
    file = folder / "table.csv"
    file.write_text("sku\n" if "rules" in words else "amazon_sku,warehouse_sku\n", encoding="utf-8")
    told = dockwire(*words, "nobody", *([str(file)] if "import" in words else []))
    assert told.exit_code == 1
    assert (
        "no run of a connection 'nobody' yet; 'dockwire run inventory-sync nobody --dry-run'" in told.stderr
    )


def test_all_skus_are_listed_and_a_cut_is_told(folder: Path) -> None:
    in_ledger(folder, refused)
    lines = dockwire("show", ACME.slug).output.splitlines()
    assert [line.split()[0] for line in lines[1:3]] == ["A/1", "B"]
    assert lines[3:] == [f"'dockwire stock show {ACME.slug} SKU' says why"]
    cut = dockwire("show", ACME.slug, "--limit", "1").output.splitlines()
    assert cut[-1] == "(the first 1; --limit shows more)"
    assert [line.split()[0] for line in cut[1:2]] == ["A/1"]


def test_a_quantity_on_its_way_is_shown_with_its_moment(folder: Path) -> None:
    async def on_its_way(ledger: SqlLedger) -> None:
        await refused(ledger)
        decided = Decided(
            Offered("B", 9), "B is to be offered at 9: available 9.", {"sku": "B", "quantity": 9}
        )
        await ledger.record_decisions(ACME, [decided], as_of=NOW)
        due = await ledger.due_offers(ACME, now=NOW, limit=9)
        await ledger.begin_sends(ACME, due, now=NOW, not_before=NOW)

    in_ledger(folder, on_its_way)
    assert dockwire("show", ACME.slug, "B").output.splitlines() == [
        "B is to be offered at 9: available 9.",
        "  sku         B",
        "  wanted      9",
        "  state       sent",
        f"  decided     {NOW:%Y-%m-%d %H:%M:%S}",
        f"  sent        9 at {NOW:%Y-%m-%d %H:%M:%S} UTC",
    ]


def test_refused_quantities_are_made_due(folder: Path) -> None:
    in_ledger(folder, refused)
    assert dockwire("retry", ACME.slug, "B").exit_code == 1
    assert "1 due" in dockwire("retry", ACME.slug, "A/1").output

    async def due(ledger: SqlLedger) -> None:
        assert [each.sku for each in await ledger.due_offers(ACME, now=NOW, limit=9)] == ["A/1"]

    in_ledger(folder, due)


def test_tables_go_in_and_come_out(folder: Path) -> None:
    in_ledger(folder, refused)
    rules, aliases = folder / "rules.csv", folder / "aliases.csv"
    rules.write_text("sku,maximum\nA/1,5\nB,6\n", encoding="utf-8")
    assert (
        dockwire("rules", "import", ACME.slug, str(rules)).output == "2 rules: 2 new, 0 changed, 0 removed\n"
    )
    rules.write_text("sku,maximum\nB,7\nC,x\n", encoding="utf-8")
    wrong = dockwire("rules", "import", ACME.slug, str(rules))
    assert wrong.exit_code == 1
    assert "row 3, maximum: 'x' is no whole number from 0 to 2147483647" in wrong.stderr

    async def kept(ledger: SqlLedger) -> None:
        assert await ledger.stock_rules(ACME.slug) == {"A/1": StockRule(maximum=5), "B": StockRule(maximum=6)}

    in_ledger(folder, kept)
    rules.write_text("sku,maximum\nB,7\nC,1\n", encoding="utf-8")
    assert (
        dockwire("rules", "import", ACME.slug, str(rules)).output == "2 rules: 1 new, 1 changed, 1 removed\n"
    )
    out = folder / "out.csv"
    assert dockwire("rules", "export", ACME.slug, str(out)).exit_code == 0
    assert out.read_text(encoding="utf-8").splitlines()[1:] == ["B,,,,7,,,", "C,,,,1,,,"]
    aliases.write_text("amazon_sku,warehouse_sku\nX,Y\n", encoding="utf-8")
    told = dockwire("aliases", "import", ACME.slug, str(aliases)).output
    assert told == (
        "1 aliases: 1 new, 0 changed, 0 removed, for all connections of customer 1 of warehouse main\n"
    )
    assert dockwire("aliases", "export", ACME.slug).output == "amazon_sku,warehouse_sku\nX,Y\n"


def test_what_the_terminal_shows_goes_in_again_to_the_letter(folder: Path) -> None:
    skus = {sku: f"{sku}!" for sku in ("=1+1", "@A", "a\r\nb", "a\rb", 'a"b', "a;b, c")}

    async def named(ledger: SqlLedger) -> None:
        await ledger.replace_aliases(ACME.warehouse, ACME.customer_id, skus)

    in_ledger(folder, named)
    file = folder / "aliases.csv"
    file.write_bytes(dockwire("aliases", "export", ACME.slug).stdout_bytes)
    told = dockwire("aliases", "import", ACME.slug, str(file)).output
    assert told.startswith("6 aliases: 0 new, 0 changed, 0 removed")


def test_the_aliases_of_another_customer_stay(folder: Path) -> None:
    beside = connection(slug="other", marketplace_code="CA", customer_id=2)

    async def named(ledger: SqlLedger) -> None:
        await ledger.register(beside, now=NOW)
        await ledger.replace_aliases(ACME.warehouse, beside.customer_id, {"A": "THEIRS"})

    in_ledger(folder, named)
    file = folder / "aliases.csv"
    file.write_text("amazon_sku,warehouse_sku\nA,OURS\n", encoding="utf-8")
    assert dockwire("aliases", "import", ACME.slug, str(file)).exit_code == 0
    assert "A,THEIRS" in dockwire("aliases", "export", "other").output
    assert "A,OURS" in dockwire("aliases", "export", ACME.slug).output
