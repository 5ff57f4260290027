"""A month of hours: "no work" is another thing than nothing filled in, and a month closes when all is settled."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import translation

from consortium.inbox import waiting_for
from consortium.models import HistoryEntry, User
from consortium.services import Refused
from zones.models import ClosedMonth, HourEntry, NoWork, Project, ProjectMember
from zones.services import (
    approve_many,
    close_month,
    correct_hours,
    declare_no_work,
    log_hours,
    month_of,
    months_of,
    open_month,
    return_many,
    submit_many,
    withdraw_no_work,
)

from ..together import at_once

NOW = datetime(2026, 4, 2, 8, tzinfo=UTC)
TODAY = date(2026, 4, 2)
MARCH, FEBRUARY = date(2026, 3, 1), date(2026, 2, 1)


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"
    with translation.override("en"):
        yield


@pytest.fixture
def project(make_project, assign, partner, mentor, college_mentor):
    """Runs from 1 March to the end of 2026, with one mentor of each side and the partner."""
    project = make_project("lathe", name="车床改造", starts_on=MARCH, ends_on=date(2026, 12, 31))
    assign(project, partner, mentor, college_mentor)
    return project


def place_of(project, person) -> ProjectMember:
    return ProjectMember.objects.get(project=project, person=person)


@pytest.fixture
def log(entry_of, project):
    def log(person, day: date, **fields) -> HourEntry:
        return log_hours(entry_of(project, person, date=day, **fields), by=person, today=TODAY)

    return log


@pytest.fixture
def say_nothing_was_worked(project):
    def say(*people, month: date = MARCH) -> None:
        for person in people:
            declare_no_work(place_of(project, person), month, by=person, now=NOW, today=TODAY)

    return say


@pytest.fixture
def settled(log, mentor, partner, college_mentor, college_admin, say_nothing_was_worked):
    """March with one approved entry; the two others declared that they had no work."""
    entry = log(mentor, date(2026, 3, 9))
    submit_many([entry], by=mentor)
    approve_many([entry], by=college_admin)
    say_nothing_was_worked(partner, college_mentor)
    return entry


def close(zone, by, month=MARCH, today=TODAY):
    return close_month(zone, month, by=by, now=NOW, today=today)


def history_of(zone) -> list[tuple]:
    rows = HistoryEntry.objects.of(zone).filter(what="closed months").order_by("pk")
    return list(rows.values_list("old", "new", "reason"))


def test_a_month_tells_apart_what_was_logged_what_was_declared_and_what_is_missing(
    zone, project, log, mentor, partner, college_mentor, say_nothing_was_worked
):
    log(mentor, date(2026, 3, 9))
    say_nothing_was_worked(partner)
    month = month_of(zone, MARCH, TODAY)
    assert (month.approved, month.open) == (0, {"draft": 1})
    assert [one.person for one in month.no_work] == [partner]
    assert [place.person for place in month.missing] == [college_mentor]


def test_a_settled_month_is_closed_by_the_college_and_remembered(zone, settled, college_admin):
    assert month_of(zone, MARCH, TODAY).is_settled is True
    closed = close(zone, college_admin)
    assert (closed.zone, closed.month, closed.closed_by) == (zone, MARCH, college_admin)
    assert history_of(zone) == [("", "2026-03", "")]


@pytest.mark.parametrize("state", ["draft", "submitted", "returned"])
def test_a_month_with_an_open_entry_stays_open_and_says_which(zone, settled, log, mentor, college_admin, state):
    entry = log(mentor, date(2026, 3, 10))
    if state != "draft":
        submit_many([entry], by=mentor)
    if state == "returned":
        return_many([entry], reason="r", by=college_admin)
    with pytest.raises(Refused) as refusal:
        close(zone, college_admin)
    assert str(refusal.value) == f"1 entries are “{state.capitalize()}”."
    assert (ClosedMonth.objects.count(), history_of(zone)) == (0, [])


def test_a_month_in_which_somebody_has_said_nothing_stays_open_and_names_whom(
    zone, settled, college_mentor, college_admin
):
    withdraw_no_work(NoWork.objects.get(person=college_mentor), by=college_mentor)
    with pytest.raises(Refused) as refusal:
        close(zone, college_admin)
    assert str(refusal.value) == f"Neither hours nor “no work” from: {college_mentor}."


@pytest.mark.parametrize(("today", "is_over"), [(date(2026, 3, 31), False), (date(2026, 4, 1), True)])
def test_a_month_closes_only_when_it_is_over(zone, settled, college_admin, today, is_over):
    if is_over:
        close(zone, college_admin, today=today)
    else:
        with pytest.raises(Refused, match="The month is not over yet."):
            close(zone, college_admin, today=today)
    assert ClosedMonth.objects.exists() is is_over


def test_a_month_closes_once(zone, settled, college_admin):
    close(zone, college_admin)
    with pytest.raises(Refused, match="This month is closed already."):
        close(zone, college_admin)


@pytest.mark.parametrize("role", ["partner", "mentor", "secretariat", "other_college_admin"])
def test_only_the_own_college_closes(zone, settled, role, request):
    with pytest.raises(PermissionDenied):
        close(zone, request.getfixturevalue(role))


def test_a_closed_month_takes_no_hours_no_corrections_and_no_declarations(
    zone, settled, log, mentor, partner, college_admin, project
):
    close(zone, college_admin)
    with pytest.raises(ValidationError) as refused:
        log(mentor, date(2026, 3, 31))
    assert refused.value.message_dict == {"date": ["March 2026 is closed in this zone."]}
    with pytest.raises(ValidationError, match="March 2026 is closed"):
        correct_hours(settled, hours=Decimal(1), reason="r", by=mentor, today=TODAY)
    with pytest.raises(Refused, match="March 2026 is closed"):
        withdraw_no_work(NoWork.objects.get(person=partner), by=partner)
    assert log(mentor, date(2026, 4, 1)).pk is not None  # the next month goes on


def test_the_same_days_of_another_zone_stay_open(
    zone, settled, college_admin, make_zone, make_project, assign, mentor, entry_of
):
    close(zone, college_admin)
    elsewhere = make_project("other", zone=make_zone("other"), starts_on=MARCH)
    assign(elsewhere, mentor)
    assert log_hours(entry_of(elsewhere, mentor, date=date(2026, 3, 9)), by=mentor, today=TODAY).pk is not None


def test_only_the_secretariat_opens_a_month_again_and_says_why(zone, settled, college_admin, secretariat, log, mentor):
    closed = close(zone, college_admin)
    with pytest.raises(PermissionDenied):
        open_month(closed, reason="r", by=college_admin)
    with pytest.raises(ValidationError):
        open_month(closed, reason="  ", by=secretariat)
    open_month(closed, reason="漏报两天", by=secretariat)
    assert history_of(zone) == [("", "2026-03", ""), ("2026-03", "", "漏报两天")]
    assert log(mentor, date(2026, 3, 31)).pk is not None
    with pytest.raises(Refused):
        open_month(closed, reason="r", by=secretariat)


def test_no_work_is_refused_where_hours_stand_and_hours_where_no_work_stands(
    log, mentor, partner, project, say_nothing_was_worked
):
    log(mentor, date(2026, 3, 9))
    with pytest.raises(Refused, match="There are hours on this project in this month."):
        say_nothing_was_worked(mentor)
    say_nothing_was_worked(partner)
    with pytest.raises(ValidationError) as refused:
        log(partner, date(2026, 3, 9))
    assert refused.value.message_dict == {"date": ["“No work” is declared for March 2026. Take that back first."]}
    withdraw_no_work(NoWork.objects.get(), by=partner)
    assert log(partner, date(2026, 3, 9)).pk is not None


@pytest.mark.parametrize(
    ("month", "sentence"),
    [
        (date(2026, 5, 1), "This month is still to come."),
        (FEBRUARY, "示例企业导师 is not on this project in this month."),
    ],
)
def test_no_work_is_said_only_of_months_that_one_was_there(project, mentor, say_nothing_was_worked, month, sentence):
    with pytest.raises(Refused) as refusal:
        say_nothing_was_worked(mentor, month=month)
    assert str(refusal.value) == sentence


def test_nobody_declares_for_people_of_others(project, mentor, rival_partner, college_admin):
    for by in (rival_partner, college_admin):
        with pytest.raises(PermissionDenied):
            declare_no_work(place_of(project, mentor), MARCH, by=by, now=NOW, today=TODAY)


def test_the_database_keeps_one_closing_and_one_declaration_a_month(zone, settled, project, mentor, college_admin):
    close(zone, college_admin)
    with pytest.raises(IntegrityError), transaction.atomic():
        ClosedMonth.objects.create(zone=zone, month=MARCH, closed_by=college_admin, closed_at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        ClosedMonth.objects.create(zone=zone, month=date(2026, 3, 2), closed_by=college_admin, closed_at=NOW)
    said = NoWork.objects.first()
    said.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        said.save()


def test_a_year_takes_as_many_queries_with_three_projects_as_with_one(
    zone, settled, make_project, assign, mentor, partner, django_assert_num_queries
):
    for count in (1, 3):
        while Project.objects.filter(zone=zone).count() < count:
            assign(make_project(f"p{Project.objects.count()}", starts_on=MARCH), mentor, partner)
        with django_assert_num_queries(5):
            months_of(zone, 2026, TODAY)


def test_what_a_person_has_not_said_of_last_month_waits_until_it_is_said(project, mentor, say_nothing_was_worked):
    def waits() -> list[str]:
        items = waiting_for(User.objects.get(pk=mentor.pk), TODAY)
        return [item.title for item in items if item.source == "months"]

    assert waits() == ["Fill in the hours of March 2026"]
    say_nothing_was_worked(mentor)
    assert waits() == []


@pytest.mark.parametrize(("day", "asked"), [(24, ["March 2026"]), (25, ["March 2026", "April 2026"])])
def test_the_running_month_is_asked_for_from_its_25th_day(project, mentor, day, asked):
    items = waiting_for(User.objects.get(pk=mentor.pk), date(2026, 4, day))
    assert [item.title.removeprefix("Fill in the hours of ") for item in items if item.source == "months"] == asked


def test_a_college_is_told_of_a_month_to_close_until_it_is_closed(zone, settled, college_admin):
    def waits() -> list[str]:
        items = waiting_for(User.objects.get(pk=college_admin.pk), TODAY)
        return [item.title for item in items if item.source == "months"]

    assert waits() == ["Close March 2026 of 数控加工产教特区"]
    close(zone, college_admin)
    assert waits() == []


def test_the_page_shows_a_partner_only_its_own_part(
    zone, settled, client_for, partner, rival_partner, mentor, college_admin
):
    address = reverse("zones:month_list", args=[zone.pk]) + "?year=2026"
    shown = {}
    for user in (partner, rival_partner, college_admin):
        months = client_for(user).get(address).context["months"]
        shown[user] = next((month.approved, len(month.no_work)) for month in months if month.month == MARCH)
    assert shown == {partner: (2, 2), rival_partner: (0, 0), college_admin: (2, 2)}


def test_a_month_is_closed_and_opened_again_on_the_pages(zone, settled, client_for, college_admin, secretariat):
    page = reverse("zones:month_list", args=[zone.pk]) + "?year=2026"
    close_url = reverse("zones:month_close", args=[zone.pk, 2026, 3])
    assert client_for(college_admin).post(close_url).url == page
    closed = ClosedMonth.objects.get()
    open_url = reverse("zones:month_open", args=[closed.pk])
    assert client_for(college_admin).get(open_url).status_code == 403
    assert client_for(secretariat).post(open_url, {"reason": ""}).context["form"].errors != {}
    assert client_for(secretariat).post(open_url, {"reason": "漏报"}).url == page
    assert ClosedMonth.objects.exists() is False


def test_no_work_is_declared_and_taken_back_on_the_week(project, client_for, mentor, rival_partner):
    place = place_of(project, mentor)
    sent = {"place": place.pk, "month": "2026-03-15", "next": "/zones/hours/week/?day=2026-03-16"}
    assert client_for(mentor).post(reverse("zones:no_work_declare"), sent).url == sent["next"]
    declared = NoWork.objects.get()
    assert (declared.month, declared.person, declared.project) == (MARCH, mentor, project)
    withdraw = reverse("zones:no_work_withdraw", args=[declared.pk])
    assert client_for(rival_partner).post(withdraw).status_code == 404
    assert client_for(mentor).post(withdraw, {"next": "https://elsewhere.example/"}).url == reverse("zones:hours_week")
    assert NoWork.objects.exists() is False


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="one writer at a time needs no row locks")
def test_closing_and_logging_at_once_never_leave_a_draft_in_a_closed_month(zone, settled, log, mentor, college_admin):
    for day in range(10, 20):
        at_once(lambda day=day: log(mentor, date(2026, 3, day)), lambda: close(zone, college_admin))
        drafts = HourEntry.objects.filter(status="draft", date__range=(MARCH, date(2026, 3, 31)))
        assert (ClosedMonth.objects.exists() and drafts.exists()) is False
        drafts.delete()
        ClosedMonth.objects.all().delete()
