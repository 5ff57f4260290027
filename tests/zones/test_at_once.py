"""Two at once on a database with row locks: nobody waits for ever, and the second is told who was faster."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.utils import timezone

from consortium.models import HistoryEntry
from consortium.personal import name_of
from zones.models import Enrollment, HourEntry, HourImport, InnovationClass, Project, ProjectModule, Side, Zone
from zones.services import (
    accept,
    accept_import,
    add_mentor,
    add_module,
    approve_many,
    copy_week,
    deliver,
    give_back,
    leave,
    log_hours,
    move_zone,
    order_import,
    place,
    remove_mentor,
    run_import,
    save_project,
    save_week,
    submit_many,
)

from ..together import at_once
from .hour_files import row, upload, workbook

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="one writer at a time needs no row locks"),
]


def test_who_submits_does_not_wait_for_who_logs_for_the_same_person(draft, entry_of, project, mentor, today):
    with transaction.atomic():
        log_hours(entry_of(project, mentor, activity="teaching"), by=mentor, today=today)
        assert at_once(lambda: submit_many([HourEntry.objects.get(pk=draft.pk)], by=mentor)) == [""]


def test_an_entry_is_approved_once(submitted, college_admin):
    rows = [HourEntry.objects.get(pk=submitted.pk) for _ in range(3)]
    said = at_once(*(lambda row=row: approve_many([row], by=college_admin) for row in rows))
    assert said == ["", *["Somebody else has changed this. Reload and try again."] * 2]
    assert HistoryEntry.objects.of(submitted).filter(new="approved").count() == 1


def test_a_day_does_not_fill_beyond_24_hours(entry_of, project, mentor, today):
    activities = ("teaching", "mentoring", "technical_service")
    entries = [entry_of(project, mentor, hours=14, activity=activity) for activity in activities]
    said = at_once(*(lambda entry=entry: log_hours(entry, by=mentor, today=today) for entry in entries))
    assert said == ["", *["14 hours are logged for this day over all projects; a day has 24."] * 2]
    assert HourEntry.objects.total() == 14


def test_a_double_click_on_the_week_writes_it_once(project, mentor, today, day):
    cells = {(project.pk, None, "mentoring", day): Decimal(2)}
    said = at_once(*[lambda: save_week(mentor, cells, by=mentor, today=today, submit=True)] * 3)
    assert said == ["", "", ""]
    assert HistoryEntry.objects.of(HourEntry.objects.get()).count() == 2


def test_a_double_click_copies_a_week_once(draft, mentor, today):
    monday = draft.date - timedelta(days=draft.date.weekday())
    said = at_once(*[lambda: copy_week(mentor, monday + timedelta(days=7), by=mentor, today=date(2100, 1, 1))] * 3)
    assert said == ["", "", ""]
    assert HourEntry.objects.count() == 2


def test_the_last_place_goes_to_one(innovation_class, make_student, college_admin, today):
    InnovationClass.objects.update(places=1)
    students = [make_student("1"), make_student("2")]
    said = at_once(
        *(lambda one=one: place(one, innovation_class, on=today, by=college_admin) for one in students),
    )
    assert said == ["", "The class is full: 1 places."]


def test_a_student_is_placed_in_one_of_two_classes(innovation_class, zone, make_student, college_admin, today):
    other = InnovationClass.objects.create(zone=zone, code="other", name="另一班", year=2025, places=2)
    student = make_student("1")
    said = at_once(
        *(lambda one=one: place(student, one, on=today, by=college_admin) for one in (innovation_class, other)),
    )
    assert said == ["", "This student has a place in a class already."]


def test_a_student_leaves_once(innovation_class, make_student, college_admin, today):
    enrollment = place(make_student("1"), innovation_class, on=today, by=college_admin)
    rows = [Enrollment.objects.get(pk=enrollment.pk) for _ in range(3)]
    said = at_once(*(lambda row=row: leave(row, on=today, today=today, by=college_admin) for row in rows))
    assert said == ["", *["This student has left the class already."] * 2]
    assert HistoryEntry.objects.of(innovation_class).filter(new="").count() == 1


def test_two_mentors_named_together_take_two_slots(innovation_class, make_mentor, enterprise, college_admin):
    people = [make_mentor(name, enterprise) for name in ("a", "b", "c")]
    said = at_once(
        *(lambda one=one: add_mentor(innovation_class, one, Side.ENTERPRISE, by=college_admin) for one in people),
    )
    assert said == ["", "", "This side has two mentors already. Remove one before naming another."]
    assert sorted(mentor.slot for mentor in innovation_class.mentors.all()) == [1, 2]


def test_a_mentor_is_removed_once(innovation_class, mentor, college_admin):
    add_mentor(innovation_class, mentor, Side.ENTERPRISE, by=college_admin)
    rows = [innovation_class.mentors.get() for _ in range(3)]
    said = at_once(*(lambda row=row: remove_mentor(row, by=college_admin) for row in rows))
    assert said == ["", *["Somebody else has changed this. Reload and try again."] * 2]
    assert HistoryEntry.objects.of(innovation_class).filter(old=name_of(mentor)).count() == 1


def test_a_file_accepted_twice_at_once_is_written_once(project, partner, day):
    order = checked_file(project, partner, day)
    rows = [HourImport.objects.get(pk=order.pk) for _ in range(3)]

    def accept(row):
        accept_import(row, submits=False, by=partner, now=timezone.now())
        run_import(row)

    assert at_once(*(lambda row=row: accept(row) for row in rows)) == [
        "", *["Somebody else has changed this. Reload and try again."] * 2,
    ]  # fmt: skip
    assert (HourEntry.objects.count(), HourImport.objects.get().status) == (1, "done")


def test_the_same_file_handed_in_twice_and_accepted_at_once_doubles_nothing(project, partner, day):
    orders = [checked_file(project, partner, day) for _ in range(2)]
    for order in orders:
        accept_import(order, submits=False, by=partner, now=timezone.now())
    assert at_once(*(lambda order=order: run_import(order) for order in orders)) == ["", ""]
    assert sorted(HourImport.objects.values_list("status", flat=True)) == ["checked", "done"]
    assert HourEntry.objects.count() == 1
    again = HourImport.objects.get(status="checked")
    assert (again.result["new"], again.result["unchanged"]) == (0, 1)


def test_two_workers_take_an_import_once(project, partner, day):
    order = checked_file(project, partner, day)
    accept_import(order, submits=False, by=partner, now=timezone.now())
    rows = [HourImport.objects.get(pk=order.pk) for _ in range(3)]
    assert at_once(*(lambda row=row: run_import(row) for row in rows)) == ["", "", ""]
    assert (HourEntry.objects.count(), HistoryEntry.objects.of(HourEntry.objects.get()).count()) == (1, 1)


def test_a_delivery_is_accepted_or_returned_once(project, college_admin, partner, now):
    deliver(project, by=college_admin, now=now)
    rows = [Project.objects.get(pk=project.pk) for _ in range(3)]
    said = at_once(
        lambda: accept(rows[0], by=partner, now=now),
        lambda: accept(rows[1], by=partner, now=now),
        lambda: give_back(rows[2], reason="缺总结", by=partner, now=now),
    )
    assert said == ["", *["Somebody else has changed this. Reload and try again."] * 2]
    assert HistoryEntry.objects.of(project).filter(old="delivered").count() == 1


def test_a_project_is_not_delivered_over_a_module_that_is_added(project, college_admin, now):
    module = ProjectModule(project=project, number=1, name="模块")
    said = at_once(
        lambda: deliver(Project.objects.get(pk=project.pk), by=college_admin, now=now),
        lambda: add_module(module, by=college_admin),
    )
    late = {
        "Deliver these modules first: 1 模块.",
        "The project is delivered; it gets no more modules unless it is returned.",
    }
    assert said[0] == "" and said[1] in late


@pytest.mark.parametrize("times", range(3))
def test_a_zone_does_not_close_over_work_that_begins(zone, project, mentor, entry_of, college_admin, today, times):
    Project.objects.filter(pk=project.pk).update(status="accepted")
    new = Project(
        zone=zone, enterprise=project.enterprise, code="new", name="新项目", starts_on=today, ends_on=today,
        status=Project.Status.ACTIVE,
    )  # fmt: skip
    said = at_once(
        lambda: move_zone(Zone.objects.get(pk=zone.pk), "closed", by=college_admin),
        lambda: save_project(new, by=college_admin),
        lambda: log_hours(entry_of(project, mentor), by=mentor, today=today),
    )
    is_closed = Zone.objects.get(pk=zone.pk).status == "closed"
    begun = Project.objects.filter(code="new").count() + HourEntry.objects.count()
    assert (said.count(""), begun) == ((1, 0) if is_closed else (2, 2))


def checked_file(project, partner, day) -> HourImport:
    file = upload(workbook(row(day, partner.name, project.name)))
    order = order_import(file, language="en", by=partner, now=timezone.now())
    run_import(order)
    return order
