"""The week of hours as it is typed: its cells, its rows, and last week copied into it."""

from datetime import timedelta
from decimal import Decimal

import pytest

from zones.models import HourEntry, ProjectModule
from zones.services import log_hours

from .answers import url


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


def cell(project, day, activity="mentoring") -> str:
    return f"h-{project.pk}-{activity}-{day}"


@pytest.mark.parametrize(
    ("hours", "sentence"),
    [
        ("0", "Hours must be more than 0."),
        ("-1", "Hours must be more than 0."),
        ("24.25", "A day has 24 hours, so one entry holds at most 24."),
        ("1.1", "Hours go in quarter hours: 0.25, 0.5, 0.75, 1 and so on."),
    ],
)
def test_bad_hours_are_said_at_the_field_and_in_the_cell(project, mentor, day, client_for, hours, sentence):
    client = client_for(mentor)
    sent = {"project": project.pk, "person": mentor.pk, "date": day, "hours": hours, "activity": "mentoring"}
    page = client.post(url("hours_create"), sent)
    assert page.context["form"].errors == {"hours": [sentence]}
    week = client.post(f"{url('hours_week')}?day={day}", {cell(project, day): hours, "act": "save"})
    assert [(square.key, square.error) for _row, square in week.context["errors"]] == [(cell(project, day), sentence)]
    assert f'value="{hours}"' in week.content.decode()
    assert HourEntry.objects.count() == 0


def test_a_week_is_typed_changed_emptied_and_submitted(project, make_project, assign, mentor, today, client_for):
    other = make_project("valve")
    assign(other, mentor)
    client = client_for(mentor)
    address = f"{url('hours_week')}?day={today}"
    client.post(address, {cell(project, today): "2.25", cell(other, today): "3", "act": "save"})
    assert sorted(HourEntry.objects.values_list("hours", "status")) == [
        (Decimal("2.25"), "draft"), (Decimal(3), "draft"),
    ]  # fmt: skip
    client.post(address, {cell(project, today): "2.5", cell(other, today): "", "act": "submit"})
    assert list(HourEntry.objects.values_list("hours", "status", "project")) == [
        (Decimal("2.5"), "submitted", project.pk)
    ]
    context = client.get(address).context
    assert (context["total"], context["sendable"]) == (Decimal("2.5"), 0)


def test_a_week_with_one_bad_cell_writes_nothing(project, mentor, day, client_for):
    sent = {cell(project, day): "3", cell(project, day, "teaching"): "abc", "act": "submit"}
    page = client_for(mentor).post(f"{url('hours_week')}?day={day}", sent)
    assert page.status_code == 200
    assert HourEntry.objects.count() == 0


def test_a_rivals_project_cannot_be_typed_into_ones_week(project, rival_project, mentor, day, client_for):
    client_for(mentor).post(f"{url('hours_week')}?day={day}", {cell(rival_project, day): "3", "act": "save"})
    assert HourEntry.objects.count() == 0


def test_last_week_is_copied_as_drafts_into_empty_cells(project, mentor, entry_of, today, client_for):
    monday = today - timedelta(days=today.weekday() + 7)
    for number, hours in enumerate(["2", "3", "4"]):
        log_hours(
            entry_of(project, mentor, date=monday + timedelta(days=number), hours=Decimal(hours)),
            by=mentor,
            today=today,
        )
    log_hours(entry_of(project, mentor, date=monday - timedelta(days=7), hours=Decimal(1)), by=mentor, today=today)
    client_for(mentor).post(f"{url('hours_week')}?day={monday}", {"act": "copy"})
    assert HourEntry.objects.count() == 4
    HourEntry.objects.filter(date__gte=monday).delete()
    client_for(mentor).post(f"{url('hours_week')}?day={monday}", {"act": "copy"})
    copied = HourEntry.objects.filter(date__gte=monday).values_list("date", "hours", "status")
    assert list(copied) == [(monday, Decimal(1), "draft")]


def test_a_module_has_a_row_of_its_own_which_is_copied_with_the_week(
    project, rival_project, mentor, entry_of, today, client_for
):
    first = ProjectModule.objects.create(project=project, number=1, name="工装设计")
    others = ProjectModule.objects.create(project=rival_project, number=1, name="他企模块")
    monday = today - timedelta(days=today.weekday() + 14)
    week, client = f"{url('hours_week')}?day={monday}", client_for(mentor)
    page = client.get(week)
    assert page.context["offers"] == [
        (f"{project.pk}", "轴承座批量加工"), (f"{project.pk}_{first.pk}", "轴承座批量加工 · 1 工装设计"),
    ]  # fmt: skip
    typed = {cell(project, monday): "2", "act": "row", "project": f"{project.pk}_{first.pk}", "activity": "teaching"}
    added = client.post(week, typed)
    assert HourEntry.objects.get().hours == 2  # what was typed is kept
    rows = client.get(added.url).context["rows"]
    assert [row.name for row in rows] == ["轴承座批量加工 Mentoring", "轴承座批量加工 1 工装设计 Teaching"]
    key = rows[1].squares[0].key
    assert key == f"h-{project.pk}_{first.pk}-teaching-{monday}"
    client.post(added.url, {key: "1.5", "act": "save"})
    assert client.post(week, {key.replace(f"_{first.pk}-", f"_{others.pk}-"): "1", "act": "save"}).status_code == 200
    following = monday + timedelta(days=7)
    copied = client.post(f"{url('hours_week')}?day={following}", {"act": "copy"})
    stored = HourEntry.objects.order_by("date", "pk").values_list("date", "module", "activity", "hours")
    week_of_two = [(None, "mentoring", Decimal(2)), (first.pk, "teaching", Decimal("1.5"))]
    assert list(stored) == [(day, *one) for day in (monday, following) for one in week_of_two]
    assert len(client.get(copied.url).context["rows"]) == 2
    assert len(client.get(f"{week}&row=nonsense&row={rival_project.pk}-teaching").context["rows"]) == 2


def test_a_partner_keeps_the_week_of_own_people_only(project, partner, mentor, college_mentor, client_for):
    client = client_for(partner)
    assert [person.username for person in client.get(url("hours_week")).context["people"]] == ["partner", "mentor"]
    assert client.get(f"{url('hours_week')}?person={mentor.pk}").context["person"] == mentor
    assert client.get(f"{url('hours_week')}?person={college_mentor.pk}").status_code == 404


@pytest.mark.parametrize("asked", ["0001-01-01", "9999-12-31", "tomorrow"])
def test_a_week_outside_our_time_is_this_week(project, mentor, today, client_for, asked):
    client = client_for(mentor)
    assert client.get(f"{url('hours_week')}?day={asked}").context["day"] == today
    assert client.post(f"{url('hours_week')}?day={asked}", {"act": "copy"}).status_code == 302


def test_hours_on_a_project_that_one_has_left_are_refused_in_words(project, rival_project, mentor, day, client_for):
    page = client_for(mentor).post(f"{url('hours_week')}?day={day}", {cell(rival_project, day): "2"})
    said = [str(message) for message in page.context["messages"]]
    assert said == ["示例企业导师 is not assigned to this project."]
    assert HourEntry.objects.count() == 0
