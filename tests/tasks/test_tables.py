"""The official table is read from Word and Excel, as it is and as people make it."""

import io
import zipfile
from datetime import date

import docx
import openpyxl
import pytest
from django.utils import translation

from tasks.tables import files as tables_files
from tasks.tables import read_table
from tasks.words import due_months, tidy, tidy_names

HEADINGS = ["序号", "目标任务", "季度", "形象进度", "最新进展", "主管领导", "责任人员", "联系电话"]
GOALS = [
    "实施“八个一”工程",
    "新增一批相关专业",
    "开一次产教融合对接会",
    "出台至少一项支持政策",
    "校企共建实训基地",
    "出台专业人才培养方案",
    "推进落实《邢台市职业教育校企合作促进办法（试行）》",
]
Q1, Q2, Q3, Q4 = date(2020, 3, 31), date(2020, 6, 30), date(2020, 9, 30), date(2020, 12, 31)
DUE = [
    [Q1, date(2020, 5, 31), Q3, Q4],
    [Q1, Q2, Q3, Q4],
    [Q1, Q2, date(2020, 7, 31), Q4],
    [Q1, date(2020, 4, 30), Q3, Q4],
    [Q1, Q2, Q3, date(2020, 11, 30)],
    [Q1, Q2, Q3, Q4],
    [Q1, Q2, date(2020, 8, 31), Q4],
]


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def xlsx(rows, merge=()) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for cells in merge:
        book.active.merge_cells(cells)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def word(rows, lines=()) -> bytes:
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    table = document.add_table(rows=0, cols=len(rows[0]))
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def archive(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return file.getvalue()


def read(rows, **more):
    return read_table(xlsx([["填报单位：示例教育局"], *rows], **more), "table.xlsx", 2026)


def understood(table):
    return [
        (row.number, row.goal, {quarter: cell.text for quarter, cell in row.milestones.items()}) for row in table.rows
    ]


@pytest.mark.parametrize("kind", ["docx", "xlsx"])
def test_the_sample_gives_its_seven_tasks_and_twenty_eight_due_dates(sample, kind):
    table = sample(kind)
    assert table.title == "沙河市教育局2020年职业教育产教融合任务分解一览表"
    assert table.unit == "沙河市教育局"
    assert table.reported_on == date(2020, 3, 31)
    assert [(row.number, row.goal) for row in table.rows] == list(enumerate(GOALS, start=1))
    assert [[row.milestones[quarter].due for quarter in (1, 2, 3, 4)] for row in table.rows] == DUE
    assert table.warnings == ["Task 5, quarter 4 names the months 10, 11; the latest, 11, is due."]
    assert table.errors == []


def test_word_and_excel_of_the_sample_say_the_same(sample):
    assert sample("docx") == sample("xlsx")


def test_a_text_of_the_sample_loses_only_the_spaces_that_typing_left(sample):
    cells = sample().rows[0].milestones
    assert {quarter: cell.text for quarter, cell in cells.items()} == {
        1: "学习政策要求，结合实际制定工作计划。",
        2: "制定《沙河市实施“八个一”工程实施细则》（5月）。",
        3: "开展“新建1个产业学院、学生拜师”工作。",
        4: "总结“八个一”工程建设成果。",
    }


def test_the_heading_is_found_by_its_words_wherever_it_stands():
    table = read([[], [], ["形象进度", "季 度", "序 号", "目标任务"], ["开工", "第一季度", "1", "建设"]])
    assert understood(table) == [(1, "建设", {1: "开工"})]


def test_a_heading_repeated_on_the_next_page_is_no_task():
    table = read([HEADINGS, [1, "建设", "1季度", "开工"], HEADINGS, [None, None, "2季度", "竣工"]])
    assert understood(table) == [(1, "建设", {1: "开工", 2: "竣工"})]


def test_full_width_digits_chinese_numbers_and_every_spelling_of_a_quarter_are_read():
    rows = [["一、", "甲", "１季度", "a"], ["", "", "第二季度", "b"], ["", "", "Q3", "c"], ["", "", "四 季 度", "d"]]
    table = read([HEADINGS, *rows, ["（十二）", "乙", "1", "e（１２ 月）"]])
    assert understood(table) == [(1, "甲", {1: "a", 2: "b", 3: "c", 4: "d"}), (12, "乙", {1: "e（12月）"})]
    assert table.rows[1].milestones[1].due == date(2026, 12, 31)


def test_number_and_goal_repeated_in_every_row_are_one_task():
    table = read([HEADINGS, [3, "建设", "1季度", "开工"], [3, "建设", "2季度", "竣工"], [4, "评估", "1季度", "准备"]])
    assert understood(table) == [(3, "建设", {1: "开工", 2: "竣工"}), (4, "评估", {1: "准备"})]


def test_a_text_and_a_goal_broken_over_rows_are_put_together():
    rows = [
        [1, "校企共建", "1季度", "职教中心建成 1 个"],
        ["", "实训基地", "", "专业群。"],
        ["", "", "", ""],
        ["", "", "2季度", "竣工"],
    ]
    assert understood(read([HEADINGS, *rows])) == [(1, "校企共建实训基地", {1: "职教中心建成1个专业群。", 2: "竣工"})]


def test_merged_cells_of_word_are_read_once():
    content = word(
        [HEADINGS, ["1", "建设", "1季度", "开工", "", "张 三\n李四", "王五", ""], [""] * 8], ["填报单位：示例局"]
    )
    document = docx.Document(io.BytesIO(content))
    cells = document.tables[0]
    cells.cell(2, 2).text, cells.cell(2, 3).text = "2季度", "竣工"
    for column in (0, 1, 5):
        cells.cell(1, column).merge(cells.cell(2, column))
    file = io.BytesIO()
    document.save(file)
    table = read_table(file.getvalue(), "a.docx", 2026)
    assert understood(table) == [(1, "建设", {1: "开工", 2: "竣工"})]
    assert (table.rows[0].leader, table.rows[0].responsible_person) == ("张三、李四", "王五")


def test_what_the_table_lacks_is_said():
    table = read_table(xlsx([HEADINGS, ["", "建设", "1季度", "开工"]]), "a.xlsx", 2026)
    assert table.warnings == [
        "Row 2: the number is missing; 1 is taken.",
        "The table does not say which unit reports it (填报单位).",
        "Task 1 has no quarter 2.",
        "Task 1 has no quarter 3.",
        "Task 1 has no quarter 4.",
    ]


def test_a_month_outside_its_quarter_and_a_month_that_does_not_exist_are_said():
    table = read([HEADINGS, [1, "建设", "1季度", "开工（5月）"], ["", "", "2季度", "竣工（13月）"]])
    assert table.warnings[:2] == ["Task 1 has no quarter 3.", "Task 1 has no quarter 4."]
    assert table.warnings[2:] == [
        "Task 1, quarter 1: the month 5 lies outside the quarter.",
        "Task 1, quarter 2: there is no month 13.",
    ]
    assert [cell.due for cell in table.rows[0].milestones.values()] == [date(2026, 5, 31), date(2026, 6, 30)]


NO_HEADING = "The heading of the table is not recognised. It needs the columns 序号, 目标任务, 季度 and 形象进度."


@pytest.mark.parametrize(
    ("rows", "errors"),
    [
        ([["序号", "内容"], [1, "a"]], [NO_HEADING]),
        ([HEADINGS], ["The table has no tasks."]),
        (
            [HEADINGS, [1, "建设", "5季度", "a"]],
            ["Row 3: the quarter “5季度” is not recognised.", "The table has no tasks."],
        ),
        ([HEADINGS, [1, "甲", "1季度", "a"], [1, "乙", "1季度", "b"]], ["Row 4: number 1 stands there twice."]),
        (
            [HEADINGS, [1, "甲", "1季度", "a"], ["", "", "2季度", "b"], ["", "", "1季度", "c"]],
            ["Row 5: quarter 1 of task 1 stands there twice."],
        ),
        ([HEADINGS, [1, "甲", "1季度", ""]], ["Task 1, quarter 1: there is no text."]),
        ([HEADINGS, [1, "", "1季度", "a"]], ["Row 3: there is no goal for this task.", "The table has no tasks."]),
        ([HEADINGS, [1, "甲", "", "a"]], ["Row 3: the text belongs to no quarter."]),
    ],
)  # fmt: skip
def test_a_table_that_is_wrong_is_refused_with_a_sentence(rows, errors):
    assert read(rows).errors == errors


TOO_LARGE = "The file is too large: at most 10 MB."
DAMAGED = "The file is damaged and cannot be read."
NOT_DOCX = "The file is named .docx but is not such a file, or it has a password."
NOT_XLSX = NOT_DOCX.replace("docx", "xlsx")


@pytest.mark.parametrize(
    ("content", "name", "error"),
    [
        (b"", "a.docx", "The file is empty."),
        (b"not a zip", "a.docx", NOT_DOCX),
        (xlsx([HEADINGS]), "a.docx", NOT_DOCX),
        (word([HEADINGS]), "a.xlsx", NOT_XLSX),
        (b"\xd0\xcf\x11\xe0old", "a.xlsx", NOT_XLSX),
        (b"old", "a.doc", "Only .docx and .xlsx files can be read. Save an older file in one of these formats first."),
        (archive({"word/document.xml": b"<broken"}), "a.docx", DAMAGED),
        (archive({"xl/workbook.xml": b"<!DOCTYPE x [<!ENTITY a 'a'>]>"}), "a.xlsx", NOT_XLSX),
        (b"x" * (tables_files.MAX_FILE + 1), "a.xlsx", TOO_LARGE),
        (archive({"word/document.xml": b" " * (tables_files.MAX_UNPACKED + 1)}), "a.docx", TOO_LARGE),
    ],
    ids=["empty", "text", "excel-as-word", "word-as-excel", "password", "old", "broken", "entities", "large", "bomb"],
)  # fmt: skip
def test_a_file_that_is_not_what_its_name_says_is_refused_with_a_sentence(content, name, error):
    table = read_table(content, name, 2026)
    assert (table.errors, table.rows) == ([error], [])


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("竣工（7月）。", [7]),
        ("竣工。(７ 月)", [7]),
        ("（10 月）运营（11月）", [10, 11]),
        ("（10—11月）", [10, 11]),
        ("（10月至11月）", [10, 11]),
        ("（十二月底前）", [12]),
        ("（2026年）7月", []),
    ],
)
def test_months_count_only_in_brackets(text, months):
    assert due_months(tidy(text)) == months


def test_spaces_stay_between_latin_words_only():
    assert tidy(" 建成 1 个\n 3D printing  lab ，共２间") == "建成1个3D printing lab，共2间"


def test_names_of_one_cell_are_told_apart():
    assert tidy_names("张　三\n李四 欧阳明、李四") == "张三、李四、欧阳明"


def test_a_table_without_a_title_is_called_by_its_year():
    assert (
        read_table(word([HEADINGS, ["1", "甲", "1季度", "a", "", "", "", ""]]), "a.docx", 2026).title
        == "Task table of 2026"
    )
