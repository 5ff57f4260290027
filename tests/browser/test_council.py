"""A meeting of the council in the browser: call, papers, opinions, votes, minutes, and a resolution as a task."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tests.consortium import files

from .steps import press

pytestmark = pytest.mark.browser


def seat(page, text: str) -> str:
    return page.locator("option", has_text=text).first.get_attribute("value")


@pytest.mark.parametrize("width", [1280], indirect=True, ids=["desk"])
def test_a_contract_is_decided_and_becomes_a_task(visit, shoot, tmp_path):
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    office = visit("secretariat")
    office.goto("/consortium/meetings/new/")
    office.fill("input[name=held_at]", f"{today}T23:59")
    office.fill("input[name=place]", "第二会议室")
    press(office, "main button.btn-primary")
    meeting = office.url
    office.goto(meeting + "items/new/")
    office.fill("input[name=title]", "共建模具实训线合同")
    office.select_option("select[name=rule]", "two_thirds")
    office.select_option("select[name=proposed_by]", seat(office, "示例企业一"))
    office.check("input[name=on_contract]")
    press(office, "main button.btn-primary")
    item = office.url

    office.goto(meeting)
    press(office, "button:has-text('发会议通知')")
    assert "未写明：费用分担、知识产权归属、签约单位" in office.locator("body").inner_text()
    office.goto(item + "edit/")
    for name, text in (("cost_share", "各半"), ("ip_ownership", "共有"), ("signing_unit", "示例企业一")):
        office.fill(f"input[name={name}]", text)
    press(office, "main button.btn-primary")
    paper = tmp_path / "合同草案.pdf"
    paper.write_bytes(files.pdf())
    office.set_input_files("input[type=file]", str(paper))
    office.locator("form[action*='/files/attach/'] button").last.click()
    office.wait_for_selector("text=合同草案.pdf")
    office.goto(meeting)
    press(office, "button:has-text('发会议通知')")
    press(office, "a:has-text('发材料')")
    office.fill("input[name=reason]", "合同刚刚谈妥")
    press(office, "main button.btn-primary")

    for who, kind, text in (("partner", "objection", "分担比例偏高"), ("college2", "suggestion", "增加设备清单")):
        page = visit(who)
        page.goto(meeting)
        press(page, "button:has-text('我参会')")
        press(page, "button:has-text('材料已阅读')")
        page.goto(item + "opinions/new/")
        page.select_option("select[name=kind]", kind)
        page.fill("textarea[name=text]", text)
        press(page, "main button.btn-primary")

    office = visit("secretariat")
    office.goto(meeting)
    shoot(office, "meeting-called")
    press(office, "a:has-text('到会登记')")
    for box in office.locator("input[name=seats]").all():
        box.check()
    press(office, "main button.btn-primary")
    press(office, "button:has-text('开会')")
    office.goto(item)
    press(office, "button:has-text('付表决')")
    assert "还有异议未答复：示例企业一" in office.locator("body").inner_text()
    for outcome in ("partly", "taken"):
        office.goto(item)
        press(office, "a:has-text('答复') >> nth=0")
        office.check(f"input[name=outcome][value={outcome}]")
        office.fill("textarea[name=answer]", "已写入合同草案")
        press(office, "main button.btn-primary")
    office.goto(item)
    press(office, "button:has-text('付表决')")

    page = visit("partner")
    page.goto(item)
    press(page, "button:has-text('赞成')")
    office = visit("secretariat")
    office.goto(item + "votes/")
    for choice in office.locator("select").all():
        if choice.input_value() == "":
            choice.select_option("for")
    press(office, "main button.btn-primary")
    press(office, "button:has-text('结束表决')")
    assert "赞成 10，反对 0，弃权 0，缺席 0" in office.locator("main").inner_text()
    office.goto(item + "resolutions/new/")
    office.fill("textarea[name=text]", "签订模具实训线合同")
    office.fill("input[name=organization]", "示例企业一")
    office.fill("input[name=due]", f"{today.year}-12-31")
    press(office, "main button.btn-primary")
    office.goto(meeting + "minutes/")
    office.fill("textarea[name=text]", "会议审议通过共建模具实训线合同。")
    press(office, "main button.btn-primary")
    press(office, "button:has-text('散会')")

    chair = visit("college")
    chair.goto(meeting)
    press(chair, "a:has-text('批准纪要')")
    press(chair, "main button.btn-primary")
    assert "纪要已批准" in chair.content()
    shoot(chair, "meeting-approved")
    answer = chair.request.get(meeting + "print/pdf/")
    assert (answer.status, answer.headers["content-type"], answer.body()[:5]) == (200, "application/pdf", b"%PDF-")

    bureau = visit("bureau")
    bureau.goto("/tasks/plans/new/")
    for name, text in (("title", "理事会任务一览表"), ("unit", "示例秘书处"), ("year", str(today.year))):
        bureau.fill(f"input[name={name}]", text)
    press(bureau, "main button.btn-primary")
    bureau.goto(item)
    press(bureau, "a[href*='/tasks/from/']")
    bureau.select_option("select[name=plan]", seat(bureau, "理事会任务一览表"))
    press(bureau, "main button.btn-primary")
    assert re.search(r"/tasks/tasks/\d+/", bureau.url)
    press(bureau, "a:has-text('签订模具实训线合同')")
    assert bureau.url.startswith(item)
