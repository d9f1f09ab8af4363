"""Rules and aliases as CSV: taken whole or not at all, every wrong cell named, round trips to the letter."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockwire.cli.stock_tables import read_aliases, read_rules, write_aliases, write_rules
from dockwire.errors import SettingsError
from dockwire.model.stock_rules import StockRule

SKUS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=30
).filter(lambda sku: sku == sku.strip())
COUNTS = st.none() | st.integers(0, 2**31 - 1)
RULES = st.builds(
    StockRule,
    buffer=COUNTS,
    percent=st.none() | st.decimals(0, 100, places=4),
    minimum=COUNTS,
    maximum=COUNTS,
    fixed_share=COUNTS,
    paused=st.none() | st.booleans(),
    excluded=st.none() | st.booleans(),
)


def file(folder: Path, content: str, encoding: str = "utf-8") -> Path:
    path = folder / "table.csv"
    path.write_bytes(content.encode(encoding))
    return path


@given(rules=st.dictionaries(SKUS, RULES, max_size=5), aliases=st.dictionaries(SKUS, SKUS, max_size=5))
def test_what_is_written_is_read_again_to_the_letter(
    rules: dict[str, StockRule], aliases: dict[str, str]
) -> None:
    with TemporaryDirectory() as folder:
        assert read_rules(file(Path(folder), write_rules(rules))) == rules
        assert read_aliases(file(Path(folder), write_aliases(aliases))) == aliases


def test_a_spreadsheets_file_is_read(tmp_path: Path) -> None:
    text = '\ufeffSKU;Buffer;Paused;Percent\r\n"A;B";5;;\r\nTee/Ä 1+2;;yes;12,5\r\n;;;\r\nC;;No;10%\r\n'
    found = read_rules(file(tmp_path, text))
    assert found == {
        "A;B": StockRule(buffer=5),
        "Tee/Ä 1+2": StockRule(paused=True, percent=12.5),
        "C": StockRule(paused=False, percent=10),
    }


def test_every_wrong_cell_is_named_and_nothing_is_taken(tmp_path: Path) -> None:
    text = "sku,buffer,percent,paused\nA,-1,,\nB,1.5,101,maybe\nA,,,\n,3,,\n C,,,\nD,1\nE,9999999999,,\n"
    with pytest.raises(SettingsError) as caught:
        read_rules(file(tmp_path, text))
    told = str(caught.value).splitlines()
    assert [line.partition(":")[0] for line in told[1:]] == [
        "row 2, buffer",
        "row 3, paused",
        "row 3, buffer",
        "row 3, percent",
        "row 4, sku",
        "row 5, sku",
        "row 6, sku",
        "row 7",
        "row 8, buffer",
    ]
    assert "'A' stands in row 2 too" in told[5]
    assert "begins or ends with a blank" in told[7]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "columns are amazon_sku, warehouse_sku; it has: none"),
        ("amazon_sku,target\n", "it has: amazon_sku, target"),
        ("amazon_sku,amazon_sku\n", "it has: amazon_sku, amazon_sku"),
        ("amazon_sku,warehouse_sku\nA,\n", "row 2, warehouse_sku: is empty"),
        ('amazon_sku,warehouse_sku\nA,"B\n', "is no CSV"),
    ],
)
def test_a_file_of_another_kind_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        read_aliases(file(tmp_path, text))
    with pytest.raises(SettingsError, match="not UTF-8"):
        read_aliases(file(tmp_path, "amazon_sku,warehouse_sku\nÄ,B\n", "latin-1"))
    with pytest.raises(SettingsError, match="No such file"):
        read_aliases(tmp_path / "none.csv")
