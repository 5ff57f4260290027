"""The rules of project hours, by the services that pages, API and loading share."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from consortium.models import HistoryEntry
from consortium.services import Refused
from zones.models import HourEntry, ProjectModule
from zones.services import (
    BadRows,
    approve_many,
    correct_hours,
    countersign,
    delete_hours,
    log_hours,
    return_many,
    save_hours,
    submit_many,
)

Status = HourEntry.Status
POSITIVE = "Hours must be more than 0."
ONE_DAY = "A day has 24 hours, so one entry holds at most 24."
QUARTERS = "Hours go in quarter hours: 0.25, 0.5, 0.75, 1 and so on."

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture
def english(settings):
    settings.LANGUAGE_CODE = "en"
    from django.utils import translation

    with translation.override("en"):
        yield


def refusal(entry, by, today) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as caught:
        log_hours(entry, by=by, today=today)
    assert HourEntry.objects.count() == 0
    return caught.value.message_dict


@pytest.mark.parametrize(
    ("hours", "sentence"),
    [
        ("0", POSITIVE),
        ("-1", POSITIVE),
        ("-0.1", POSITIVE),
        ("24.25", ONE_DAY),
        ("240", ONE_DAY),
        ("0.1", QUARTERS),
        ("2.333", QUARTERS),
        ("7.3", QUARTERS),
    ],
)
def test_bad_hours_get_one_sentence_at_the_hours(entry_of, project, mentor, today, hours, sentence):
    assert refusal(entry_of(project, mentor, hours=Decimal(hours)), mentor, today) == {"hours": [sentence]}


def test_a_quarter_hour_and_a_whole_day_are_accepted(entry_of, project, mentor, today, day):
    log_hours(entry_of(project, mentor, hours=Decimal("0.25")), by=mentor, today=today)
    log_hours(entry_of(project, mentor, hours=Decimal(24), date=day - timedelta(days=1)), by=mentor, today=today)
    assert HourEntry.objects.total() == Decimal("24.25")


def test_tomorrow_cannot_be_logged_and_today_can(entry_of, project, mentor, today):
    tomorrow = entry_of(project, mentor, date=today + timedelta(days=1))
    assert refusal(tomorrow, mentor, today) == {"date": ["This day is still to come."]}
    assert log_hours(entry_of(project, mentor, date=today), by=mentor, today=today).status == Status.DRAFT


def test_a_day_outside_the_project_is_refused(entry_of, project, mentor, today):
    before = entry_of(project, mentor, date=project.starts_on - timedelta(days=1))
    span = f"The project runs from {project.starts_on} to {project.ends_on}."
    assert refusal(before, mentor, today) == {"date": [span]}


def test_somebody_not_on_the_project_is_refused(entry_of, rival_project, mentor, today):
    sentence = "示例企业导师 is not assigned to this project."
    assert refusal(entry_of(rival_project, mentor), mentor, today) == {"person": [sentence]}


def test_an_assignment_that_ended_does_not_cover_later_days(entry_of, project, mentor, today, day):
    project.members.filter(person=mentor).update(until=day - timedelta(days=1))
    sentence = "示例企业导师 is not assigned to this project on that day."
    assert refusal(entry_of(project, mentor), mentor, today) == {"person": [sentence]}


def test_a_day_has_24_hours_over_all_projects(entry_of, project, make_project, assign, mentor, today):
    other = make_project("valve")
    assign(other, mentor)
    log_hours(entry_of(project, mentor, hours=Decimal(20)), by=mentor, today=today)
    with pytest.raises(ValidationError) as caught:
        log_hours(entry_of(other, mentor, hours=Decimal("4.25")), by=mentor, today=today)
    sentence = "20 hours are logged for this day over all projects; a day has 24."
    assert caught.value.message_dict == {"hours": [sentence]}
    log_hours(entry_of(other, mentor, hours=Decimal(4)), by=mentor, today=today)
    assert HourEntry.objects.total() == 24


def test_modules_divide_a_day_and_the_database_keeps_one_entry_each(draft, entry_of, project, mentor, today):
    module = ProjectModule.objects.create(project=project, number=1, name="工装设计")
    log_hours(entry_of(project, mentor, module=module), by=mentor, today=today)
    with pytest.raises(ValidationError):
        log_hours(entry_of(project, mentor, module=module), by=mentor, today=today)
    for same in (None, module):
        with pytest.raises(IntegrityError), transaction.atomic():
            entry_of(project, mentor, module=same, organization=draft.organization).save()
    assert HourEntry.objects.count() == 2


def test_the_same_entry_twice_is_refused(draft, entry_of, project, mentor, today):
    with pytest.raises(ValidationError) as caught:
        log_hours(entry_of(project, mentor), by=mentor, today=today)
    sentence = "There is an entry of this person, project, day and activity already. Change that one."
    assert caught.value.message_dict == {"date": [sentence]}


def test_rows_together_are_all_or_nothing_and_each_row_has_its_errors(entry_of, project, mentor, today, day):
    rows = [
        entry_of(project, mentor),
        entry_of(project, mentor, hours=Decimal("0.1"), date=day - timedelta(days=1)),
        entry_of(project, mentor),
        entry_of(project, mentor, activity="teaching", hours=Decimal(23)),
    ]
    with pytest.raises(BadRows) as caught:
        save_hours(rows, by=mentor, today=today)
    assert caught.value.as_lists() == [
        {},
        {"hours": [QUARTERS]},
        {"date": ["There is an entry of this person, project, day and activity already. Change that one."]},
        {"hours": ["2 hours are logged for this day over all projects; a day has 24."]},
    ]
    assert HourEntry.objects.count() == 0
    assert HistoryEntry.objects.count() == 0


@pytest.mark.parametrize(
    "wrong", [{"hours": 0}, {"hours": 25}, {"hours": Decimal("0.3")}, {"status": "returned", "return_reason": ""}]
)
def test_the_database_itself_refuses_a_bad_row(entry_of, project, mentor, wrong):
    entry = entry_of(project, mentor, organization=mentor.affiliation.organization, **wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        entry.save()


def test_the_side_comes_from_the_assignment(draft, entry_of, project, college_mentor, college, enterprise, today):
    other = log_hours(entry_of(project, college_mentor), by=college_mentor, today=today)
    assert (draft.organization, other.organization) == (enterprise, college)


def test_a_mentor_logs_only_the_mentors_own_hours(entry_of, project, mentor, partner, today):
    with pytest.raises(PermissionDenied):
        log_hours(entry_of(project, partner), by=mentor, today=today)
    assert HourEntry.objects.count() == 0


def test_a_partner_logs_for_own_people_and_not_for_the_colleges(
    entry_of, project, mentor, college_mentor, partner, today
):
    log_hours(entry_of(project, mentor), by=partner, today=today)
    with pytest.raises(PermissionDenied):
        log_hours(entry_of(project, college_mentor), by=partner, today=today)
    assert [row.person for row in HourEntry.objects.all()] == [mentor]


def test_the_way_of_an_entry_leaves_one_row_of_history_a_step(draft, mentor, college_admin, today):
    submit_many([draft], by=mentor)
    return_many([draft], reason="当日停机", by=college_admin)
    draft.hours = Decimal("1.5")
    log_hours(draft, by=mentor, today=today)
    submit_many([draft], by=mentor)
    approve_many([draft], by=college_admin)
    rows = HistoryEntry.objects.of(draft).order_by("pk").values_list("what", "old", "new", "reason", "actor__username")
    logged = str(HourEntry(person=mentor, project=draft.project, date=draft.date, hours=2))
    assert list(rows) == [
        ("created", "", logged.replace(mentor.name, "示*"), "", "mentor"),
        ("status", "draft", "submitted", "", "mentor"),
        ("status", "submitted", "returned", "当日停机", "college_admin"),
        ("hours", "2.00", "1.5", "", "mentor"),
        ("status", "returned", "submitted", "", "mentor"),
        ("status", "submitted", "approved", "", "college_admin"),
    ]
    draft.refresh_from_db()
    assert (draft.status, draft.hours, draft.approved_by, draft.return_reason) == (
        "approved", Decimal("1.50"), college_admin, "",
    )  # fmt: skip


def test_a_second_approval_is_refused_and_remembered_once(submitted, college_admin):
    second = HourEntry.objects.get(pk=submitted.pk)
    approve_many([submitted], by=college_admin)
    with pytest.raises(Refused) as caught:
        approve_many([second], by=college_admin)
    assert str(caught.value) == "Somebody else has changed this. Reload and try again."
    assert HistoryEntry.objects.of(submitted).filter(new="approved").count() == 1


def test_a_return_needs_a_reason(submitted, college_admin):
    with pytest.raises(ValidationError) as caught:
        return_many([submitted], reason="  ", by=college_admin)
    assert caught.value.message_dict == {"reason": ["Say why the entry is returned."]}


def test_an_approved_entry_is_locked(approved, mentor, today):
    approved.hours = Decimal(3)
    with pytest.raises(Refused) as caught:
        log_hours(approved, by=mentor, today=today)
    assert str(caught.value) == "This entry is “Approved” and locked. An error in it is put right by a correction."
    with pytest.raises(Refused):
        delete_hours([approved], by=mentor)
    assert HourEntry.objects.get().hours == 2


def test_each_side_countersigns_the_other_and_nobody_the_own(
    submitted, entry_of, project, college_mentor, partner, college_admin, other_college_admin, rival_partner, today
):
    college_entry = log_hours(entry_of(project, college_mentor), by=college_mentor, today=today)
    submit_many([college_entry], by=college_mentor)
    for user, entry in [
        (partner, submitted),
        (college_admin, college_entry),
        (other_college_admin, submitted),
        (rival_partner, college_entry),
        (college_mentor, college_entry),
    ]:
        with pytest.raises(PermissionDenied):
            approve_many([entry], by=user)
    assert list(HourEntry.objects.to_countersign(college_admin)) == [submitted]
    assert list(HourEntry.objects.to_countersign(partner)) == [college_entry]
    assert list(HourEntry.objects.to_countersign(rival_partner)) == []
    approve_many([college_entry], by=partner)
    approve_many([submitted], by=college_admin)
    assert HourEntry.objects.approved().count() == 2


def test_what_changed_since_it_was_read_is_left_out(
    submitted, entry_of, project, partner, mentor, college_admin, today
):
    other = log_hours(entry_of(project, partner), by=partner, today=today)
    submit_many([other], by=partner)
    seen = {entry.pk: entry.stamp for entry in HourEntry.objects.all()}
    return_many([submitted], reason="核对", by=college_admin)
    submit_many([submitted], by=mentor)
    taken, left = countersign(seen, by=college_admin)
    assert (taken, left) == ([other], [submitted])
    assert list(HourEntry.objects.approved()) == [other]


def test_a_correction_holds_the_difference_and_is_countersigned(approved, mentor, college_admin, today):
    correction = correct_hours(approved, hours=Decimal("1.25"), reason="多记", by=mentor, today=today)
    assert (correction.hours, correction.status, correction.corrects) == (Decimal("-0.75"), "submitted", approved)
    assert HourEntry.objects.approved().total() == 2
    with pytest.raises(Refused):
        correct_hours(approved, hours=Decimal(1), reason="又错", by=mentor, today=today)
    approve_many([correction], by=college_admin)
    assert HourEntry.objects.approved().total() == Decimal("1.25")
    again = correct_hours(approved, hours=Decimal(2), reason="原数无误", by=mentor, today=today)
    assert again.hours == Decimal("0.75")


@pytest.mark.parametrize(
    ("hours", "reason", "errors"),
    [
        ("-1", "x", {"hours": ["Give the right figure, 0 or more; the difference is computed."]}),
        ("2", "x", {"hours": ["The entry has this figure already."]}),
        ("1.1", "x", {"hours": [QUARTERS]}),
        ("26", "x", {"hours": [ONE_DAY]}),
        ("1e9999999", "x", {"hours": [ONE_DAY]}),
        ("1", " ", {"reason": ["Say what was wrong."]}),
    ],
)
def test_a_bad_correction_gets_one_sentence(approved, mentor, today, hours, reason, errors):
    with pytest.raises(ValidationError) as caught:
        correct_hours(approved, hours=Decimal(hours), reason=reason, by=mentor, today=today)
    assert caught.value.message_dict == errors
    assert HourEntry.objects.count() == 1


def test_a_correction_that_lowers_frees_the_day_only_when_approved(
    approved, entry_of, project, mentor, college_admin, today
):
    correction = correct_hours(approved, hours=Decimal(0), reason="未到岗", by=mentor, today=today)
    full = entry_of(project, mentor, hours=Decimal(24), activity="teaching")
    with pytest.raises(ValidationError):
        log_hours(full, by=mentor, today=today)
    approve_many([correction], by=college_admin)
    log_hours(full, by=mentor, today=today)
    assert HourEntry.objects.filter(person=mentor).total() == 24


def test_a_returned_correction_is_removed_and_filed_anew(
    approved, entry_of, project, mentor, college_admin, today, day
):
    correction = correct_hours(approved, hours=Decimal(4), reason="漏记", by=mentor, today=today)
    return_many([correction], reason="核对", by=college_admin)
    for act in (
        lambda: submit_many([correction], by=mentor),
        lambda: log_hours(correction, by=mentor, today=today),
    ):
        with pytest.raises(Refused) as caught:
            act()
        sentence = "A returned correction is not sent again. Remove it and correct the approved entry anew."
        assert str(caught.value) == sentence
    log_hours(entry_of(project, mentor, hours=Decimal(22), activity="teaching"), by=mentor, today=today)
    delete_hours([correction], by=mentor)
    again = correct_hours(approved, hours=Decimal(1), reason="多记", by=mentor, today=today)
    approve_many([again], by=college_admin)
    assert HourEntry.objects.approved().total() == 1


def test_visible_hours_are_ones_own_sides(submitted, rival_entry, request):
    seen = {
        name: set(HourEntry.objects.visible_to(request.getfixturevalue(name)))
        for name in (
            "secretariat", "bureau", "auditor", "college_admin", "other_college_admin", "partner", "rival_partner",
            "mentor", "college_mentor", "expert", "outsider",
        )
    }  # fmt: skip
    everything = {submitted, rival_entry}
    assert seen == {
        "secretariat": everything,
        "bureau": everything,
        "auditor": everything,
        "college_admin": everything,
        "other_college_admin": set(),
        "partner": {submitted},
        "rival_partner": {rival_entry},
        "mentor": {submitted},
        "college_mentor": set(),
        "expert": set(),
        "outsider": set(),
    }


def test_a_year_of_hours_is_written_in_few_statements(
    entry_of, project, mentor, college_admin, today, django_assert_max_num_queries
):
    rows = [
        entry_of(project, mentor, date=today - timedelta(days=ago), activity=activity)
        for ago in range(150)
        for activity in ("teaching", "mentoring")
    ]
    with django_assert_max_num_queries(63):
        save_hours(rows, by=mentor, today=today)
        submit_many(rows, by=mentor)
        approve_many(rows, by=college_admin)
    assert HourEntry.objects.approved().total() == 600
    assert HistoryEntry.objects.filter(new="approved").count() == 300


def test_an_entry_goes_to_a_person_of_the_same_name(draft, project, partner, make_mentor, enterprise, assign, today):
    namesake = make_mentor("namesake", enterprise)
    type(namesake).objects.filter(pk=namesake.pk).update(name=draft.person.name)
    namesake.refresh_from_db()
    assign(project, namesake)
    draft.person = namesake
    log_hours(draft, by=partner, today=today)
    assert HourEntry.objects.get().person == namesake
    assert HistoryEntry.objects.of(draft).filter(what="person").count() == 1
