"""Any plan that is written as the official table is read back the same, to the character, from either format."""

from datetime import date

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.tables import WRITERS, MilestoneRow, TaskRow, TaskTable, read_table
from tasks.tables.reader import HEADINGS
from tasks.words import due_date, tidy, tidy_names, tidy_phones

YEAR = 2026
HEADING_WORDS = [word for words in HEADINGS.values() for word in words]
PIECES = st.sampled_from([
    *HEADING_WORDS, "建成", "校企", "专业群", "《办法》", "“八个一”", "（5月）", "（10—11月）", "3个", "20%",
    "1,200万元", "AI", "lab ", "=1+1", "{{7*7}}", "<w:br/>", "&amp;", "𠮷", "；", "。", "，", "、", "·", "\u200f", "🙂",
    "’", "#import", "１２", "　", " ", "\n", "\t", "-", "/",
])  # fmt: skip
TEXT = st.one_of(
    st.lists(PIECES, min_size=1, max_size=12).map("".join),
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), min_size=1, max_size=40),
).map(tidy).filter(bool)  # fmt: skip
NAME = st.sampled_from(["张三", "李 四", "欧阳明", "王五（副局长）", "Anna Li", "赵\n六", "钱七、孙八", ""])
PHONE = st.sampled_from(["0319-1234567", "0319 8812345", "138 0000 0000", "2345678、8765432", "010-88812345转8", ""])


@st.composite
def rows(draw):
    numbers = sorted(draw(st.sets(st.integers(1, 999), min_size=1, max_size=6)))
    made, goals = [], set()
    for number in numbers:
        goal = draw(TEXT.filter(lambda text: len(text) <= 300 and text not in goals))
        goals.add(goal)
        cells = {}
        for quarter in sorted(draw(st.sets(st.integers(1, 4), min_size=1))):
            text = draw(TEXT)
            cells[quarter] = MilestoneRow(text, due_date(text, YEAR, quarter), "")
        people = [tidy_names(draw(NAME)), "", tidy_names(draw(NAME)), tidy_phones(draw(PHONE))]
        made.append(TaskRow(number, goal, *people, cells))
    return made


@pytest.mark.parametrize("kind", ["docx", "xlsx"])
@settings(max_examples=40, deadline=None)
@given(
    title=TEXT.map(lambda text: f"{text}任务分解一览表"),
    rows=rows(),
    day=st.none() | st.dates(date(2000, 1, 1), date(2100, 1, 1)),
)
def test_a_table_that_is_written_is_read_back_the_same(kind, title, rows, day):
    written = TaskTable(tidy(title), "示例教育局", day, rows)
    with translation.override("en"):
        again = read_table(WRITERS[kind](written), f"table.{kind}", YEAR)
    assert again.errors == []
    assert (again.title, again.unit, again.reported_on, again.rows) == (
        written.title, written.unit, written.reported_on, written.rows,
    )  # fmt: skip
