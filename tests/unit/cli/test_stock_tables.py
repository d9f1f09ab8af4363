"""Tables of rules and aliases: read to the letter, written so that they are read again, wrong ones told whole."""

import re
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockwire.cli.stock_tables import (
    ALIAS_COLUMNS,
    RULE_COLUMNS,
    read_aliases,
    read_rules,
    write_aliases,
    write_rules,
)
from dockwire.errors import SettingsError
from dockwire.model.stock import MOST_UNITS
from dockwire.model.stock_rules import StockRule

HEADER = ",".join(RULE_COLUMNS)
PAGE = (Path(__file__).parents[3] / "docs" / "stock.md").read_text(encoding="utf-8")
UNHURRIED = settings(deadline=None)
ANY = st.text(max_size=40) | st.text('a =",;\r\n', max_size=9)
SKUS = ANY.filter(lambda sku: sku and sku == sku.strip() and "\0" not in sku)
UNITS = st.none() | st.integers(0, MOST_UNITS)
FLAG = st.none() | st.booleans()
RULES = st.builds(
    StockRule,
    buffer=UNITS,
    percent=st.none() | st.decimals(0, 100, places=4),
    minimum=UNITS,
    maximum=UNITS,
    fixed_share=UNITS,
    paused=FLAG,
    excluded=FLAG,
)


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "table.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def refusal(folder: Path, text: str | bytes) -> list[str]:
    """Return the lines that tell what is wrong with a file of rules."""
    with pytest.raises(SettingsError) as told:
        read_rules(written(folder, text))
    return str(told.value).splitlines()


@UNHURRIED
@given(table=st.dictionaries(SKUS, RULES, max_size=5))
def test_rules_are_read_as_they_were_written(table: dict[str, StockRule]) -> None:
    with TemporaryDirectory() as folder:
        assert read_rules(written(Path(folder), write_rules(table))) == table


@UNHURRIED
@given(table=st.dictionaries(SKUS, SKUS, max_size=5))
def test_aliases_are_read_as_they_were_written(table: dict[str, str]) -> None:
    with TemporaryDirectory() as folder:
        assert read_aliases(written(Path(folder), write_aliases(table))) == table


@pytest.mark.parametrize(
    "sku", ["=A+1", "+A", "-A", "@A", "a\rb", "a\nb", "a\r\nb", 'a"b', "a;b,c", "#1", "01"]
)
def test_no_letter_of_a_sku_is_lost_or_added(tmp_path: Path, sku: str) -> None:
    path = written(tmp_path, write_aliases({sku: sku, "A": sku}))
    assert read_aliases(path) == {sku: sku, "A": sku}


def test_columns_stand_in_any_order_and_what_is_blank_is_not_said(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "\ufeffPaused, SKU ,maximum,percent,excluded,buffer\r\n"
        "yes,A,,12.5,no,3\r\n"
        ",,,,,\r\n"
        "\r\n"
        'TRUE,"Tee/Ä, red", 5 ,50 %,0,\r\n'
        ",C,,,,\r\n",
    )
    assert read_rules(path) == {
        "A": StockRule(paused=True, percent=Decimal("12.5"), excluded=False, buffer=3),
        "Tee/Ä, red": StockRule(paused=True, maximum=5, percent=Decimal(50), excluded=False),
        "C": StockRule(),
    }


def test_semicolons_and_decimal_commas_are_read_as_spreadsheets_write_them(tmp_path: Path) -> None:
    path = written(tmp_path, "sku;percent;minimum\nA;12,5;1\n")
    assert read_rules(path) == {"A": StockRule(percent=Decimal("12.5"), minimum=1)}
    assert read_aliases(written(tmp_path, "warehouse_sku;amazon_sku\nW,1;A\n")) == {"A": "W,1"}


def test_every_wrong_cell_of_every_row_is_told_at_once_with_its_row_as_a_spreadsheet_counts(
    tmp_path: Path,
) -> None:
    table = (
        f"{HEADER}\n"
        "A,-1,101,1.5,two,2147483648,maybe,\n"
        "\n"
        '"B\nin two lines",1,,,,,,\n'
        " C ,,,,,,,\n"
        ",5,,,,,,\n"
        "D,1\n"
        "A,,0.00001,,,,,2\n"
        "E,nan,nan,,,,,\n"
    )
    units = f"is no whole number from 0 to {MOST_UNITS}"
    percent = "is no percentage from 0 to 100 with at most four decimals"
    assert refusal(tmp_path, table) == [
        f"{tmp_path / 'table.csv'}: nothing was taken over:",
        "row 2, paused: 'maybe' is neither yes nor no",
        f"row 2, buffer: '-1' {units}",
        f"row 2, percent: '101' {percent}",
        f"row 2, minimum: '1.5' {units}",
        f"row 2, maximum: 'two' {units}",
        f"row 2, fixed_share: '2147483648' {units}",
        "row 5, sku: ' C ' begins or ends with a blank; SKUs are compared to the letter",
        "row 6, sku: is empty",
        "row 7: has 2 cells and not 8",
        "row 8, sku: 'A' stands in row 2 too",
        "row 8, excluded: '2' is neither yes nor no",
        f"row 8, percent: '0.00001' {percent}",
        f"row 9, buffer: 'nan' {units}",
        f"row 9, percent: 'nan' {percent}",
    ]


def test_a_number_of_any_length_is_told_and_not_tripped_over(tmp_path: Path) -> None:
    (_, problem) = refusal(tmp_path, f"sku,buffer\nA,{'9' * 5_000}\n")
    assert problem.startswith("row 2, buffer: '9999")
    assert len(problem) < 200


def test_of_very_many_problems_the_first_are_told_and_the_others_counted(tmp_path: Path) -> None:
    told = refusal(tmp_path, "sku,buffer\n" + "".join(f"A{n},x\n" for n in range(60)))
    assert len(told) == 52
    assert told[-1] == "and 10 more"


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("", "column sku is missing"),
        ("buffer,percent", "column sku is missing"),
        ("sku,bufer,Max", "unknown columns 'bufer', 'max'"),
        ("sku,buffer,", "unknown column ''"),
        ("sku,buffer,sku", "column sku stands there twice"),
    ],
)
def test_a_wrong_header_is_told_with_the_columns_there_are(tmp_path: Path, header: str, words: str) -> None:
    (problem,) = refusal(tmp_path, f"{header}\n1,2,3\n")
    assert problem == f"{tmp_path / 'table.csv'}, row 1: {words}; columns are {', '.join(RULE_COLUMNS)}"


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("A,", "row 2, warehouse_sku: is empty"),
        (",W", "row 2, amazon_sku: is empty"),
        ("A, W", "row 2, warehouse_sku: ' W' begins or ends with a blank"),
        (f"A,{'W' * 401}", "row 2, warehouse_sku: is longer than 400 characters"),
        ("A\0,W", "row 2, amazon_sku: holds a NUL character"),
        ("A,V\nA,W", "row 3, amazon_sku: 'A' stands in row 2 too"),
    ],
)
def test_an_alias_needs_both_names_once(tmp_path: Path, table: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        read_aliases(written(tmp_path, f"{','.join(ALIAS_COLUMNS)}\n{table}\n"))


def test_an_alias_table_without_warehouse_skus_is_told_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="row 1: column warehouse_sku is missing"):
        read_aliases(written(tmp_path, "amazon_sku\nA\nB\n"))


def test_an_alias_may_be_the_name_itself_and_the_name_of_another(tmp_path: Path) -> None:
    path = written(tmp_path, "amazon_sku,warehouse_sku\nA,A\nB,A\nC,B\n")
    assert read_aliases(path) == {"A": "A", "B": "A", "C": "B"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"sku\n\xff\xfe\n", "is not UTF-8 text"),
        ('sku,buffer\nA,x\n"B"x,1\n', "row 2, buffer: 'x' is no whole number(.|\n)*line 3: is no CSV"),
        ('sku,buffer\nA,"1\n', "line 2: is no CSV"),
    ],
)
def test_what_is_no_table_is_told_beside_the_rows_before_it(
    tmp_path: Path, text: str | bytes, words: str
) -> None:
    with pytest.raises(SettingsError, match=words):
        read_rules(written(tmp_path, text))
    with pytest.raises(SettingsError, match="No such file"):
        read_rules(tmp_path / "nowhere.csv")


def test_the_page_on_tables_names_every_column_and_its_examples_are_read(tmp_path: Path) -> None:
    rules, aliases = PAGE.partition("\n### Rules\n")[2].split("\n### Aliases\n")
    assert re.findall(r"^\| `(\w+)` \|", rules, re.MULTILINE) == list(RULE_COLUMNS)
    shown = [read_rules(written(tmp_path, table)) for table in examples(rules)]
    assert shown == [
        {
            "ACME-RED-S": StockRule(buffer=5, maximum=50),
            "ACME-RED-M": StockRule(percent=Decimal(80), minimum=3),
            "ACME, blue": StockRule(paused=True),
        },
        {"ACME-RED-S": StockRule(fixed_share=40, percent=Decimal("12.5"))},
    ]
    (table,) = examples(aliases)
    assert set(read_aliases(written(tmp_path, table)).values()) == {"1001"}


def examples(part: str) -> list[str]:
    return re.findall(r"```csv\n(.*?)```", part, re.DOTALL)


def test_the_page_on_tables_shows_faults_as_they_are_told(tmp_path: Path) -> None:
    faulty = (
        "sku,buffer,percent,paused\nACME-RED-S,-1,,\nB,,101,maybe\n ACME-RED-M,,,\n\nACME-RED-S,,,\nA,1\n"
    )
    told = "".join(f"  {fault}\n" for fault in refusal(tmp_path, faulty)[1:])
    assert f"dockwire: rules.csv: nothing was taken over:\n{told}" in PAGE
