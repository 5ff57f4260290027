"""A partner's week: filled, sent, given back and put right, with a finger on a phone and with keys alone."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from consortium.demo import PASSWORD
from consortium.models import Affiliation, Organization, User
from zones.models import HourEntry, Project, ProjectMember, Zone
from zones.services import add_member, approve_many, save_hours, save_project, submit_many

pytestmark = pytest.mark.browser

FIRST, SECOND = "一号项目", "二号项目"
REASON = "周三只有半天在岗，请核对。"
TABS = 80  # presses of Tab within which everything on the page is reached


def this_monday() -> date:
    today = timezone.localdate()
    return today - timedelta(days=today.weekday())


# The week that is filled is over, so that all of its days can be typed into, whatever day it is.
MONDAY = this_monday() - timedelta(days=7)


def make(username: str) -> None:
    """A partner with two projects, and hours of the week before: 2 and 3.5 on the first, 1.25 on the second."""
    zone = Zone.objects.get(code="rural")
    college = User.objects.get(username="college")
    enterprise = Organization.objects.get(name="示例企业九")
    user = User.objects.create_user(username, f"{username}@example.invalid", PASSWORD, name=f"示例{username[4:]}")
    Affiliation.objects.create(
        user=user, organization=enterprise, consortium=zone.consortium, role="partner", started_on=date(2019, 4, 1)
    )
    projects = []
    for number, name in enumerate((FIRST, SECOND)):
        project = Project(
            zone=zone, enterprise=enterprise, code=f"{username}-{number}", name=f"{name}{username[4:]}",
            starts_on=MONDAY - timedelta(days=60), ends_on=MONDAY + timedelta(days=60), planned_hours=Decimal(100),
        )  # fmt: skip
        projects.append(save_project(project, by=college))
        add_member(ProjectMember(project=project, person=user, activity="mentoring"), by=college)
    last = [(projects[0], -7, "2"), (projects[0], -5, "3.5"), (projects[1], -6, "1.25")]
    entries = [
        HourEntry(
            project=project, person=user, activity="mentoring", hours=Decimal(hours), date=MONDAY + timedelta(days=n)
        )
        for project, n, hours in last
    ]
    user = User.objects.get(pk=user.pk)
    save_hours(entries, by=user, today=timezone.localdate())
    submit_many(entries, by=user)
    approve_many(entries, by=college)


def show(username: str) -> None:
    """Print what is stored of the week: project, weekday from 1, hours, state."""
    rows = HourEntry.objects.filter(person__username=username, date__gte=MONDAY).order_by("project__code", "date")
    print(json.dumps([[str(r.project)[0], r.date.isoweekday(), str(r.hours), r.status] for r in rows]))


@pytest.fixture
def person(program, request, width):
    """The sign-in name of a new partner, and a function that reads what is stored of this partner's week."""
    username = f"week{request.node.originalname[5:10].strip('_')}{width}"
    module = "from tests.browser.test_week import make, show"
    program.manage("shell", "-v", "0", "-c", f"{module}; make({username!r})")

    def stored() -> list[list]:
        return json.loads(program.manage("shell", "-v", "0", "-c", f"{module}; show({username!r})"))

    return username, stored


def give_back(visit, username: str) -> None:
    """The college returns the hours of Wednesday, with the reason."""
    page = visit("college")
    page.goto("/zones/hours/countersign/")
    wednesday = MONDAY + timedelta(days=2)
    card = page.locator("section", has=page.locator("h2", has_text=f"{FIRST}{username[4:]}"))
    row = card.locator("tbody tr", has_text=f"{wednesday.year}年{wednesday.month}月{wednesday.day}日")
    assert "3.5" in row.inner_text()
    row.locator("input[type=checkbox]").check()
    page.fill("[name=reason]", REASON)
    with page.expect_navigation():
        page.click("button:has-text('退回所选')")
    assert "已退回 1 条" in page.locator("[role=status]").inner_text()


def total(page) -> str:
    return page.locator(".submitbar [data-sum=all]").inner_text()


@pytest.mark.parametrize("width", [390], indirect=True, ids=["phone"])
def test_touch_fills_a_week_on_a_phone(visit, shoot, person):
    username, stored = person
    page = visit(username, is_mobile=True)

    def tap(what: str) -> None:
        with page.expect_navigation():
            page.locator(what).first.tap()

    def cell(project: str, day: int):
        row = page.locator(".week tbody tr", has_text=project)
        return row.locator(f"td[data-d='{day}']")

    tap("a[aria-label='上一周']")
    assert total(page) == "0"
    tap("button:has-text('复制上周')")
    assert "已复制 3 条" in page.locator("[role=status]").inner_text()
    assert total(page) == "6.75"
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    shoot(page, "week-copied")

    page.locator("label[for=d1]").tap()
    for _press in range(2):
        cell(FIRST, 1).get_by_role("button", name="加一刻钟").tap()
    assert cell(FIRST, 1).locator("input").input_value() == "2.5"
    page.locator("label[for=d2]").tap()
    cell(SECOND, 2).locator("input").tap()
    page.keyboard.press("Control+A")
    page.keyboard.type("2.75")
    assert total(page) == "8.75"
    tap("button:has-text('提交本周')")
    assert stored() == [["一", 1, "2.50", "submitted"], ["一", 3, "3.50", "submitted"], ["二", 2, "2.75", "submitted"]]
    shoot(page, "week-sent")

    give_back(visit, username)
    page.goto("/")
    returned = page.locator(".returned li", has_text=REASON)
    assert "3.5 小时" in returned.inner_text()
    shoot(page, "week-returned")
    with page.expect_navigation():
        returned.get_by_role("link", name="修改").tap()
    field = cell(FIRST, 3).locator("input")
    assert page.locator("#d3").is_checked()
    assert field.input_value() == "3.5"
    field.tap()
    page.keyboard.press("Control+A")
    page.keyboard.type("3")
    tap("button:has-text('提交本周')")
    assert page.locator(".returned li", has_text=REASON).count() == 0
    assert stored() == [["一", 1, "2.50", "submitted"], ["一", 3, "3.00", "submitted"], ["二", 2, "2.75", "submitted"]]


def test_keys_alone_fill_a_week(visit, shoot, person, width):
    username, stored = person
    page = visit(username)

    def tab_to(what: str) -> None:
        """Press Tab until the focus is there."""
        for _press in range(TABS):
            page.keyboard.press("Tab")
            if page.evaluate("what => document.activeElement.matches(what)", what):
                return
        pytest.fail(f"Tab does not reach {what}")

    def enter() -> None:
        with page.expect_navigation():
            page.keyboard.press("Enter")

    def day() -> str | None:
        return page.evaluate("document.activeElement.closest('td')?.dataset.d")

    tab_to("a[aria-label='上一周']")
    enter()
    tab_to("button[value=copy]:not([hidden])")
    enter()
    assert total(page) == "6.75"

    if width < 768:  # one day is shown: the keys choose it as any radio button
        tab_to("[name=day]")
        while not page.locator("#d1").is_checked():
            page.keyboard.press("ArrowLeft")
    tab_to("td[data-d='1'] input")
    page.keyboard.press("Control+A")
    page.keyboard.type("1:30")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    assert day() == "2"
    page.keyboard.type("２．２５")  # the figure there was chosen, so it gives way
    assert total(page) == "7.25"
    for key, there in (("ArrowLeft", "1"), ("ArrowUp", "1"), ("ArrowLeft", "1"), ("ArrowRight", "2")):
        page.keyboard.press(key)
        assert day() == there
    shoot(page, "week-by-keys")
    enter()  # keeps what was typed
    drafts = [["一", 1, "1.50", "draft"], ["一", 3, "3.50", "draft"], ["二", 2, "2.25", "draft"]]
    assert stored() == drafts
    tab_to("button[value=submit]")
    enter()
    assert stored() == [[*row[:3], "submitted"] for row in drafts]

    give_back(visit, username)
    page.goto("/")
    assert REASON in page.locator(".returned").inner_text()
    tab_to(".returned a")
    enter()
    assert day() == "3"  # the link leads into the field
    page.keyboard.press("Control+A")
    page.keyboard.type("3:15")
    assert total(page) == "7"
    tab_to("button[value=submit]")
    enter()
    assert page.locator(".returned").count() == 0
    assert stored() == [["一", 1, "1.50", "submitted"], ["一", 3, "3.25", "submitted"], ["二", 2, "2.25", "submitted"]]


def test_copying_keeps_what_was_typed(visit, person, width):
    username, stored = person
    page = visit(username)
    page.goto(f"/zones/hours/week/?day={MONDAY}")
    page.locator(".week tbody tr", has_text=FIRST).locator("td[data-d='1'] input").fill("4")
    with page.expect_navigation():
        page.click("button[value=copy]:visible")
    assert stored() == [["一", 1, "4.00", "draft"], ["一", 3, "3.50", "draft"], ["二", 2, "1.25", "draft"]]
