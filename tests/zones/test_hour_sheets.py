"""What people hand in as an Excel file of hours: each oddity is taken on purpose or named on purpose."""

import io
import re
import zipfile
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from openpyxl import Workbook, load_workbook

from consortium.services import Refused, sheets
from tests.consortium.files import docx, old_office, packed
from zones.models import HourImport
from zones.services import order_import, run_import
from zones.services.hour_cells import Unclear, day_of, hours_of
from zones.services.hour_sheets import read_sheet

from .hour_files import HEAD, SHEET, bytes_of, rewritten, row, upload, workbook

DAY = date(2026, 3, 2)
ROW = row(DAY, "示例企业人员", "轴承座批量加工")


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def read(tmp_path):
    """A file as it is read: its rows, its faults by cell."""

    def make(data: bytes | Workbook):
        path = tmp_path / "hours.xlsx"
        path.write_bytes(data if isinstance(data, bytes) else bytes_of(data))
        return read_sheet(path)

    return make


@pytest.fixture
def refusal(read):
    def make(data: bytes | Workbook) -> str:
        with pytest.raises(Refused) as refused:
            read(data)
        return str(refused.value)

    return make


def faults(sheet) -> list[tuple[str, str]]:
    return [(f"{fault.column}{fault.row}", fault.sentence) for fault in sheet.faults]


@pytest.mark.parametrize(
    "typed",
    [
        DAY, datetime(2026, 3, 2), 46083, 46083.0, "46083", "2026-03-02", "2026/3/2", "2026.3.2", "2026年3月2日",
        "20260302", "２０２６－０３－０２", " 2026 年 3 月 2 日 ", "2026-3-2 00:00:00",
    ],
)  # fmt: skip
def test_a_day_is_understood_however_it_is_typed(typed):
    assert day_of(typed) == DAY


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "The day is missing."),
        ("3月2日", "This is no day. Give it with the year, as 2026-03-31."),
        ("3/2/2026", "This is no day. Give it with the year, as 2026-03-31."),
        ("2026-3/2", "This is no day. Give it with the year, as 2026-03-31."),
        ("2026-02-30", "There is no such day in the calendar."),
        ("0000-01-01", "There is no such day in the calendar."),
        (45.5, "This is no day. Give it with the year, as 2026-03-31."),
        (46083.5, "This is no day. Give it with the year, as 2026-03-31."),
        (True, "This is no day. Give it with the year, as 2026-03-31."),
        (time(8), "This is no day. Give it with the year, as 2026-03-31."),
        (datetime(2026, 3, 2, 8, 30), "This is a day with a time of day. Give the day alone."),
    ],
)
def test_what_is_no_day_is_told_so(typed, sentence):
    with pytest.raises(Unclear, match=re.escape(sentence)):
        day_of(typed)


@pytest.mark.parametrize(
    "typed",
    [
        1.5, "1.5", "1.50", "１．５", " 1.5 ", "1.5小时", "1.5h", "1:30", "1：30", "01:30:00", 
        "1小时30分", "1小时30分钟", "1 小时 30 分",
        "90分钟", "90分", time(1, 30), timedelta(minutes=90), 1.4999999999999998,
    ],
)  # fmt: skip
def test_hours_are_understood_however_they_are_typed(typed):
    assert hours_of(typed) == Decimal("1.5")


@pytest.mark.parametrize(
    ("typed", "hours"),
    [
        ("0", 0),
        ("-1", -1),
        (25, 25),
        (timedelta(hours=30), 30),
        (1.3, "1.3"),
        ("1小时20分", "1.3333"),
        (0.1, "0.1"),
        (1.2501, "1.2501"),
    ],
)
def test_hours_that_cannot_be_are_left_to_the_rules_as_they_are(typed, hours):
    assert hours_of(typed) == Decimal(hours)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "The hours are missing."),
        ("两小时", "These are no hours. Give a number as 1.5, or 1:30."),
        ("1:75", "These are no hours. Give a number as 1.5, or 1:30."),
        ("1,5", "These are no hours. Give a number as 1.5, or 1:30."),
        ("1e3", "These are no hours. Give a number as 1.5, or 1:30."),
        ("NaN", "These are no hours. Give a number as 1.5, or 1:30."),
        (True, "Give the hours as a number."),
        (DAY, "This is a date. Give the hours as a number."),
    ],
)
def test_what_is_no_figure_of_hours_is_told_so(typed, sentence):
    with pytest.raises(Unclear, match=re.escape(sentence)):
        hours_of(typed)


def test_the_head_is_found_below_titles_and_columns_stand_in_any_order(read):
    head = ["备注", "工时（小时）", "*项目", "Date", "姓名"]
    sheet = read(workbook(["x", 2, "P", DAY, "N"], head=head, above=3))
    assert (sheet.head, sheet.columns) == (4, {"note": 0, "hours": 1, "project": 2, "date": 3, "person": 4})
    assert (sheet.rows, sheet.faults) == ([(5, ["x", 2.0, "P", DAY, "N"])], [])


def test_unknown_double_and_missing_columns_are_named(read):
    sheet = read(workbook([DAY, DAY, "P", 3], head=["日期", "日期", "项目", "加班费"]))
    assert faults(sheet) == [
        ("B1", "This column stands there twice."),
        ("D1", "This column is not known. Delete it, or give it a name of the template."),
        ("1", "The column “Hours” is missing."),
    ]


def test_columns_that_an_export_has_as_well_are_passed_over_by_name(read):
    sheet = read(workbook([*ROW, "示例企业一", "草稿"], head=[*HEAD, "单位", "状态"]))
    assert sheet.notes == ["These columns say what the program knows itself and are not read: “单位”, “状态”."]


def test_a_formula_is_refused_by_its_cell_even_with_a_value_beside_it(read):
    data = bytes_of(workbook([*ROW[:4], "=1+1", "=A2"], ROW))
    cached = rewritten(data, SHEET, rb"<f>1\+1</f><v ?/?>(</v>)?", rb"<f>1+1</f><v>2</v>")
    sentence = "This is a formula. Copy the column and paste it back as values."
    assert faults(read(data)) == faults(read(cached)) == [("E2", sentence), ("F2", sentence)]


def test_a_formula_under_another_prefix_is_one_too(read):
    data = bytes_of(workbook([*ROW[:4], "=1+1", ""]))
    main = rb"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    data = rewritten(data, SHEET, rb"<(/?)([a-zA-Z])", rb"<\1x:\2")
    data = rewritten(data, SHEET, b'xmlns="' + main, b'xmlns:x="' + main)
    assert [cell for cell, _sentence in faults(read(data))] == ["E2"]


def test_an_error_value_is_named_where_calamine_reads_nothing(read):
    assert faults(read(workbook([*ROW[:4], "#REF!", ""]))) == [("E2", "Excel could not work this out. Type the value.")]


def test_formulas_and_merged_cells_above_the_head_are_nobodys_business(read):
    book = workbook(ROW, above=2)
    book.active["A1"] = "=TODAY()"
    book.active.merge_cells("A2:F2")
    assert faults(read(book)) == []


def test_merged_cells_below_the_head_are_named(read):
    book = workbook(ROW, ROW)
    book.active.merge_cells("B2:B3")
    assert faults(read(book)) == [("B2", "B2:B3 are merged, and only the first of them has a value. Undo the merging.")]


@pytest.mark.parametrize("declared", [b"A1", b"A1:B2", b"A1:XFD1048576"])
def test_the_declared_size_of_a_sheet_is_not_believed(read, declared):
    data = rewritten(
        bytes_of(workbook(*[ROW] * 30)), SHEET, rb'<dimension ref="[^"]*"', b'<dimension ref="' + declared + b'"'
    )
    assert len(read(data).rows) == 30


def test_openpyxl_believes_the_declared_size_which_is_why_it_does_not_read_here():
    data = rewritten(bytes_of(workbook(*[ROW] * 30)), SHEET, rb'<dimension ref="[^"]*"', b'<dimension ref="A1:F2"')
    book = load_workbook(io.BytesIO(data), read_only=True)
    assert len(list(book.active.iter_rows())) == 2
    book.close()


def test_one_cell_far_away_does_not_fill_the_memory(refusal):
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    data = rewritten(bytes_of(workbook(ROW)), SHEET, b"</sheetData>", far)
    assert refusal(data) == "Sheet “Sheet” has something as far as column XFD. Delete what does not belong there."
    data = rewritten(data, SHEET, b"XFD1048576", b"A1048576")
    assert refusal(data) == "Sheet “Sheet” goes down to row 1,048,576; a file has at most 10,000 rows of hours."


def test_empty_rows_between_and_formatted_ones_below_count_for_nothing(read):
    book = workbook(ROW, [None] * 6, ["", " ", None], ROW)
    book.active["A900000"].number_format = "0.00"
    assert [number for number, _cells in read(book).rows] == [2, 4, 5]


def test_10000_rows_come_in_and_10001_do_not(read, refusal):
    def book(rows: int) -> bytes:
        data = Workbook(write_only=True)
        sheet = data.create_sheet()
        for line in [HEAD, *[ROW] * rows]:
            sheet.append(line)
        return bytes_of(data)

    assert len(read(book(10_000)).rows) == 10_000
    assert refusal(book(10_001)) == "The file has 10,001 rows of hours; at once there are at most 10,000. Divide it."


def test_a_sheet_without_hours_and_a_workbook_without_heads_say_so(refusal):
    assert refusal(workbook()) == "There are no hours below the heads in row 1."
    assert refusal(workbook(["x"], head=["某某公司"])) == (
        "No sheet has a row with these heads: Date, Person, Project, Module, Zone, Activity, Hours, Note. "
        "Take the template."
    )


def test_the_first_visible_sheet_with_a_head_is_read_and_the_others_are_named(read):
    book = Workbook()
    book.active.title = "封面"
    for name, state in (("旧表", "hidden"), ("三月", "visible"), ("四月", "visible")):
        sheet = book.create_sheet(name)
        sheet.sheet_state = state
        sheet.append(HEAD)
        sheet.append(ROW)
    sheet = read(book)
    assert (sheet.name, sheet.notes) == ("三月", ["Only the sheet “三月” was read, not “封面”, “旧表”, “四月”."])


def test_days_counted_from_1904_are_refused(refusal):
    data = rewritten(bytes_of(workbook(ROW)), "xl/workbook.xml", rb"<workbookPr ?/>", b'<workbookPr date1904="1"/>')
    assert refusal(data) == (
        "This file counts its days from 1904. Switch that off in Excel (Options, Advanced), save it again."
    )


def test_entities_that_grow_are_refused(refusal):
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;">]>\n<'
    damaged = "This Excel file is damaged and cannot be read. Save it anew and hand it in again."
    for part in (SHEET, "xl/workbook.xml", "xl/styles.xml"):
        assert refusal(rewritten(bytes_of(workbook(ROW)), part, rb"^(<\?xml[^>]*>\s*)?<", bomb)) == damaged


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"])
def test_a_broken_part_is_a_sentence(read, part):
    data = rewritten(bytes_of(workbook(ROW)), part, rb".{60}$", b"")
    with pytest.raises(Refused, match="damaged"):
        read(data)


def test_a_part_that_unpacks_to_more_than_it_says_is_a_sentence(refusal):
    data = bytearray(bytes_of(workbook(*[ROW] * 50)))
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as package:
        size = package.getinfo(SHEET).file_size.to_bytes(4, "little")
    at = data.rfind(SHEET.encode()) - 46 + 24  # the uncompressed size in the table of contents
    assert data[at : at + 4] == size
    data[at : at + 4] = (100).to_bytes(4, "little")
    assert refusal(bytes(data)) == "This Excel file is damaged and cannot be read. Save it anew and hand it in again."


# --- what does not even become an order ------------------------------------------------------------------------------
def bomb() -> bytes:
    """Fifty megabytes of spaces in a sheet, packed to a thousandth."""
    return rewritten(bytes_of(workbook(ROW)), SHEET, b"</sheetData>", b"</sheetData>" + b" " * 50_000_000)


@pytest.mark.parametrize(
    ("make", "name", "sentence"),
    [
        (lambda: b"", "a.xlsx", "This file is empty."),
        (lambda: bytes(11 * 1024 * 1024), "a.xlsx", "This file is too large. A file of hours has at most 10 MB."),
        (bomb, "a.xlsx", "Unpacked, this file would be far too large."),
        (lambda: docx(), "a.xlsx", "It is named .xlsx but is: Word document. Name it .docx and hand it in again."),
        (
            lambda: docx(), "a.docx",
            "This is: Word document. Hours come in as an Excel workbook (.xlsx): save it as one.",
        ),
        (
            lambda: old_office("Workbook"), "a.xls",
            "This is: Excel sheet. Hours come in as an Excel workbook (.xlsx): save it as one.",
        ),
        (
            lambda: old_office("Workbook"), "a.xlsx",
            "It is named .xlsx but is: Excel sheet. Name it .xls and hand it in again.",
        ),
        (
            lambda: "日期,工时\n".encode("gb18030"), "a.csv",
            "This is: Table as text. Hours come in as an Excel workbook (.xlsx): save it as one.",
        ),
        (
            lambda: packed(a_dot_txt=b"x"), "a.xlsx",
            "This kind of file is not taken. Hand in a PDF, a picture (JPG, PNG, WEBP), a Word, Excel, PowerPoint or "
            "WPS file, an OFD or a text; a packed folder as its single files.",
        ),
    ],
)  # fmt: skip
def test_a_file_that_is_none_of_ours_gets_a_sentence_and_no_order(partner, make, name, sentence):
    with pytest.raises(Refused) as refused:
        order_import(upload(make(), name), language="en", by=partner, now=timezone.now())
    assert (str(refused.value), HourImport.objects.count()) == (sentence, 0)


def test_many_parts_that_together_are_too_large_are_refused_by_the_check(partner, monkeypatch):
    monkeypatch.setattr(sheets, "UNPACKED_BYTES", 5_000)
    order = order_import(upload(workbook(ROW)), language="en", by=partner, now=timezone.now())
    run_import(order)
    assert (order.status, order.error) == ("failed", "Unpacked, this file would be far too large.")
