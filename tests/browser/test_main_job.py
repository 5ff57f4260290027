"""The main job, once from end to end, as each role does it in Chinese, at a desk and on a phone.

Each width works on records of its own, so the two runs do not meet.
"""

import io
import re
from pathlib import Path

import pytest
from pypdf import PdfReader

from .steps import press

SAMPLES = Path(__file__).resolve().parents[1] / "samples"

pytestmark = pytest.mark.browser


def test_the_bureau_reads_its_table_from_the_word_file(visit, shoot, width):
    year = "2031" if width > 768 else "2032"
    page = visit("bureau")
    page.goto("/tasks/plans/import/")
    page.set_input_files("[name=file]", SAMPLES / "shahe-2020-task-table.docx")
    page.fill("[name=year]", year)
    press(page, "button:has-text('读取文件')")
    page.wait_for_selector("text=任务5")
    shoot(page, "plan-preview")
    press(page, "button:has-text('确认导入')")
    page.wait_for_url(re.compile(r"/tasks/plans/\d+/"))
    assert page.locator(".matrix .cell").count() == 28
    assert page.locator(".matrix tbody tr").count() == 7
    shoot(page, "plan-matrix")


def test_a_table_without_its_header_is_refused_where_the_person_is(visit, width):
    page = visit("bureau")
    page.goto("/tasks/plans/import/")
    page.set_input_files(
        "[name=file]", {"name": "表.docx", "mimeType": "application/octet-stream", "buffer": b"not a word file"}
    )
    page.fill("[name=year]", "2033")
    press(page, "button:has-text('读取文件')")
    page.wait_for_selector(".errsum")
    assert page.url.endswith("/tasks/plans/import/")


def test_a_unit_reports_and_the_bureau_confirms(visit, shoot, width):
    """The two milestones of the year's last quarter that are still the school's to report."""
    goal = "2 新增一批相关专业" if width > 768 else "5 校企共建实训基地"
    page = visit("college2")
    shoot(page, "home-college2")
    press(page, f".inbox a:has-text('{goal}') >> nth=0")
    panel = page.locator("#panel")
    panel.locator("[name=text]").fill("实训基地已运营，证明材料见附件目录。")
    panel.locator("[name=percent]").fill("100")
    press(page, "#panel button:has-text('报送')")
    page.wait_for_selector("text=待确认")
    milestone = re.search(r"milestone=(\d+)", page.url)

    page = visit("bureau")
    shoot(page, "home-bureau")
    press(page, f".inbox a:has-text('{goal}') >> nth=0")
    press(page, "#panel button[value=confirm]")
    shoot(page, "matrix-confirmed")
    assert milestone is not None
    page.goto(f"/tasks/milestones/{milestone[1]}/")
    assert "已确认" in page.locator("main").inner_text()


def test_a_partner_logs_hours_and_the_college_countersigns(visit, shoot, width):
    page = visit("partner")
    shoot(page, "home-partner")
    cell = page.locator(".week td.today input.form-control:visible").first
    key = cell.get_attribute("id")
    cell.fill("2.25" if width > 768 else "1.75")
    press(page, "button[value=submit]")
    assert page.locator(f"[id='{key}']").count() == 0  # submitted: no longer an input
    shoot(page, "week-submitted")
    _h, row, activity, day = key.split("-", 3)
    project = row.split("_")[0]  # behind it stands the module

    page = visit("college")
    shoot(page, "home-college")
    page.goto("/zones/hours/countersign/")
    shoot(page, "hours-countersign")
    year, month, date = day.split("-")
    project_card = page.locator("section", has=page.locator(f"#g-{project}"))
    rows = project_card.locator("tbody tr", has_text=f"{int(year)}年{int(month)}月{int(date)}日")
    rows.filter(has_text="2.25" if width > 768 else "1.75").locator("input[type=checkbox]").check()
    press(page, "button:has-text('核准所选')")
    assert page.locator("[role=status]").count() > 0

    page = visit("partner")
    page.goto(f"/zones/hours/?project={project}&status=approved&activity={activity}&date_after={day}&date_before={day}")
    assert page.locator("tbody tr", has_text="已核准").count() == 1
    shoot(page, "hours-list")


def test_hours_that_break_a_rule_are_refused_in_the_cell_and_kept(visit, shoot, width):
    page = visit("mentor")
    cell = page.locator(".week td.today input.form-control:visible").first
    cell.evaluate("input => { input.type = 'text'; input.value = '0.3' }")
    press(page, "button[value=save]:visible")
    page.wait_for_selector(".errsum")
    assert page.locator(".week td.today input.is-invalid").first.input_value() == "0.3"
    shoot(page, "week-refused")


def score_all(page, points: str) -> None:
    """Type points into every row of the sheet, saying why where the program has counted, and hand it in."""
    for row in page.locator(".sheet tr[data-n]").all():
        if row.get_attribute("data-auto"):
            row.locator("[name^=note_]").fill("按实地查看核定。")
        row.locator("input[type=number]").fill(points)
    press(page, "button:has-text('评完交卷')")


def test_a_zone_is_assessed_reviewed_by_both_sides_and_shown(visit, shoot, width):
    zone = "电子商务产教特区" if width > 768 else "农村电商产教特区"
    page = visit("college")
    page.goto("/consortium/inbox/")
    press(page, f".inbox a[href*='/evaluation/']:has-text('{zone}') >> nth=0")
    page.wait_for_url(re.compile(r"/evaluation/\d+/"))
    shoot(page, "evaluation-detail")
    address = page.url
    press(page, "a:has-text('填写自评')")
    for box in page.locator("input[name^=score_]").all():
        box.fill("88")
    shoot(page, "self-assessment")
    press(page, "button:has-text('提交评审')")

    page = visit("secretariat")
    shoot(page, "home-secretariat")
    page.goto(address)
    press(page, "a:has-text('评委')")
    shoot(page, "reviewers")
    for name, side in [("示例人员八", "college"), ("示例人员九", "enterprise")]:
        option = page.locator("select[name=person] option", has_text=name).first.get_attribute("value")
        page.select_option("select[name=person]", option)
        page.select_option("select[name=side]", side)
        press(page, "button:has-text('指派评委')")

    for who, points in [("expert", "86.5"), ("expert2", "90")]:
        page = visit(who)
        shoot(page, f"home-{who}")
        press(page, f".inbox a:has-text('{zone}') >> nth=0")
        shoot(page, "score-sheet")
        score_all(page, points)

    page = visit("secretariat")
    page.goto(address)
    press(page, "a:has-text('开始公示')")
    press(page, "main button:has-text('开始公示')")
    page.wait_for_url(re.compile(r"/evaluation/\d+/(result/)?$"))
    page.goto(address + "result/")
    assert "88.25" in page.locator(".verdict").inner_text()  # 40 : 40 over the sides present
    shoot(page, "result-publicity")


def test_the_secretariat_publishes_after_the_publicity(visit, shoot, width):
    zone = "机电设备装调产教特区" if width > 768 else "工业机器人产教特区"
    page = visit("secretariat")
    press(page, f".inbox a:has-text('{zone}') >> nth=0")
    press(page, "main a:has-text('发布')")
    press(page, "main button:has-text('发布')")
    page.wait_for_url(re.compile(r"/evaluation/\d+/(result/)?$"))
    assert "已发布" in page.locator("main").inner_text()
    page.goto(page.url.removesuffix("result/") + "result/")
    shoot(page, "result-published")


def test_a_worker_makes_the_annual_report_and_its_pdf_opens(visit, shoot, width):
    zone = "数控加工产教特区" if width > 768 else "模具制造产教特区"
    page = visit("college")
    page.goto("/reports/new/")
    shoot(page, "report-create")
    page.locator("label", has_text=zone).first.locator("input").check()
    press(page, "button:has-text('生成年报')")
    page.wait_for_url(re.compile(r"/reports/runs/\d+/$"))
    shoot(page, "reports-run")
    row = page.locator("tbody tr", has_text=zone).first
    row.locator("a:has-text('PDF')").wait_for(timeout=60_000)
    shoot(page, "reports-done")
    with page.expect_download() as downloading:
        row.locator("a:has-text('PDF')").click()
    document = PdfReader(io.BytesIO(Path(downloading.value.path()).read_bytes()))
    text = "".join(sheet.extract_text() for sheet in document.pages)
    assert zone in text.replace("\n", "").replace(" ", "")
    assert downloading.value.suggested_filename.endswith(".pdf")
