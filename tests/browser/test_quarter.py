"""A quarter: a unit reports on a phone, the bureau answers at a desk; what is late is urged and answered."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from consortium.models import User
from tasks.models import Milestone, Plan, Task

pytestmark = pytest.mark.browser

MODULE = "from tests.browser.test_quarter import make, show"
DONE, LATE = "建成实训中心并投入使用。", "完成专业群论证。"


def make() -> None:
    """A plan of this year: two tasks with a milestone each this quarter, due in twenty days and since yesterday."""
    unit = User.objects.get(username="college")
    today = timezone.localdate()
    plan = Plan.objects.create(
        consortium=unit.affiliation.consortium, year=today.year, unit="示例职教科", title="示例季度任务一览表"
    )
    for number, text, due in ((1, DONE, today + timedelta(days=20)), (2, LATE, today - timedelta(days=1))):
        task = Task.objects.create(
            plan=plan, number=number, goal=f"示例目标{number}", responsible_organization=unit.affiliation.organization
        )
        Milestone.objects.create(task=task, quarter=(today.month + 2) // 3, text=text, due=due)
    print(plan.pk)


def show(plan: int) -> None:
    """Print what is stored: of each milestone its state, its reports with their answers, its urgings with theirs."""
    rows = Milestone.objects.filter(task__plan=plan).order_by("task__number")
    found = [
        [
            row.status,
            [[one.percent, one.status, one.comment] for one in row.progress.order_by("pk")],
            [[one.status, one.answer] for one in row.supervisions.order_by("pk")],
        ]
        for row in rows
    ]
    print(json.dumps(found))


@pytest.mark.parametrize("width", [390], indirect=True, ids=["phone"])
def test_a_quarter_is_reported_on_a_phone_and_answered_at_a_desk(program, visit, shoot):
    plan = int(program.manage("shell", "-v", "0", "-c", f"{MODULE}; make()"))
    address = f"/tasks/plans/{plan}/"
    unit, bureau = visit("college", is_mobile=True), visit("bureau", at=1280)

    def stored() -> list[list]:
        return json.loads(program.manage("shell", "-v", "0", "-c", f"{MODULE}; show({plan})"))

    def tap(what: str) -> None:
        with unit.expect_navigation():
            unit.locator(what).first.tap()

    def report(text: str, percent: int) -> None:
        panel = unit.locator("#panel")
        panel.locator("[name=text]").fill(text)
        panel.locator("[name=percent]").fill(str(percent))
        assert unit.evaluate("document.documentElement.scrollWidth") == 390
        tap("#panel button:has-text('报送')")

    def key(*keys: str) -> None:
        for one in keys:
            bureau.keyboard.press(one)

    def here() -> str:
        return bureau.evaluate("document.activeElement.innerText")

    # the unit finds its task among what waits for it, and reports with a finger
    unit.goto("/")
    tap(".inbox a:has-text('示例目标1')")
    unit.locator("#panel.show").wait_for()
    report("设备已到位，正在调试。", 100)
    unit.locator("#panel.show").wait_for()
    assert "待确认" in unit.locator("#panel").inner_text()
    shoot(unit, "quarter-reported")

    # the bureau reads it beside the table, with keys alone: what waits is open, R writes the comment
    bureau.goto(address)
    assert DONE in bureau.locator(".panel-head h2").inner_text()
    bureau.locator(".matrix .cell[aria-current]").focus()
    key("r")
    bureau.keyboard.type("请补充验收照片。")
    with bureau.expect_navigation():
        bureau.click("#panel button[value=return]")
    shoot(bureau, "quarter-returned")
    assert stored()[0] == ["returned", [[100, "returned", "请补充验收照片。"]], []]

    # the unit reads why on the phone, and reports again
    unit.goto("/")
    tap(".inbox a:has-text('示例目标1')")
    unit.locator("#panel.show").wait_for()
    assert "请补充验收照片。" in unit.locator("#panel").inner_text()
    shoot(unit, "quarter-why")
    report("验收照片已附，中心已投入使用。", 100)

    # arrows go from cell to cell, Enter opens, N finds what is overdue, J what waits, C confirms
    bureau.goto(address)
    bureau.locator(".matrix .cell").first.focus()
    key("ArrowDown")
    assert LATE in here()
    key("ArrowUp")
    assert DONE in here()
    with bureau.expect_response(lambda answer: "milestone=" in answer.url):
        key("n")
    bureau.locator(".panel-head h2", has_text=LATE).wait_for()
    with bureau.expect_response(lambda answer: "milestone=" in answer.url):
        key("j")
    bureau.locator(".panel-head h2", has_text=DONE).wait_for()
    with bureau.expect_navigation():
        key("c")
    assert stored()[0] == [
        "confirmed", [[100, "returned", "请补充验收照片。"], [100, "confirmed", ""]], [],
    ]  # fmt: skip

    # what is overdue is urged from the panel
    bureau.locator(".matrix .cell").first.focus()
    with bureau.expect_response(lambda answer: "milestone=" in answer.url):
        key("n")
    bureau.locator(".panel-head h2", has_text=LATE).wait_for()
    with bureau.expect_navigation():
        key("u")
    bureau.fill("[name=text]", "请说明滞后原因和完成时间。")
    with bureau.expect_navigation():
        bureau.click("button:has-text('发出督办')")
    shoot(bureau, "quarter-urged")
    assert stored()[1] == ["not_started", [], [["open", ""]]]

    # the unit answers on the phone, the bureau reads the answer and closes the urging
    unit.goto("/")
    tap(".inbox a:has-text('示例目标2'):has-text('督办')")
    assert "请说明滞后原因和完成时间。" in unit.locator("main").inner_text()
    unit.locator("[name=answer]").fill("专家时间已定，下周完成论证。")
    shoot(unit, "quarter-answering")
    tap("button:has-text('提交回复')")
    bureau.goto("/")
    with bureau.expect_navigation():
        bureau.click(".inbox a:has-text('示例目标2'):has-text('督办')")
    assert "专家时间已定，下周完成论证。" in bureau.locator("main").inner_text()
    with bureau.expect_navigation():
        bureau.click("button:has-text('已阅')")
    assert stored()[1] == ["not_started", [], [["closed", "专家时间已定，下周完成论证。"]]]
