"""Who hears of hours that are handed over, signed and returned."""

import pytest
from django.urls import reverse

from consortium.inbox import waiting_for
from consortium.models import Affiliation, Notice, User
from zones.services import approve_many, correct_hours, log_hours, return_many, submit_many

MANY = reverse("zones:hours_list")


def told(kind: str) -> list[tuple[str, str, str]]:
    rows = Notice.objects.filter(kind=kind).order_by("user__username")
    return [(row.user.username, row.text, row.url) for row in rows]


@pytest.fixture(autouse=True)
def in_english(db, settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def entries(entry_of, project, partner, mentor, today):
    """Three entries of one enterprise: two people, three activities."""
    rows = [
        entry_of(project, partner),
        entry_of(project, mentor),
        entry_of(project, mentor, activity="teaching"),
    ]
    return [log_hours(row, by=partner, today=today) for row in rows]


def test_hours_of_the_enterprise_are_told_to_the_college_in_one_notice(
    entries, partner, college_admin, other_college_admin, rival_partner
):
    submit_many(entries, by=partner)
    text = "示例企业一 has handed in hours to be countersigned."
    assert told("hours_to_countersign") == [("college_admin", text, reverse("zones:hours_countersign"))]
    assert Notice.objects.visible_to(college_admin).count() == 0  # they stand in the list of what waits


def test_hours_of_a_college_mentor_are_told_to_the_projects_enterprise(
    entry_of, project, college_mentor, partner, rival_partner, college_admin, today
):
    entry = log_hours(entry_of(project, college_mentor), by=college_mentor, today=today)
    submit_many([entry], by=college_mentor)
    assert [name for name, _text, _url in told("hours_to_countersign")] == ["partner"]


def test_many_that_are_returned_make_one_notice_a_person(entries, partner, mentor, college_admin, rival_partner):
    submit_many(entries, by=partner)
    return_many(entries, reason="请写明工作内容", by=college_admin)
    text, url = "Your hours were returned: 请写明工作内容", f"{MANY}?status=returned"
    assert told("hours_returned") == [("mentor", text, url), ("partner", text, url)]


def test_one_that_is_returned_leads_to_itself(entries, partner, mentor, college_admin):
    submit_many(entries, by=partner)
    return_many(entries[:1], reason="r", by=college_admin)
    assert told("hours_returned") == [("partner", "Your hours were returned: r", entries[0].get_absolute_url())]


def test_hours_of_one_enterprise_are_not_told_to_a_mentors_desk_in_another(
    entry_of, project, rival_project, partner, rival_partner, rival_enterprise, mentor, college_admin, consortium, today
):
    Affiliation.objects.create(
        user=mentor, organization=rival_enterprise, consortium=consortium, role="mentor", started_on=today
    )
    mine = log_hours(entry_of(project, mentor), by=mentor, today=today)
    theirs = log_hours(entry_of(rival_project, rival_partner), by=rival_partner, today=today)
    submit_many([mine], by=mentor)
    submit_many([theirs], by=rival_partner)
    return_many([mine, theirs], reason="r", by=college_admin)
    desks = set(Notice.objects.filter(kind="hours_returned").values_list("acting_as", flat=True))
    assert desks == {user.affiliation.pk for user in (partner, mentor, rival_partner)}


def test_signing_tells_the_writers_too(entries, partner, mentor, college_admin):
    submit_many(entries, by=partner)
    approve_many(entries[1:], by=college_admin)
    text, url = "Your hours were countersigned.", f"{MANY}?status=approved"
    assert told("hours_approved") == [("mentor", text, url), ("partner", text, url)]


def test_a_correction_waits_for_the_other_side_like_any_entry(approved, mentor, college_admin, today):
    Notice.objects.all().delete()
    correct_hours(approved, hours=approved.hours + 1, reason="漏记", by=mentor, today=today)
    text = "示例企业一 has handed in hours to be countersigned."
    assert told("hours_to_countersign") == [("college_admin", text, reverse("zones:hours_countersign"))]


def test_what_came_back_waits_for_its_writer_and_the_partner_until_it_is_sent_again(
    entries, partner, mentor, college_admin, rival_partner, today
):
    def waits(user) -> list[tuple[str, str]]:
        items = waiting_for(User.objects.get(pk=user.pk), today)
        return [(item.detail, item.verb) for item in items if item.source == "hours"]

    submit_many(entries, by=partner)
    return_many(entries, reason="r", by=college_admin)
    readers = (partner, mentor, rival_partner, college_admin)
    found = [waits(user) for user in readers]
    assert found == [[("3 entries were returned", "Correct")], [("2 entries were returned", "Correct")], [], []]
    submit_many(entries, by=partner)
    assert [len(waits(user)) for user in readers] == [0, 0, 0, 1]
