"""Approved hours by month: counted with each approval, equal to the entries whatever happens, and shown as a table."""

import io
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from zones.models import HourEntry, HourMonth
from zones.services import (
    approve_many,
    correct_hours,
    delete_hours,
    log_hours,
    return_many,
    submit_many,
    verify_hour_months,
)

from ..together import at_once

URL = "/zones/hours/months/"


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def today() -> date:
    """In the middle of a month, so that the days before lie in it."""
    return timezone.localdate().replace(day=1) - timedelta(days=10)


@pytest.fixture
def hand_over(entry_of, project, mentor, today):
    """Hours of so many days ago, logged and submitted."""

    def make(days: int, hours: str, person=mentor, at=project, activity="mentoring") -> HourEntry:
        worked = today - timedelta(days)
        entry = entry_of(at, person, date=worked, hours=Decimal(hours), activity=activity)
        log_hours(entry, by=person, today=today)
        submit_many([entry], by=person)
        return entry

    return make


def sums() -> list[tuple]:
    rows = HourMonth.objects.order_by("project", "month", "organization", "activity")
    return list(rows.values_list("project__code", "organization__name", "activity", "month", "hours", "entries"))


def test_nothing_counts_before_it_is_approved_and_then_once(hand_over, project, mentor, college_admin, today):
    first, second = hand_over(1, "2.5"), hand_over(2, "4")
    third = hand_over(3, "1.25", activity="teaching")
    returned = hand_over(4, "8")
    assert sums() == []
    return_many([returned], reason="缺签到表", by=college_admin)
    approve_many([first], by=college_admin)
    approve_many([second, third], by=college_admin)
    delete_hours([returned], by=mentor)
    month, name = today.replace(day=1), mentor.affiliation.organization.name
    assert sums() == [
        ("bearing", name, "mentoring", month, Decimal("6.50"), 2),
        ("bearing", name, "teaching", month, Decimal("1.25"), 1),
    ]
    assert list(verify_hour_months()) == []


def test_months_projects_and_organizations_are_told_apart(
    hand_over, rival_project, rival_partner, mentor, college_mentor, partner, college_admin, today
):
    month, before = today.replace(day=1), (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    mine = [hand_over(1, "2"), hand_over(today.day, "3"), hand_over(1, "4", rival_partner, rival_project)]
    approve_many(mine, by=college_admin)
    approve_many([hand_over(2, "5", college_mentor)], by=partner)
    assert {(code, name, day): hours for code, name, _activity, day, hours, _entries in sums()} == {
        ("bearing", mentor.affiliation.organization.name, before): 3,
        ("bearing", mentor.affiliation.organization.name, month): 2,
        ("bearing", college_mentor.affiliation.organization.name, month): 5,
        ("rival", rival_partner.affiliation.organization.name, month): 4,
    }


def test_a_correction_counts_as_the_difference_once_it_is_approved(hand_over, mentor, college_admin, today):
    entry = hand_over(1, "6")
    approve_many([entry], by=college_admin)
    correction = correct_hours(entry, hours=Decimal("4.25"), reason="多记", by=mentor, today=today)
    assert [row[4:] for row in sums()] == [(Decimal(6), 1)]
    approve_many([correction], by=college_admin)
    assert [row[4:] for row in sums()] == [(Decimal("4.25"), 2)]
    assert list(verify_hour_months()) == []


def test_what_is_stored_counts_and_not_what_was_read_long_ago(hand_over, college_admin):
    entry = hand_over(1, "6")
    entry.hours = Decimal(24)  # somebody's copy
    approve_many([entry], by=college_admin)
    assert [row[4] for row in sums()] == [6]


@pytest.mark.parametrize("change", [{"hours": F("hours") + Decimal("0.25")}, {"entries": F("entries") + 1}])
def test_verify_names_a_sum_that_is_not_that_of_its_entries(hand_over, project, mentor, college_admin, change):
    approve_many([hand_over(1, "6")], by=college_admin)
    HourMonth.objects.update(**change)
    assert len(list(verify_hour_months())) == 1
    with pytest.raises(CommandError, match=f"Hours of project {project.pk}, .* the approved entries make 6"):
        call_command("verify")


def test_verify_names_what_is_missing_and_what_has_no_entries(hand_over, college_admin):
    approve_many([hand_over(1, "6")], by=college_admin)
    HourMonth.objects.update(activity="teaching")
    found = list(verify_hour_months())
    assert [": nothing are counted" in one for one in found] == [True, False]
    assert ["make nothing." in one for one in found] == [False, True]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="one writer at a time needs no row locks")
def test_of_two_who_approve_at_once_both_count(hand_over, college_admin, make_user, college, consortium):
    """Each makes two rows that the other makes too, in another order."""
    other = make_user("other_admin", "college_admin", college, consortium, "示例管理员乙")
    days = {
        activity: [hand_over(day, "1", activity=activity) for day in range(8)] for activity in ("teaching", "mentoring")
    }
    mine = days["teaching"][:4] + days["mentoring"][:4]
    others = days["mentoring"][4:] + days["teaching"][4:]
    assert at_once(lambda: approve_many(mine, by=college_admin), lambda: approve_many(others, by=other)) == ["", ""]
    assert list(verify_hour_months()) == []
    assert sum(row[5] for row in sums()) == 16


# --- the page ---------------------------------------------------------------------------------------------------------
@pytest.fixture
def year(hand_over, rival_project, rival_partner, college_mentor, partner, college_admin, today):
    """2.5 and 5 hours on the enterprise's project, one of them a college person's, and 4 on the rival's."""
    approve_many([hand_over(1, "2.5"), hand_over(1, "4", rival_partner, rival_project)], by=college_admin)
    approve_many([hand_over(2, "5", college_mentor)], by=partner)
    return today.year


def shown(client, year: int) -> dict[str, Decimal]:
    return {row.name: row.total for row in client.get(URL, {"year": year}).context["rows"]}


def test_each_sees_the_sums_of_the_entries_that_they_see(
    client_for, year, secretariat, bureau, college_admin, partner, rival_partner, enterprise, rival_enterprise
):
    both = {enterprise.name: Decimal("7.5"), rival_enterprise.name: Decimal(4)}
    assert shown(client_for(secretariat), year) == both
    assert shown(client_for(bureau), year) == both
    assert shown(client_for(college_admin), year) == both
    assert shown(client_for(partner), year) == {enterprise.name: Decimal("7.5")}
    assert shown(client_for(rival_partner), year) == {rival_enterprise.name: Decimal(4)}
    assert shown(client_for(secretariat), year - 2) == {}


def test_a_mentor_has_no_such_page(client_for, year, mentor):
    assert client_for(mentor).get(URL).status_code == 403
    assert HourMonth.objects.visible_to(mentor).count() == 0


def test_each_figure_leads_to_the_list_with_that_sum(client_for, year, partner, enterprise, today):
    client = client_for(partner)
    page = client.get(URL, {"year": year}).content.decode()
    link = f"/zones/hours/?enterprise={enterprise.pk}&amp;month={today:%Y-%m}&amp;status=approved"
    whole = (
        f"/zones/hours/?enterprise={enterprise.pk}&amp;date_after={year}-01-01&amp;date_before={year}-12-31"
        "&amp;status=approved"
    )
    for url in (link, whole):
        assert page.count(f'href="{url}"') == 1
        assert client.get(url.replace("&amp;", "&")).context["total"] == Decimal("7.5")


def test_the_file_holds_what_the_page_shows(client_for, year, secretariat, enterprise, rival_enterprise, today):
    answer = client_for(secretariat).get(URL, {"year": year, "export": "xlsx"})
    head, *rows = load_workbook(io.BytesIO(answer.content)).active.values
    column = today.month
    assert [head[0], head[column], *head[-2:]] == ["Enterprise", f"{today.month} (month)", "Total", "Year before"]
    assert {row[0]: (row[column], row[-2], row[-1]) for row in rows} == {
        enterprise.name: (7.5, 7.5, 0),
        rival_enterprise.name: (4, 4, 0),
    }


def test_the_year_before_stands_beside(year, partner, enterprise):
    (row,) = HourMonth.objects.visible_to(partner).by_enterprise(year + 1)
    assert (row.name, row.months, row.before) == (enterprise.name, [Decimal(0)] * 12, Decimal("7.5"))


def test_a_year_without_hours_says_so(client_for, secretariat):
    assert "Nothing was approved in this year or the one before" in client_for(secretariat).get(URL).content.decode()


def test_the_page_reads_no_entries_however_many_there_are(client_for, year, secretariat):
    client = client_for(secretariat)
    with CaptureQueriesContext(connection) as read:
        client.get(URL, {"year": year})
    tables = [sql["sql"] for sql in read if "zones_hour" in sql["sql"]]
    assert ["zones_hourmonth" in sql and "zones_hourentry" not in sql for sql in tables] == [True]


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_needs_the_same_queries_for_one_enterprise_and_three(
    client_for, django_assert_num_queries, hand_over, make_project, make_organization, consortium, assign, mentor,
    college_admin, secretariat, count,
):  # fmt: skip
    for number in range(count):
        firm = make_organization(f"示例厂{number}", "enterprise", consortium)
        project = make_project(f"p{number}", enterprise=firm)
        assign(project, mentor)
        approve_many([hand_over(number, "2", at=project)], by=college_admin)
    client = client_for(secretariat)
    client.get(URL)
    with django_assert_num_queries(4):
        client.get(URL)
