"""The text of an annual report is written in two windows and stands in the report that is made afterwards."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [1280], ids=["desk"])
def test_a_text_is_saved_as_one_writes_and_a_second_window_is_told(visit, shoot, width):
    page = visit("college")
    page.goto("/reports/?status=done")
    page.locator("tbody a", has_text="数控加工产教特区").first.click()
    page.get_by_role("link", name="撰写文字").click()
    writing = page.url
    highlights = page.locator("[data-part=highlights]")
    highlights.locator("textarea").fill("校企共建数控实训基地，学员参与真实订单。")
    highlights.get_by_text("已保存", exact=True).wait_for()
    assert highlights.locator("[data-count]").inner_text() == "20"
    highlights.get_by_label(re.compile("核准项目工时")).check()
    page.wait_for_timeout(100)
    highlights.get_by_text("已保存", exact=True).wait_for()

    other = visit("secretariat")
    other.goto(writing)
    assert other.locator("[data-part=highlights] textarea").input_value().startswith("校企共建")
    highlights.locator("textarea").fill("校企共建数控实训基地。")
    highlights.locator("textarea").blur()
    expect(page.locator("[name=highlights-version]")).to_have_value("3")
    older = other.locator("[data-part=highlights]")
    older.locator("textarea").fill("秘书处的写法。")
    older.locator("textarea").blur()
    older.get_by_text("此间").wait_for()
    shoot(other, "report-text-conflict")
    problems = other.locator("[data-part=problems]")
    problems.locator("textarea").fill("设备紧张。")
    problems.locator("textarea").blur()
    problems.get_by_text("已保存", exact=True).wait_for()
    other.goto("about:blank")

    page.reload()
    assert page.locator("[data-part=problems] textarea").input_value() == "设备紧张。"
    shoot(page, "report-text")
    page.get_by_role("button", name="重新编制").click()
    page.wait_for_url(re.compile(r"/reports/runs/\d+/$"))
    row = page.locator("tbody tr", has_text="数控加工产教特区").first
    row.locator("a:has-text('PDF')").wait_for(timeout=60_000)
    row.get_by_role("link", name=re.compile("数控加工产教特区")).first.click()
    for said in ("校企共建数控实训基地。", "设备紧张。", "【系统数据】"):
        expect(page.locator("main").get_by_text(said)).to_be_visible()
    shoot(page, "report-with-text")
