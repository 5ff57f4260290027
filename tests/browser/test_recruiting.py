"""A class of 40 places is recruited from 60 applications with equals among them, and its list read by LibreOffice."""

import csv
import re
import shutil
import subprocess
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils import timezone

from consortium.models import User
from zones.models import InnovationClass, Zone
from zones.services import save_class

from .conftest import absent

pytestmark = pytest.mark.browser

PLACES, APPLICANTS = 40, 60
NAME = "模具招生班"
OFFICE = shutil.which("soffice") or shutil.which("libreoffice")


def this_year() -> int:
    """Of the last summer in which a first year has applied."""
    today = timezone.localdate()
    return today.year if (today.month, today.day) > (6, 20) else today.year - 1


def make() -> None:
    college = User.objects.get(username="college")
    zone = Zone.objects.get(code="mould")
    row = InnovationClass(zone=zone, code="mould-60", name=NAME, year=this_year(), places=PLACES)
    print(save_class(row, by=college).pk)


def number_of(applicant: int) -> str:
    return f"{this_year() - 1}7{applicant:04d}"


def points_of(applicant: int) -> tuple[Decimal, Decimal]:
    """Study and interview, of 100 each: half a point less from one to the next, all places mixed, with equals.

    Two have the same total from other points; four are equal in everything where the places end (39th to 42nd), and
    two on the waiting list.
    """
    place = applicant * 37 % APPLICANTS
    if place == 11:
        return Decimal(96), Decimal(91)  # 60% and 40%: 94, as 94 and 94
    place = {39: 38, 40: 38, 41: 38, 51: 50}.get(place, place)
    return Decimal(99) - Decimal(place) / 2, Decimal(99) - Decimal(place) / 2


def expected() -> list[tuple[str, Decimal]]:
    """Number and total in the order of merit; whoever is equal in everything comes by number, the highest first."""
    rows = [(*points_of(n), number_of(n)) for n in range(1, APPLICANTS + 1)]
    rows.sort(key=lambda row: row[2], reverse=True)
    rows.sort(key=lambda row: (row[0] * 60 + row[1] * 40, row[0], row[1]), reverse=True)
    return [(number, (study * 60 + interview * 40) / 100) for study, interview, number in rows]


def plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


@pytest.fixture
def classroom(program) -> str:
    """The address of a class that is being planned."""
    made = program.manage("shell", "-v", "0", "-c", "from tests.browser.test_recruiting import make; make()")
    return f"/zones/classes/{int(made)}/"


def ranking_of(page) -> list[tuple[str, ...]]:
    """Order, number, total and state of every row of the ranking."""
    rows = page.locator("section[aria-labelledby=h-ranking] tbody tr").all()
    found = []
    for row in rows:
        cells = [text.strip() for text in row.locator("td").all_inner_texts()]
        number = re.search(r"\d{9}", row.locator("th").inner_text())
        found.append((cells[0], number[0] if number else "", cells[4], cells[5]))
    return found


@pytest.mark.parametrize("width", [1280], indirect=True, ids=["desk"])
def test_a_class_is_recruited_and_another_program_reads_its_list(visit, shoot, classroom, tmp_path):
    if not OFFICE:
        absent("LibreOffice")
    page = visit("college")

    def press(what: str) -> None:
        with page.expect_navigation():
            page.locator(what).first.click()

    page.goto(f"{classroom}recruiting/")
    press("section[aria-labelledby=h-criteria] a")
    for number, (name, weight) in enumerate([("学业成绩", "60"), ("面试", "30")], 1):
        page.fill(f"[name=name_{number}]", name)
        page.fill(f"[name=weight_{number}]", weight)
    press("main .btn-primary")
    assert "权重合计为 90" in page.locator(".errsum").inner_text()
    page.fill("[name=weight_2]", "40")
    press("main .btn-primary")
    page.goto(classroom)
    press("a:has-text('招生中')")
    press("main button:has-text('招生中')")

    year = this_year()
    rest = f"{year - 18}/3/1\t模具设计与制造\t模具01\t{year - 1}年9月1日"
    lines = [f"{number_of(n)}\t示例考生{n}\t{'女' if n % 3 else '男'}\t{rest}" for n in range(1, APPLICANTS + 1)]
    page.goto(f"{classroom}recruiting/")
    press("a:has-text('批量登记报名')")
    page.fill("[name=on]", date(year, 6, 20).isoformat())
    page.fill("[name=lines]", "\n".join(lines))
    press("button:has-text('检查')")
    assert page.locator("section[aria-labelledby=h-lines] tbody tr").count() == APPLICANTS
    press(f"button:has-text('登记 {APPLICANTS} 名报名学生')")
    assert f"{APPLICANTS} 人报名，{PLACES} 个名额" in page.locator("main").inner_text()

    press("a:has-text('录入评分')")
    rows = page.locator("#sheet tbody tr").all()
    assert [row.locator("th .meta").inner_text() for row in rows] == [number_of(n) for n in range(1, APPLICANTS + 1)]
    study, interview = (rows[0].locator("input[type=text]").nth(n) for n in (0, 1))
    with page.expect_response(lambda answer: answer.request.method == "POST"):  # by itself, as the cell is left
        study.fill(plain(points_of(1)[0]))
        study.press("Tab")
    page.reload()
    assert study.input_value() == plain(points_of(1)[0])
    assert interview.input_value() == ""
    page.evaluate(
        """points => document.querySelectorAll('#sheet tbody tr').forEach((row, n) =>
             row.querySelectorAll('input[type=text]').forEach((box, m) => { box.value = points[n][m]; }))""",
        [[plain(one) for one in points_of(n)] for n in range(1, APPLICANTS + 1)],
    )
    press("#sheet button:has-text('保存')")
    shoot(page, "recruiting-points")
    press("a:has-text('查看排名')")

    assert "有 6 名学生各项完全同分" in page.locator("main").inner_text()
    assert page.locator("main a:text-is('录取')").count() == 0
    shoot(page, "recruiting-undecided")
    for equals in (4, 2):
        press("a:has-text('决定同分次序')")
        choices = page.locator("form.form-card select").all()
        labels = page.locator("form.form-card label:has(+ select), form.form-card .form-label").all_inner_texts()
        numbers = [found[0] for label in labels if (found := re.search(r"\d{9}", label))]
        assert len(choices) == len(numbers) == equals
        for number, choice in zip(numbers, choices, strict=True):
            choice.select_option(str(sorted(numbers, reverse=True).index(number) + 1))
        page.fill("[name=reason]", "学院评审会按作品评议决定")
        press("main .btn-primary")

    press("main a:has-text('录取')")
    press("main button:has-text('录取')")
    order = expected()
    assert ranking_of(page) == [
        (str(n), number, plain(total), "已录取" if n <= PLACES else "候补")
        for n, (number, total) in enumerate(order, 1)
    ]
    shoot(page, "recruiting-admitted")

    gone = page.locator("section[aria-labelledby=h-ranking] tbody tr", has_text=order[4][0])
    with page.expect_navigation():
        gone.get_by_role("link", name="放弃或撤回").click()
    page.locator("[name=to][value=declined]").check()
    page.fill("[name=reason]", "选择参军入伍")
    press("main .btn-primary")
    letters = [(n, *row) for n, row in enumerate(order, 1) if n <= PLACES + 1 and n != 5]
    assert [row[1] for row in ranking_of(page) if row[3] == "已录取"] == [number for _n, number, _total in letters]
    press("a:has-text('录取名单')")
    shoot(page, "recruiting-letters")
    assert f"{PLACES} 条" in page.locator(".filterbar").inner_text()

    press(".filterbar a:has-text('导出')")
    page.fill("[name=reason]", "寄发录取通知书")
    with page.expect_download() as downloading:
        page.click("button:has-text('导出原文')")
    book = tmp_path / "letters.xlsx"
    shutil.copy(Path(downloading.value.path()), book)
    table = by_office(book, tmp_path)
    head = table[0]
    columns = [head.index(name) for name in ("次序", "学号", "总分")]
    assert [[row[n] for n in columns] for row in table[1:]] == [
        [str(n), number, plain(total)] for n, number, total in letters
    ]


def by_office(book: Path, folder: Path) -> list[list[str]]:
    """The rows of a workbook as LibreOffice reads them."""
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    command = [OFFICE, profile, "--headless", "--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76", "--outdir"]
    subprocess.run([*command, str(folder), str(book)], check=True, capture_output=True, timeout=180)
    with book.with_suffix(".csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))
