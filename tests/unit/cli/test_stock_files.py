"""Tables of rules and aliases go in and come out, and what they name in vain is told."""

from datetime import timedelta
from pathlib import Path

import pytest

from dockwire.ledger import SqlLedger
from dockwire.model.listing import Listing
from dockwire.model.stock import Offer
from dockwire.model.stock_book import Look, StockMarks
from dockwire.model.stock_rules import StockRule
from dockwire.model.warehouse import Item
from tests.builders import NOW, connection
from tests.unit.cli.stocked import dockwire, in_ledger, refused
from tests.unit.ledger.acts import ACME

OTHER = connection(slug="acme-ca", marketplace_code="CA")
NOT_READ = (
    "dockwire: the listings of acme-us are not known yet, so no Amazon SKU was compared with them; "
    "'dockwire run inventory-sync acme-us --dry-run' reads them where stock_sync is on\n"
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DOCKWIRE_STATE_DIR", str(tmp_path))
    return tmp_path


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
        dockwire("rules", "import", ACME.slug, str(rules)).output
        == "2 rules: 1 new, 1 changed, 1 removed\n" + NOT_READ
    )
    out = folder / "out.csv"
    assert dockwire("rules", "export", ACME.slug, str(out)).output == f"2 rules of acme-us written to {out}\n"
    assert out.read_text(encoding="utf-8").splitlines()[1:] == ["B,,,,7,,,", "C,,,,1,,,"]
    aliases.write_text("amazon_sku,warehouse_sku\nX,Y\n", encoding="utf-8")
    told = dockwire("aliases", "import", ACME.slug, str(aliases)).stdout
    assert told == (
        "1 alias: 1 new, 0 changed, 0 removed, for all connections of customer 1 of warehouse main\n"
    )
    assert dockwire("aliases", "export", ACME.slug).output == "amazon_sku,warehouse_sku\nX,Y\n"


def test_an_export_overwrites_nothing_unless_it_is_told_to(folder: Path) -> None:
    async def named(ledger: SqlLedger) -> None:
        await ledger.replace_aliases(ACME.warehouse, ACME.customer_id, {"A": "W"})

    in_ledger(folder, named)
    file = folder / "mine.csv"
    for kind, what in {"rules": "0 rules of acme-us", "aliases": "1 alias of customer 1"}.items():
        file.write_text("my own work", encoding="utf-8")
        kept = dockwire(kind, "export", ACME.slug, str(file))
        assert (kept.exit_code, kept.stdout, file.read_text(encoding="utf-8")) == (1, "", "my own work")
        assert f"{file} is there already and stays as it is; --force overwrites it" in kept.stderr
        assert dockwire(kind, "export", ACME.slug, str(file), "--force").stdout.startswith(what)
        assert "my own work" not in file.read_text(encoding="utf-8")
    nowhere = dockwire("rules", "export", ACME.slug, str(folder / "no" / "such.csv"))
    assert (nowhere.exit_code, "No such file or directory" in nowhere.stderr) == (1, True)


async def read_once(ledger: SqlLedger) -> None:
    """Let the ledger know A/1 and B of one connection, 12 of the other, and the items W-1 and w-2."""
    await refused(ledger)
    await ledger.move_stock_marks(ACME, StockMarks(swept=NOW))
    await ledger.register(OTHER, now=NOW)
    await ledger.record_looks(OTHER, [Look(Listing("12", (Offer("12"),)))], now=NOW)
    items = [Item("W-1"), Item("w-2")]
    await ledger.store_items(ACME.warehouse, ACME.customer_id, items, now=NOW - timedelta(days=1))


def warnings(kind: str, file: Path, *rows: str) -> list[str]:
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    told = dockwire(kind, "import", ACME.slug, str(file))
    assert told.exit_code == 0
    assert told.stdout.startswith(f"{len(rows) - 1} {kind}" if len(rows) != 2 else "1 ")
    return told.stderr.splitlines()


def test_rules_of_skus_nobody_offers_are_named(folder: Path) -> None:
    in_ledger(folder, read_once)
    file = folder / "rules.csv"
    assert warnings("rules", file, "sku", "A/1", "B") == []
    assert warnings("rules", file, "sku", "b", "A/1", "12") == [
        "dockwire: warning: 2 rules name an Amazon SKU that no offer of acme-us has: 12, b (did you mean 'B'?)"
    ]
    (told,) = warnings("rules", file, "sku", *(f"N{n:02}" for n in range(13)))
    assert told.endswith("has: N00, N01, N02, N03, N04, N05, N06, N07, N08, N09 and 3 more")


def test_aliases_of_skus_nobody_offers_or_stores_are_named(folder: Path) -> None:
    in_ledger(folder, read_once)
    file, head = folder / "aliases.csv", "amazon_sku,warehouse_sku"
    # The sibling's offer counts as far as its listings were read.
    assert warnings("aliases", file, head, "A/1,W-1", "B,w-2", "12,W-1") == []
    assert warnings("aliases", file, head, "A/1,W-2", "C,W-1") == [
        "dockwire: warning: 1 alias names an Amazon SKU that no offer of acme-us has: C",
        "dockwire: the listings of acme-ca are not known yet, so no Amazon SKU was compared with them; "
        "'dockwire run inventory-sync acme-ca --dry-run' reads them where stock_sync is on",
        "dockwire: warning: 1 alias leads to an item that customer 1 of warehouse main did not have on "
        f"{NOW - timedelta(days=1):%Y-%m-%d %H:%M} UTC: A/1 to W-2 (did you mean 'w-2'?)",
    ]
    assert warnings("aliases", file, head) == []


def test_what_nothing_was_read_of_is_not_called_wrong(folder: Path) -> None:
    in_ledger(folder, refused)
    assert warnings("rules", folder / "rules.csv", "sku", "C") == NOT_READ.splitlines()
    assert warnings("aliases", folder / "aliases.csv", "amazon_sku,warehouse_sku", "C,W") == [
        *NOT_READ.splitlines(),
        "dockwire: the items of customer 1 of warehouse main are not known yet, so no warehouse SKU was compared; "
        "'dockwire run order-import acme-us' reads them",
    ]


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
