"""``dockwire stock``: what a SKU is to be offered at, and why, and what is refused made due."""

import json
from pathlib import Path

import pytest

from dockwire.errors import Fixer
from dockwire.ledger import SqlLedger
from dockwire.model.record import Problem
from dockwire.model.stock import Offered, Withheld
from dockwire.model.stock_book import Decided
from dockwire.reports.stock_words import STATES
from tests.builders import NOW
from tests.unit.cli.stocked import dockwire, in_ledger, refused
from tests.unit.ledger.acts import ACME

PAGE = (Path(__file__).parents[3] / "docs" / "stock.md").read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DOCKWIRE_STATE_DIR", str(tmp_path))
    return tmp_path


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


@pytest.mark.parametrize("command", ["show", "retry"])
def test_a_sku_nobody_offers_is_told_with_the_one_that_looks_like_it(folder: Path, command: str) -> None:
    in_ledger(folder, refused)
    for sku, words in {"a/1": "; did you mean 'A/1'?\n", "C": "--dry-run --everything' reads"}.items():
        told = dockwire(command, ACME.slug, sku)
        assert told.exit_code == 1
        assert f"acme-us has no offer of SKU {sku!r} that dockwire knows of" in told.stderr
        assert words in told.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("show",),
        ("retry",),
        ("rules", "export"),
        ("aliases", "export"),
        ("rules", "import"),
        ("aliases", "import"),
    ],
)
def test_a_connection_nobody_ran_is_told_with_what_makes_it_known(
    folder: Path, words: tuple[str, ...]
) -> None:
    file = folder / "table.csv"
    file.write_text("sku\n" if "rules" in words else "amazon_sku,warehouse_sku\n", encoding="utf-8")
    told = dockwire(*words, "nobody", *([str(file)] if "import" in words else []))
    assert told.exit_code == 1
    assert told.stderr.splitlines() == [
        "dockwire: no run of a connection 'nobody' yet; none is known",
        "  What 'dockwire connection list' shows becomes known here with its first run:",
        "  'dockwire run inventory-sync nobody --dry-run', which sends nothing, or 'dockwire run order-import nobody'",
    ]
    in_ledger(folder, refused)
    words = ("show", "ACME-us")
    assert "'ACME-us' yet; did you mean 'acme-us'? known are acme-us\n" in dockwire(*words).stderr


def test_all_skus_are_listed_and_a_cut_is_told(folder: Path) -> None:
    in_ledger(folder, refused)
    lines = dockwire("show", ACME.slug).output.splitlines()
    assert [line.split()[0] for line in lines[1:3]] == ["A/1", "B"]
    assert lines[3:] == [f"'dockwire stock show {ACME.slug} SKU' says why"]
    for options in ((), ("--json",)):
        cut = dockwire("show", ACME.slug, "--limit", "1", *options)
        assert cut.stderr == "dockwire: these are the first 1; --limit shows more\n"
        assert ("A/1" in cut.stdout, '"B"' in cut.stdout) == (True, False)
        assert dockwire("show", ACME.slug, "--limit", "2", *options).stderr == ""


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
        "  amazon has  not known",
        "  wanted      9",
        f"  state       sent: {STATES['sent']}",
        f"  decided     {NOW:%Y-%m-%d %H:%M:%S} UTC",
        f"  sent        9 at {NOW:%Y-%m-%d %H:%M:%S} UTC",
    ]


async def lose_b(ledger: SqlLedger) -> None:
    """Give B no quantity."""
    lost = Withheld("B", Problem("unmapped_sku", "There is no such item.", Fixer.ENGINEER))
    why: dict[str, object] = {"reason": {"sentence": lost.reason.sentence, "fixer": lost.reason.fixer.value}}
    await ledger.record_decisions(ACME, [Decided(lost, "B gets no quantity: none.", why)], as_of=NOW)


def test_json_says_null_for_what_nobody_knows_and_moments_with_their_zone(folder: Path) -> None:
    in_ledger(folder, refused)
    in_ledger(folder, lose_b)
    a, b = json.loads(dockwire("show", ACME.slug, "--json").stdout)
    assert (a["sent"], a["sent_at"], a["decided"]) == (7, NOW.isoformat(), NOW.isoformat())
    assert NOW.isoformat().endswith("+00:00")
    assert {name: b[name] for name in b if name not in {"told", "why"}} == {
        "sku": "B",
        "amazon_has": 3,
        "wanted": None,
        "state": "known",
        "problem": "There is no such item.",
        "fixer": "engineer",
        "decided": NOW.isoformat(),
        "sent": None,
        "sent_at": None,
    }
    assert list(a) == list(b)


@pytest.mark.parametrize(("option", "sku"), [("--withheld", "B"), ("--different", "A/1")])
def test_the_skus_that_need_a_look_are_listed(folder: Path, option: str, sku: str) -> None:
    in_ledger(folder, refused)
    # B is not decided yet, which is not the same as withheld.
    assert ("A/1" in dockwire("show", ACME.slug, option).stdout) is (option == "--different")
    in_ledger(folder, lose_b)
    (row,) = json.loads(dockwire("show", ACME.slug, option, "--json").stdout)
    assert row["sku"] == sku
    both = dockwire("show", ACME.slug, "A/1", option)
    assert (both.exit_code, both.stdout) == (2, "")


def test_every_state_is_told_in_words_here_and_on_the_page() -> None:
    for state, words in STATES.items():
        assert f"| {state} | {words} |" in PAGE


def test_refused_quantities_are_made_due(folder: Path) -> None:
    in_ledger(folder, refused)
    told = dockwire("retry", ACME.slug, "B")
    assert (told.exit_code, told.stderr) == (
        1,
        "dockwire: acme-us has no refused quantity of SKU 'B'; nothing to retry\n",
    )
    assert "1 due" in dockwire("retry", ACME.slug, "A/1").output

    async def due(ledger: SqlLedger) -> None:
        assert [each.sku for each in await ledger.due_offers(ACME, now=NOW, limit=9)] == ["A/1"]

    in_ledger(folder, due)
