"""The Excel file of a list, read back by two programs that have nothing to do with the one that writes it."""

import io
import zipfile
from datetime import date, datetime, time
from decimal import Decimal
from xml.dom import minidom

import pytest
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from consortium.services.list_files import MOST_CHARS, write_list

DAY, MOMENT = date(2026, 3, 31), datetime(2026, 3, 31, 13, 30, 15)
ROWS = [
    ["示例 <企业> & “甲”", 3, Decimal("1.25"), DAY, MOMENT, True],
    ["=1+1", -2, 0.5, date(1900, 3, 1), datetime(2000, 1, 1), False],
    [" a\n\tb ", 10**9, Decimal("-0.25"), None, None, None],
]


def written(*portions: list, heads: str = "ABCDEF", title: str = "清单") -> io.BytesIO:
    file = io.BytesIO()
    write_list(file, title=title, heads=list(heads), portions=portions)
    file.seek(0)
    return file


def test_two_programs_read_the_values_and_their_kinds():
    sheet = load_workbook(written(ROWS[:1], [], ROWS[1:])).active
    rows = list(sheet.iter_rows())
    assert [[cell.value for cell in row] for row in rows] == [
        list("ABCDEF"),
        ["示例 <企业> & “甲”", 3, 1.25, datetime(2026, 3, 31), MOMENT, True],
        ["=1+1", -2, 0.5, datetime(1900, 3, 1), datetime(2000, 1, 1), False],
        [" a\n\tb ", 10**9, -0.25, None, None, None],
    ]
    assert [cell.data_type for cell in rows[1]] == ["s", "n", "n", "d", "d", "b"]
    assert [row[0].data_type for row in rows] == ["s", "s", "s", "s"]
    assert [cell.font.b for cell in (rows[0][5], rows[1][5])] == [True, False]
    assert (sheet.title, sheet.freeze_panes, sheet.print_title_rows, sheet.column_dimensions["A"].width) == (
        "清单", "A2", "$1:$1", 18,
    )  # fmt: skip
    read = CalamineWorkbook.from_filelike(written(ROWS)).get_sheet_by_index(0).to_python()
    assert read == [
        list("ABCDEF"),
        ["示例 <企业> & “甲”", 3.0, 1.25, DAY, MOMENT, True],
        ["=1+1", -2.0, 0.5, date(1900, 3, 1), date(2000, 1, 1), False],
        [" a\n\tb ", 1e9, -0.25, "", "", ""],
    ]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a\x00b\x0bc\ufffed", "abcd"),
        ("#REF!", "#REF!"),
        ("a\r\nb", "a\r\nb"),
        ("]]><f>1</f>", "]]><f>1</f>"),
        ("x" * 40_000, "x" * MOST_CHARS),
        ("", None),
    ],
)
def test_a_text_stays_the_text_it_was_as_far_as_excel_can_hold_it(text, kept):
    cell = load_workbook(written([[text]], heads="A")).active["A2"]
    assert (cell.value, cell.data_type) == (kept, "s" if kept else "n")


def test_what_excel_has_no_number_for_is_a_text():
    file = written([[date(1895, 10, 2), time(8, 30)]], heads="AB")
    first, second = load_workbook(file).active[2]
    assert (first.value, second.value) == ("1895-10-02", time(8, 30))


def test_a_title_that_excel_would_refuse_is_made_a_name():
    book = load_workbook(written([], heads="A", title="'a'/\"b\" [c]: <工时> & " + "x" * 40))
    assert book.sheetnames == [" a   b   c   <工时> & " + "x" * 11]
    assert book.active.print_title_rows == "$1:$1"


def test_every_part_is_well_formed_and_no_cell_holds_a_formula():
    with zipfile.ZipFile(written(ROWS)) as package:
        parts = {name: minidom.parseString(package.read(name)) for name in package.namelist()}
    assert len(parts) == 6
    assert parts["xl/worksheets/sheet1.xml"].getElementsByTagName("f") == []
