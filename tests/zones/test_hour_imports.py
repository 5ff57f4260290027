"""Hours from Excel: checked as a whole, read, accepted, written as a whole, and never twice."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from consortium.models import HistoryEntry
from consortium.services import Refused
from zones.models import HourEntry, HourImport, ProjectMember
from zones.services import accept_import, approve_many, correct_hours, log_hours, submit_many

from .hour_files import HEAD, bytes_of, row, workbook
from .hour_orders import accept, faults, found


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


def test_nothing_is_written_before_it_is_accepted_and_then_all_of_it(hand_in, project, partner, mentor, day):
    order = hand_in(
        workbook(row(day, "示例企业导师", project.name, 1.5), row(day, "示例企业人员", project.name)), partner
    )
    assert found(order) == ("checked", 2, 0, 0, "3.50")
    assert order.result["sums"] == [
        [project.name, "示例企业人员", 1, "2.00"],
        [project.name, "示例企业导师", 1, "1.50"],
    ]
    assert HourEntry.objects.count() == 0
    accept(order)
    assert (order.status, order.rows_total, order.rows_done) == ("done", 2, 2)
    rows = HourEntry.objects.order_by("hours").values_list("person", "project", "date", "hours", "activity", "status")
    assert list(rows) == [
        (mentor.pk, project.pk, day, Decimal("1.50"), "mentoring", "draft"),
        (partner.pk, project.pk, day, Decimal("2.00"), "mentoring", "draft"),
    ]
    history = HistoryEntry.objects.of(HourEntry.objects.get(person=mentor)).get()
    assert (history.what, history.actor, history.reason) == (
        "created", partner, f"From the file “工时.xlsx”, import {order.pk}",
    )  # fmt: skip


def test_it_can_be_submitted_with_the_same_click(hand_in, project, partner, day, college_admin):
    accept(hand_in(workbook(row(day, "示例企业人员", project.name)), partner), submits=True)
    entry = HourEntry.objects.get()
    assert entry.status == "submitted"
    assert list(HourEntry.objects.to_countersign(college_admin)) == [entry]


def test_all_mistakes_are_named_at_once_by_their_cells(hand_in, project, rival_project, partner, day, today):
    order = hand_in(
        workbook(
            row(day, "示例企业人员", project.name, 1.3),
            row(today + timedelta(days=1), "示例企业人员", project.name),
            row("昨天", "示例企业人员", project.name, "两小时", "唱歌"),
            row(day, "示例他企人员", rival_project.name),
            row(today + timedelta(days=1), "没有此人", "没有此项目", 1.3),
            row(day, "示例企业人员", project.name, 0, "教学"),
            row(day, "示例企业人员", project.name, -1, "研发"),
            row(day, "", ""),
        ),
        partner,
    )
    person = "“%s” is none of the people for whom you may log hours. Choose the name from the template's list."
    place = "“%s” is none of the projects for which you may log hours. Choose it from the template's list."
    assert order.status == "refused"
    assert faults(order) == [
        ("E2", "1.3", "Hours go in quarter hours: 0.25, 0.5, 0.75, 1 and so on."),
        ("A3", (today + timedelta(days=1)).isoformat(), "This day is still to come."),
        ("A4", "昨天", "This is no day. Give it with the year, as 2026-03-31."),
        ("D4", "唱歌", "“唱歌” is no activity. Choose it from the template's list."),
        ("E4", "两小时", "These are no hours. Give a number as 1.5, or 1:30."),
        ("B5", "示例他企人员", person % "示例他企人员"),
        ("C5", "他企项目", place % "他企项目"),
        ("A6", (today + timedelta(days=1)).isoformat(), "This day is still to come."),
        ("B6", "没有此人", person % "没有此人"),
        ("C6", "没有此项目", place % "没有此项目"),
        ("E6", "1.3", "Hours go in quarter hours: 0.25, 0.5, 0.75, 1 and so on."),
        ("D7", "教学", "“教学” is no activity. Choose it from the template's list."),
        ("E7", "0", "Hours must be more than 0."),
        ("E8", "-1", "Hours must be more than 0."),
        ("B9", "", "The person is missing."),
        ("C9", "", "The project is missing."),
    ]
    assert HourEntry.objects.count() == 0
    with pytest.raises(Refused, match="cannot become"):
        accept_import(order, submits=False, by=partner, now=timezone.now())


def test_the_rules_about_rows_together_are_at_the_cells_too(hand_in, project, partner, day):
    order = hand_in(
        workbook(
            row(day, "示例企业人员", project.name, 14),
            row(day, "示例企业人员", project.name, 14, "teaching"),
            row(day, "示例企业人员", project.name, 1),
            row(project.starts_on - timedelta(days=1), "示例企业人员", project.name),
        ),
        partner,
    )
    dates = {"first": project.starts_on.isoformat(), "last": project.ends_on.isoformat()}
    assert faults(order) == [
        ("E3", "14", "14 hours are logged for this day over all projects; a day has 24."),
        ("A4", day.isoformat(), "Row 2 says the same person, project, day and activity."),
        (
            "A5",
            (project.starts_on - timedelta(days=1)).isoformat(),
            f"The project runs from {dates['first']} to {dates['last']}.",
        ),
    ]


def test_the_same_file_twice_doubles_nothing(hand_in, project, partner, day):
    data = bytes_of(workbook(row(day, "示例企业人员", project.name, note="首件")))
    accept(hand_in(data, partner))
    again = hand_in(data, partner)
    assert found(again) == ("checked", 0, 0, 1, "0")
    assert accept(again).status == "done"
    assert (HourEntry.objects.count(), HistoryEntry.objects.of(HourEntry.objects.get()).count()) == (1, 1)


def test_accepting_twice_is_refused(hand_in, project, partner, day):
    order = hand_in(workbook(row(day, "示例企业人员", project.name)), partner)
    same = HourImport.objects.get(pk=order.pk)
    accept(order)
    with pytest.raises(Refused, match="Somebody else has changed this"):
        accept_import(same, submits=False, by=partner, now=timezone.now())
    assert HourEntry.objects.count() == 1


def test_a_draft_is_changed_and_the_change_is_shown_before(hand_in, project, draft, partner):
    order = hand_in(workbook(row(draft.date, "示例企业导师", project.name, 3, note="复检")), partner)
    assert found(order) == ("checked", 0, 1, 0, "3.00")
    assert order.result["changes"] == [
        {"row": 2, "of": f"示例企业导师 {draft.date} {project}", "what": [["hours", "2", "3"], ["note", "", "复检"]]}
    ]
    accept(order)
    draft.refresh_from_db()
    assert (draft.hours, draft.note, HourEntry.objects.count()) == (3, "复检", 1)


def test_a_locked_entry_is_a_mistake_and_an_equal_one_is_none(hand_in, project, approved, partner):
    same = row(approved.date, "示例企业导师", project.name, 2)
    other = row(approved.date, "示例企业导师", project.name, 3)
    assert found(hand_in(workbook(same), partner)) == ("checked", 0, 0, 1, "0")
    order = hand_in(workbook(other), partner)
    assert faults(order) == [
        ("E2", "3", "This entry is “Approved” and locked. An error in it is put right by a correction.")
    ]


def test_what_changed_since_the_preview_is_read_again_before_it_is_written(
    hand_in, project, draft, partner, mentor, today
):
    order = hand_in(workbook(row(draft.date, "示例企业导师", project.name, 3)), partner)
    draft.hours = Decimal("2.5")
    log_hours(draft, by=mentor, today=today)
    accept(order)
    assert order.status == "checked"
    assert order.result["notes"] == [
        "Something has changed since you read this, and nothing was written. Read it again."
    ]
    assert order.result["changes"][0]["what"] == [["hours", "2.5", "3"]]
    draft.refresh_from_db()
    assert draft.hours == Decimal("2.5")
    assert accept(order).status == "done"


def test_a_day_that_filled_up_since_the_preview_is_a_mistake_then(hand_in, project, partner, entry_of, day, today):
    order = hand_in(workbook(row(day, "示例企业人员", project.name, 12)), partner)
    log_hours(entry_of(project, partner, hours=Decimal(20), activity="teaching"), by=partner, today=today)
    accept(order)
    assert order.status == "refused"
    assert faults(order) == [("E2", "12", "20 hours are logged for this day over all projects; a day has 24.")]
    assert HourEntry.objects.count() == 1


def test_what_the_list_exports_comes_back_unchanged(
    hand_in, client_for, project, rival_entry, approved, partner, college_mentor, college_admin, entry_of, today
):
    """Approved hours, a correction, the other side's, a draft and a returned one: nothing is new and nothing wrong."""
    correction = correct_hours(approved, hours=Decimal("1.25"), reason="算错了", by=partner, today=today)
    approve_many([correction], by=college_admin)
    log_hours(entry_of(project, partner, note="=1+1", hours=Decimal("0.25")), by=partner, today=today)
    log_hours(entry_of(project, college_mentor, note="第一行\n第二行"), by=college_mentor, today=today)
    answer = client_for(partner).get(reverse("zones:hours_list"), {"export": "xlsx"})
    order = hand_in(answer.content, partner)
    assert faults(order) == []
    assert found(order) == ("checked", 0, 0, 4, "0")
    assert order.result["notes"] == [
        "These columns say what the program knows itself and are not read: “Organization”, “State”."
    ]


def test_an_exported_row_is_told_by_its_number_even_where_names_are_double(
    hand_in, client_for, make_user, make_project, assign, project, partner, enterprise, consortium, entry_of, today
):
    twin = make_user("twin", "mentor", enterprise, consortium, partner.name)
    same_name = make_project("bearing-2", name=project.name)
    assign(project, twin)
    assign(same_name, partner)
    entry = log_hours(entry_of(project, partner), by=partner, today=today)
    answer = client_for(partner).get(reverse("zones:hours_list"), {"export": "xlsx"})
    assert found(hand_in(answer.content, partner)) == ("checked", 0, 0, 1, "0")
    order = hand_in(workbook(row(entry.date, partner.name, project.name)), partner)
    assert [fault[:2] for fault in faults(order)] == [("B2", partner.name), ("C2", project.name)]
    told = row(entry.date, f"{partner.name}（twin）", f"{project.name}(bearing)", 1)
    order = hand_in(workbook(told), partner)
    assert found(order) == ("checked", 1, 0, 0, "1.00")


def test_a_number_that_one_does_not_see_is_no_number(hand_in, rival_entry, project, partner, day):
    head = ["编号", *HEAD]
    for number in (rival_entry.pk, 10**9, "abc", 10**30):
        order = hand_in(workbook([number, *row(day, "示例企业人员", project.name)], head=["工时编号", *HEAD]), partner)
        assert [(cell, sentence) for cell, _text, sentence in faults(order)] == [
            ("A2", "There is no entry with this number. Leave the cell empty for new hours.")
        ]
    assert faults(hand_in(workbook(row(day, "示例企业人员", project.name), head=head), partner))[0][2] == (
        "This column is not known. Delete it, or give it a name of the template."
    )


def test_a_mentor_needs_no_column_of_people(hand_in, project, mentor, day):
    accept(hand_in(workbook([day, project.name, 2], head=["日期", "项目", "工时"]), mentor))
    assert HourEntry.objects.values_list("person", "activity").get() == (mentor.pk, "mentoring")


def test_a_project_that_one_has_left_meanwhile_is_none(hand_in, project, partner, day):
    order = hand_in(workbook(row(day, "示例企业导师", project.name)), partner)
    ProjectMember.objects.filter(person__name="示例企业导师").delete()
    accept(order)
    assert (order.status, [cell for cell, _text, _sentence in faults(order)]) == ("refused", ["B2"])


def test_a_submitted_entry_is_locked_too(hand_in, project, draft, mentor, partner):
    submit_many([draft], by=mentor)
    order = hand_in(workbook(row(draft.date, "示例企业导师", project.name, 4)), partner)
    assert [cell for cell, _text, _sentence in faults(order)] == ["E2"]
