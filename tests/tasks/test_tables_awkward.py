"""Forms as offices really send them: read by what they say, each doubt said, nothing guessed in silence."""

import io
from datetime import date

import docx
import openpyxl
import pytest
from django.utils import translation

from tasks.tables import read_table
from tasks.words import names_in_doubt, repeated_sentences, tidy, tidy_names, tidy_phones

from .test_tables import HEADINGS, understood, word, xlsx

UNIT = "填报单位：示例教育局"


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def read(rows, **more):
    return read_table(xlsx([[UNIT], *rows], **more), "table.xlsx", 2026)


def test_columns_stand_in_any_order_and_those_that_are_not_known_are_named():
    rows = [
        ["备注", "联系电话", "责任人员", "形象进度", "季度", "目标任务", "序号", "资金（万元）"],
        ["急", "0319-1234567", "张三", "开工", "1季度", "建设", 1, 30],
        ["", "", "", "竣工", "2季度", "", "", ""],
    ]
    table = read(rows)
    assert understood(table) == [(1, "建设", {1: "开工", 2: "竣工"})]
    assert (table.rows[0].responsible_person, table.rows[0].phone) == ("张三", "0319-1234567")
    assert table.warnings[:2] == [
        "The column “备注” is not taken in: the table has no place for it.",
        "The column “资金（万元）” is not taken in: the table has no place for it.",
    ]


def test_without_a_column_of_quarters_each_text_is_that_of_the_whole_year():
    rows = [
        ["序号", "目标任务", "形象进度"],
        [1, "建设", "竣工并运营。"],
        [2, "评估", "完成评估（7月）。"],
        ["", "", "并公布。"],
    ]
    table = read(rows)
    assert understood(table) == [(1, "建设", {4: "竣工并运营。"}), (2, "评估", {3: "完成评估（7月）。并公布。"})]
    assert [cell.due for row in table.rows for cell in row.milestones.values()] == [
        date(2026, 12, 31),
        date(2026, 7, 31),
    ]
    assert table.warnings == ["There is no column of quarters: each text is that of the whole year."]
    assert table.errors == []


def test_numbers_start_where_the_form_starts_and_may_be_chinese():
    table = read([HEADINGS, ["七、", "甲", "1季度", "a"], ["八、", "乙", "一季度", "b"], ["（十）", "丙", "Q1", "c"]])
    assert [row.number for row in table.rows] == [7, 8, 10]


def test_spaces_inside_numbers_are_closed_up_and_said():
    table = read([HEADINGS, ["１ ２", "建设", "1季度", "捐赠 ３ ００ 万元"]])
    assert understood(table) == [(12, "建设", {1: "捐赠300万元"})]
    assert ("Task 12: “3 00” is read as 300.", 12, 1) in [
        (doubt.sentence, doubt.task, doubt.quarter) for doubt in table.doubts
    ]


def test_people_that_cannot_be_told_apart_are_said():
    rows = [HEADINGS, [1, "建设", "1季度", "开工", "", "张三李四", "欧阳修远 王五", ""]]
    table = read(rows)
    assert (table.rows[0].leader, table.rows[0].responsible_person) == ("张三李四", "欧阳修远、王五")
    assert "Task 1: is “张三李四” one person? Several are told apart by “、”." in table.warnings


@pytest.mark.parametrize(
    ("names", "doubtful"),
    [
        ("张三、李四", []),
        ("欧阳修远", []),
        ("张三李四", ["张三李四"]),
        ("丰", ["丰"]),
        ("张三（副局长）、Anna Li", []),
        ("阿卜杜拉·买买提", []),
        ("", []),
    ],
)
def test_a_name_is_in_doubt_when_it_is_too_short_or_too_long(names, doubtful):
    assert names_in_doubt(names) == doubtful


@pytest.mark.parametrize(
    ("cell", "phones"),
    [
        ("0319 881 2345", "0319-8812345"),
        ("0319-\n8812345", "0319-8812345"),
        ("138 0000 0000", "13800000000"),
        ("8812345 8812346", "8812345、8812346"),
        ("0319-8812345；13800000000", "0319-8812345、13800000000"),
        ("０３１９－８８１２３４５", "0319-8812345"),
        ("8812345转 8", "8812345转、8"),
    ],
)
def test_a_telephone_typed_in_parts_is_put_together(cell, phones):
    assert tidy_phones(cell) == phones


def test_a_sentence_that_was_copied_and_a_goal_that_stands_twice_are_said():
    rows = [
        [1, "建设", "1季度", "建成实训基地一个。"],
        ["", "", "2季度", "建成实训基地一个。验收。"],
        [2, "建设", "1季度", "验收。"],
    ]
    table = read([HEADINGS, *rows])
    assert "Task 1: the sentence “建成实训基地一个” stands there twice." in table.warnings
    assert [doubt.task for doubt in table.doubts if "same goal" in doubt.sentence] == [1, 2]


def test_short_sentences_may_stand_in_every_quarter():
    assert repeated_sentences(["验收。", "验收。"]) == []


def test_a_title_with_unit_and_date_in_one_cell_is_taken_apart():
    rows = [
        ["沙河市2026年任务分解一览表"],
        ["填报单位（加盖公章）：示例教育局    上报时间：２０２６年３月 ３１ 日"],
        HEADINGS,
    ]
    table = read_table(xlsx([*rows, [1, "建设", "1季度", "开工"]]), "a.xlsx", 2026)
    assert (table.title, table.unit, table.reported_on) == (
        "沙河市2026年任务分解一览表", "示例教育局", date(2026, 3, 31),
    )  # fmt: skip


def test_a_date_that_does_not_exist_is_said():
    table = read_table(xlsx([[f"{UNIT} 上报时间：2026年2月30日"], HEADINGS, [1, "建设", "1季度", "a"]]), "a.xlsx", 2026)
    assert (table.reported_on, table.warnings[0]) == (None, "The date of the report, 2026-2-30, does not exist.")


def test_a_heading_broken_over_two_lines_of_a_cell_is_read():
    content = word([["序\n号", "目标\n任务", "季\n度", "形象\n进度"], ["1", "建设", "1季度", "开工"]], [UNIT])
    assert understood(read_table(content, "a.docx", 2026)) == [(1, "建设", {1: "开工"})]


def test_the_next_table_of_a_word_file_goes_on_without_a_heading():
    document = docx.Document(io.BytesIO(word([HEADINGS, ["1", "建设", "1季度", "开工", "", "", "", ""]], [UNIT])))
    more = document.add_table(rows=1, cols=len(HEADINGS))
    for cell, text in zip(more.rows[0].cells, ["", "", "2季度", "竣工", "", "", "", ""], strict=True):
        cell.text = text
    file = io.BytesIO()
    document.save(file)
    assert understood(read_table(file.getvalue(), "a.docx", 2026)) == [(1, "建设", {1: "开工", 2: "竣工"})]


def test_another_table_of_the_same_word_file_is_left_alone():
    document = docx.Document(io.BytesIO(word([HEADINGS, ["1", "建设", "1季度", "开工", "", "", "", ""]], [UNIT])))
    other = document.add_table(rows=1, cols=2)
    other.rows[0].cells[0].text, other.rows[0].cells[1].text = "联系人", "赵六"
    file = io.BytesIO()
    document.save(file)
    assert understood(read_table(file.getvalue(), "a.docx", 2026)) == [(1, "建设", {1: "开工"})]


def test_cells_merged_across_rows_of_excel_belong_to_all_of_them():
    rows = [HEADINGS, [1, "建设", "1季度", "开工"], [None, None, "2季度", "竣工"], [2, "评估", "1季度", "准备"]]
    table = read(rows, merge=["A3:A4", "B3:B4"])
    assert understood(table) == [(1, "建设", {1: "开工", 2: "竣工"}), (2, "评估", {1: "准备"})]


def test_the_table_may_stand_on_the_second_sheet_behind_a_cover():
    book = openpyxl.Workbook()
    book.active.append(["封面"])
    sheet = book.create_sheet("表")
    for row in [[UNIT], HEADINGS, [1, "建设", "1季度", "开工"]]:
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    assert understood(read_table(file.getvalue(), "a.xlsx", 2026)) == [(1, "建设", {1: "开工"})]


def test_what_people_type_between_characters_and_digits_does_not_matter():
    assert tidy("建成 1 0 个，　共 ２ 间\n（5 月）") == "建成10个，共2间（5月）"
    assert tidy_names("张　三 / 李四;王五") == "张三、李四、王五"


def test_each_task_keeps_its_rows_as_they_stand_in_the_file():
    table = read([HEADINGS, [1, "建设", "1季度", " 开 工 "], ["", "", "2季度", "竣工"]])
    assert table.original.headings == HEADINGS
    assert [(place, cells[2:4]) for place, cells in table.original.rows[1]] == [
        (3, ["1季度", " 开 工 "]), (4, ["2季度", "竣工"]),
    ]  # fmt: skip
