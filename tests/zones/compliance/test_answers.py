"""Answers to warnings, and who sees what on the pages."""

from datetime import date, datetime, timedelta
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from consortium.inbox import waiting_for
from consortium.models import HistoryEntry
from consortium.services import Refused
from zones.compliance import breaches
from zones.models import (
    Attendance,
    BreachAnswer,
    ChosenPack,
    Placement,
)
from zones.services import (
    answer_breach,
)

from .findings import MONDAY


# --- answers ----------------------------------------------------------------------------------------------------------
def test_a_warning_is_answered_once_and_open_again_when_its_figure_changes(warning, college_admin):
    now = timezone.now()
    answer_breach(warning, reason="经学生同意，已补休", by=college_admin, now=now)
    (answered,) = breaches(college_admin)
    assert (answered.answer.reason, answered.answer.answered_by, answered.can_be_answered) == (
        "经学生同意，已补休", college_admin, False,
    )  # fmt: skip
    assert (
        HistoryEntry.objects.of(answered.answer.placement).get(what="answers to warnings").reason
        == "经学生同意，已补休"
    )
    with pytest.raises(ValidationError):  # by somebody who read it before
        answer_breach(warning, reason="再答一次", by=college_admin, now=now)
    with pytest.raises(Refused):
        answer_breach(answered, reason="再答一次", by=college_admin, now=now)
    Attendance.objects.update(hours=5)
    (other,) = breaches(college_admin)
    assert (other.answer, other.can_be_answered) == (None, True)
    Attendance.objects.update(hours=4)
    assert breaches(college_admin)[0].answer == answered.answer


def test_what_blocks_cannot_be_answered(placement, work, college_admin):
    work(placement, MONDAY, "9")
    (breach,) = breaches(college_admin)
    with pytest.raises(Refused):
        answer_breach(breach, reason="赶工", by=college_admin, now=timezone.now())
    assert BreachAnswer.objects.count() == 0


def test_a_college_answers_on_the_page_and_the_inbox_says_what_is_open(
    warning, college_admin, partner, client_for, today
):
    def waiting(user):
        return [item.detail for item in waiting_for(user, today) if item.source == "compliance"]

    assert (waiting(college_admin), waiting(partner)) == (["1 finding is open"], ["1 finding is open"])
    url = reverse("zones:breach_answer", args=[warning.placement_id, warning.rule.key, warning.day.isoformat()])
    assert client_for(partner).post(url, {"reason": "我方说明"}).status_code == 403
    assert "This field is required" in client_for(college_admin).post(url, {"reason": " "}).content.decode()
    assert client_for(college_admin).post(url, {"reason": "已补休"}).status_code == 302
    assert (BreachAnswer.objects.get().reason, waiting(college_admin), waiting(partner)) == ("已补休", [], [])


# --- pages ------------------------------------------------------------------------------------------------------------
def rows_of(client, **query) -> list:
    return [(row.rule.code, row.day) for row in client.get(reverse("zones:breach_list"), query).context["page"]]


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_of_findings_needs_the_same_queries_for_one_and_three(
    place_at, work, staff, college_admin, client_for, django_assert_num_queries, number
):
    for _row in range(number):
        placement = place_at()
        work(placement, date(2026, 10, 1), "4")
        for breach in breaches(college_admin, pk=placement.pk):
            answer_breach(breach, reason="已补休", by=college_admin, now=timezone.now())
    client = client_for(college_admin)
    client.get(reverse("zones:breach_list"))
    with django_assert_num_queries(10):
        assert len(rows_of(client)) == number


def test_a_rival_and_another_college_see_nothing_of_it(
    warning, partner, rival_partner, other_college_admin, outsider, mentor, college_mentor, bureau, expert, client_for
):
    seen = [("public_holiday", date(2026, 10, 1))]
    for user in (partner, mentor, college_mentor, bureau):
        assert rows_of(client_for(user)) == seen
    for user in (rival_partner, other_college_admin, outsider):
        assert rows_of(client_for(user)) == []
        assert client_for(user).get(reverse("zones:placement_detail", args=[warning.placement_id])).status_code == 404
    assert client_for(expert).get(reverse("zones:breach_list")).status_code == 403


def test_an_enterprise_reads_the_student_masked_and_its_college_as_written(warning, partner, college_admin, client_for):
    url, name = reverse("zones:breach_list"), warning_name(warning)
    assert name in client_for(college_admin).get(url).content.decode()
    assert name not in client_for(partner).get(url).content.decode()
    for path in ("zones:placement_list",):
        assert name not in client_for(partner).get(reverse(path)).content.decode()


def warning_name(breach) -> str:
    return Placement.objects.get(pk=breach.placement_id).student.name


def test_findings_are_filtered_and_the_file_holds_what_is_filtered(
    warning, work, zone, enterprise, rival_enterprise, college_admin, client_for
):
    work(Placement.objects.get(), MONDAY, "9")
    client = client_for(college_admin)
    holiday, day = ("public_holiday", date(2026, 10, 1)), ("day_hours", MONDAY)
    assert rows_of(client) == [holiday, day]
    assert rows_of(client, severity="block") == [day]
    assert rows_of(client, rule="national.public_holiday") == [holiday]
    assert rows_of(client, zone=zone.pk, enterprise=enterprise.pk, answered="no") == [holiday, day]
    assert rows_of(client, answered="yes") == []
    assert rows_of(client, enterprise=rival_enterprise.pk) == []
    assert client.get(reverse("zones:breach_list"), {"enterprise": 987654}).status_code == 404
    answer = client.get(reverse("zones:breach_list"), {"severity": "block", "export": "xlsx"})
    rows = list(load_workbook(BytesIO(answer.content)).active.values)
    assert [row[:4] for row in rows[1:]] == [("Hours of a day", "Refused", datetime(2026, 3, 2), "9 hours, at most 8")]
    assert rows[1][4] == "示*"


def test_a_page_of_fifty_findings_leads_to_the_next(place_at, work, staff, college_admin, client_for):
    placement = place_at(starts_on=date(2022, 1, 3))
    for number in range(51):
        work(placement, date(2022, 1, 3) + timedelta(days=number), "8.25")
    client = client_for(college_admin)
    asked = {"rule": "national.day_hours"}
    assert (len(rows_of(client, **asked)), len(rows_of(client, **asked, page="2"))) == (50, 1)
    assert len(rows_of(client, **asked, page="x")) == 50


def test_a_student_is_placed_and_hours_recorded_in_the_browser(new_placement, college_admin, client_for):
    draft, client = new_placement(), client_for(college_admin)
    data = {
        "zone": draft.zone.pk, "student": draft.student.pk, "post": draft.post.pk, "starts_on": "2026-03-02",
        "monthly_pay": "3600",
    }  # fmt: skip
    assert client.post(reverse("zones:placement_create"), {}).status_code == 200
    placed = client.post(reverse("zones:placement_create"), data)
    placement = Placement.objects.get()
    assert placed.url == placement.get_absolute_url()
    too_long = client.post(placed.url, {"date": "2026-03-02", "hours": "9"})
    assert "A student works at most 8 hours a day. Here: 9 hours, at most 8" in too_long.content.decode()
    assert client.post(placed.url, {"date": "2026-03-02", "hours": "7.5"}).status_code == 302
    row = Attendance.objects.get()
    assert client.post(reverse("zones:attendance_remove", args=[row.pk])).url == placed.url
    assert Attendance.objects.count() == 0
    assert client.post(reverse("zones:placement_end", args=[placement.pk]), {"on": "2026-03-06"}).status_code == 302
    assert Placement.objects.get().ends_on == date(2026, 3, 6)


def test_the_rules_are_read_by_everybody_and_chosen_by_the_office(secretariat, partner, client_for, consortium):
    url = reverse("zones:pack_choose", args=["ningbo-2020"])
    assert client_for(partner).get(reverse("zones:rule_list")).status_code == 200
    assert client_for(partner).post(url, {"chosen": "yes"}).status_code == 403
    assert client_for(secretariat).post(url, {"chosen": "yes"}).status_code == 302
    assert [row.pack for row in ChosenPack.objects.filter(consortium=consortium)] == ["ningbo-2020"]
    unknown = reverse("zones:pack_choose", args=["atlantis"])
    assert client_for(secretariat).post(unknown, {"chosen": "yes"}).status_code == 404
