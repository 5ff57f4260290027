"""The official table that is written can be read again unchanged, and is laid out for print."""

import io

import docx
import openpyxl
import pytest
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn

from tasks.tables import WRITERS, read_table, write_docx, write_xlsx


@pytest.fixture
def filled(sample):
    table = sample()
    table.rows[0].leader, table.rows[0].phone = "张三、李四", "0319-1234567"
    table.rows[0].responsible_person = "王五"
    table.rows[1].milestones.pop(4)
    table.rows[3].milestones.clear()
    table.rows[2].goal = "=1+1"
    return table


@pytest.mark.parametrize("kind", ["docx", "xlsx"])
def test_what_was_written_is_read_again_unchanged(filled, kind):
    again = read_table(WRITERS[kind](filled), f"again.{kind}", 2020)
    assert (again.title, again.unit, again.reported_on) == (filled.title, filled.unit, filled.reported_on)
    assert again.rows == filled.rows


@pytest.mark.parametrize("kind", ["docx", "xlsx"])
def test_the_latest_progress_is_written(sample, kind):
    table = sample()
    table.rows[0].milestones[1].progress = "已完成。"
    again = read_table(WRITERS[kind](table), f"again.{kind}", 2020)
    assert again.rows[0].milestones[1].progress == "已完成。"


def test_the_word_table_is_landscape_with_merged_cells_and_a_repeated_head(sample):
    document = docx.Document(io.BytesIO(write_docx(sample())))
    section = document.sections[0]
    assert section.orientation == WD_ORIENT.LANDSCAPE
    assert (round(section.page_width.cm, 1), round(section.page_height.cm, 1)) == (29.7, 21.0)
    table = document.tables[0]
    assert [cell.text for cell in table.rows[0].cells] == [
        "序号", "目标任务", "季度", "形象进度", "最新进展", "主管领导", "责任人员", "联系电话",
    ]  # fmt: skip
    assert len(table.rows[0]._tr.trPr.findall(qn("w:tblHeader"))) == 1
    merges = [[cell.vMerge for cell in row._tr.tc_lst] for row in table.rows[1:5]]
    first, below = (
        ["restart", "restart", None, None, None] + ["restart"] * 3,
        ["continue", "continue", None, None, None] + ["continue"] * 3,
    )
    assert merges == [first, below, below, below]
    assert document.paragraphs[1].text == "填报单位（加盖公章）：沙河市教育局\t上报时间：2020年3月31日"


def test_the_sheet_is_printed_landscape_with_its_head_on_every_page(sample):
    sheet = openpyxl.load_workbook(io.BytesIO(write_xlsx(sample()))).active
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight, sheet.print_title_rows) == (
        "landscape",
        0,
        "$3:$3",
    )
    assert sheet["B4"].value == "实施“八个一”工程"
    assert "B4:B7" in [str(cells) for cells in sheet.merged_cells.ranges]


@pytest.mark.parametrize("kind", ["docx", "xlsx"])
def test_characters_that_no_office_file_can_hold_are_left_out(sample, kind):
    table = sample()
    table.rows[0].goal, table.rows[0].milestones[1].text = "建\x0b设\ufffe", "完\x01成。"
    again = read_table(WRITERS[kind](table), f"again.{kind}", 2020)
    assert (again.rows[0].goal, again.rows[0].milestones[1].text) == ("建设", "完成。")


def test_a_row_of_the_sheet_is_as_high_as_its_longest_text_and_a_goal_fits_its_rows(sample):
    table = sample()
    table.rows[0].milestones[2].text = "建成校企共建实训基地" * 10
    table.rows[1].goal = "推进落实校企合作促进办法" * 20
    sheet = openpyxl.load_workbook(io.BytesIO(write_xlsx(table))).active
    heights = [sheet.row_dimensions[row].height for row in range(4, 12)]
    assert heights[:4] == [33.0, 105.5, 33.0, 18.5]
    assert sum(heights[4:]) > 20 * 12 * 2 / 14 * 14.5
