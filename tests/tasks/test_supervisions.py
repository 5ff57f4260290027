"""Urging what is late: who, what, when, and what becomes of it."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from consortium.inbox import waiting_for
from consortium.models import Affiliation, HistoryEntry, Notice
from consortium.services import Refused
from tasks.models import Milestone, Supervision
from tasks.services import (
    answer_supervision,
    ask_again,
    climb,
    close_supervision,
    confirm_progress,
    report_progress,
    urge,
)

Status = Supervision.Status


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def late(milestone):
    """The milestone, overdue whatever the day is."""
    Milestone.objects.filter(pk=milestone.pk).update(due=timezone.localdate() - timedelta(days=3))
    milestone.refresh_from_db()
    return milestone


@pytest.fixture
def urged(milestone, bureau, college_admin, at):
    return urge([milestone], deadline=date(2026, 10, 12), text="请说明原因。", by=bureau, now=at(10, 8))[0]


def url(name: str, *args) -> str:
    return reverse(f"tasks:supervision_{name}", args=args)


def told(kind: str) -> list[tuple[str, str]]:
    return [(row.user.username, row.text) for row in Notice.objects.filter(kind=kind, is_shown=True).order_by("pk")]


def test_each_milestone_gets_a_number_and_its_unit_is_told(make_task, bureau, college_admin, other_college_admin, at):
    rows = [
        Milestone.objects.create(task=make_task(number), quarter=1, text="…", due=date(2026, 3, 31))
        for number in (2, 1)
    ]
    made = urge(rows, deadline=date(2026, 4, 10), text="请办理。", by=bureau, now=at(4, 3))
    assert [(row.number, row.task.number, str(row)) for row in made] == [
        (1, 1, "Urging [2026] No. 1"),
        (2, 2, "Urging [2026] No. 2"),
    ]
    assert told("supervised") == [
        ("college_admin", "Task 1, Q1 is urged: answer by April 10, 2026."),
        ("college_admin", "Task 2, Q1 is urged: answer by April 10, 2026."),
    ]


@pytest.mark.parametrize(
    ("status", "month", "day", "sentence"),
    [
        (Milestone.Status.CONFIRMED, 10, 3, "Task 1, Q3 is confirmed."),
        (Milestone.Status.SUBMITTED, 10, 3, "Task 1, Q3 waits for the bureau itself."),
        (Milestone.Status.IN_PROGRESS, 7, 31, "Task 1, Q3 is neither overdue nor lacks a report."),
    ],
)
def test_only_what_is_late_or_lacks_a_report_is_urged(milestone, bureau, at, status, month, day, sentence):
    confirmed_at = at(10, 1) if status == Milestone.Status.CONFIRMED else None
    Milestone.objects.filter(pk=milestone.pk).update(status=status, confirmed_at=confirmed_at)
    milestone.refresh_from_db()
    with pytest.raises(Refused) as refusal:
        urge([milestone], deadline=date(2026, 10, 12), text="…", by=bureau, now=at(month, day))
    assert str(refusal.value) == sentence
    assert Supervision.objects.count() == 0


def test_a_month_without_a_report_is_urged_from_its_end_by_the_clock_of_shanghai(milestone, bureau, at):
    with pytest.raises(Refused):
        urge([milestone], deadline=date(2026, 8, 12), text="…", by=bureau, now=at(7, 31, 23, 59))
    assert len(urge([milestone], deadline=date(2026, 8, 12), text="…", by=bureau, now=at(8, 1, 0, 0))) == 1


def test_a_milestone_is_urged_once_at_a_time_and_all_or_none_are(urged, milestone, make_task, bureau, at):
    other = Milestone.objects.create(task=make_task(2), quarter=1, text="…", due=date(2026, 3, 31))
    with pytest.raises(Refused) as refusal:
        urge([other, milestone], deadline=date(2026, 10, 12), text="…", by=bureau, now=at(10, 9))
    assert str(refusal.value) == "Task 1, Q3 has been urged already: Urging [2026] No. 1."
    close_supervision(urged, by=bureau, now=at(10, 9), comment="另有安排")
    again = urge([other, milestone], deadline=date(2026, 10, 12), text="…", by=bureau, now=at(10, 9))
    assert [row.number for row in again] == [2, 3]


def test_a_deadline_before_today_and_an_empty_text_are_refused_beside_their_fields(milestone, bureau, at):
    for given, field in (({"deadline": date(2026, 10, 7)}, "deadline"), ({"text": " "}, "text")):
        with pytest.raises(ValidationError) as error:
            urge([milestone], by=bureau, now=at(10, 8), **{"deadline": date(2026, 10, 12), "text": "…", **given})
        assert list(error.value.message_dict) == [field]


def test_the_answer_goes_to_the_bureau_and_back_until_it_will_do(urged, bureau, college_admin, at):
    with pytest.raises(ValidationError):
        answer_supervision(urged, "  ", by=college_admin, now=at(10, 9))
    answer_supervision(urged, "本周补报。", by=college_admin, now=at(10, 9))
    assert [item.title for item in waiting_for(bureau, date(2026, 10, 9))] == ["Urging [2026] No. 1 · 1 目标1 · Q3"]
    with pytest.raises(ValidationError):
        ask_again(urged, comment=" ", deadline=date(2026, 10, 20), by=bureau, now=at(10, 10))
    ask_again(urged, comment="请附时间表", deadline=date(2026, 10, 20), by=bureau, now=at(10, 10))
    assert [
        (item.verb, item.due)
        for item in waiting_for(college_admin, date(2026, 10, 10))
        if item.source == "supervisions"
    ] == [("Answer", date(2026, 10, 20))]
    answer_supervision(urged, "附表：15日前完成。", by=college_admin, now=at(10, 11))
    close_supervision(urged, by=bureau, now=at(10, 12))
    urged.refresh_from_db()
    assert (urged.status, urged.answer, urged.answered_by) == (Status.CLOSED, "附表：15日前完成。", college_admin)
    said = HistoryEntry.objects.of(urged).filter(what="status").order_by("pk").values_list("new", "reason")
    assert list(said) == [
        ("answered", "本周补报。"),
        ("open", "请附时间表"),
        ("answered", "附表：15日前完成。"),
        ("closed", ""),
    ]


def test_what_nobody_answered_climbs_after_midnight_in_shanghai_and_is_told_once(
    urged, task, bureau, college_admin, other_college_admin, make_user, bureau_organization, consortium, at
):
    leader = make_user("leader", Affiliation.Role.BUREAU, bureau_organization, consortium, "张三")
    task.leader = "张三、李四"
    task.save(update_fields=["leader"])
    assert climb(at(10, 12, 23, 59)) == 0
    assert not urged.has_climbed(timezone.localdate(at(10, 12, 23, 59)))
    assert [climb(at(10, 13, 0, 0)), climb(at(10, 13, 0, 0)), climb(at(10, 20))] == [1, 0, 0]
    assert urged.has_climbed(timezone.localdate(at(10, 13, 0, 0)))
    sentence = "Urging [2026] No. 1 was not answered in time and stands before the leader: 张三、李四."
    assert sorted(told("supervision_climbed")) == [
        ("bureau", sentence),
        ("college_admin", sentence),
        (leader.username, sentence),
    ]
    answer_supervision(urged, "已补报。", by=college_admin, now=at(10, 14))
    assert told("supervision_climbed") == []


def test_a_confirmed_milestone_is_no_longer_urged(urged, milestone, bureau, college_admin, at):
    progress = report_progress(milestone, text="完成", percent=100, by=college_admin, now=at(10, 9))
    confirm_progress(progress, by=bureau, now=at(10, 10))
    urged.refresh_from_db()
    assert (urged.status, HistoryEntry.objects.of(urged)[0].reason) == (Status.CLOSED, "The milestone is confirmed.")


def test_an_unanswered_urging_is_closed_with_a_reason_only(urged, bureau, at):
    with pytest.raises(ValidationError):
        close_supervision(urged, by=bureau, now=at(10, 9))
    close_supervision(urged, by=bureau, now=at(10, 9), comment="任务调整")
    with pytest.raises(Refused):
        close_supervision(urged, by=bureau, now=at(10, 9), comment="任务调整")


def test_the_bureau_ticks_writes_and_follows_on_pages(client_for, late, plan, bureau, college_admin):
    client = client_for(bureau)
    page = client.get(reverse("tasks:plan_detail", args=[plan.pk]))
    assert page.content.decode().count('form="urge" name="milestone"') == 1
    form = client.get(url("create"), {"milestone": late.pk})
    assert [row.pk for row in form.context["form"].fields["milestones"].queryset] == [late.pk]
    day = timezone.localdate() + timedelta(days=5)
    sent = client.post(url("create"), {"milestones": [late.pk], "deadline": day.isoformat(), "text": "请说明。"})
    supervision = Supervision.objects.get()
    assert sent.url == supervision.get_absolute_url()
    page = client.get(reverse("tasks:plan_detail", args=[plan.pk]))
    assert page.content.decode().count('form="urge" name="milestone"') == 0
    unit = client_for(college_admin)
    assert unit.post(url("answer", supervision.pk), {"answer": "正在办。"}).url == supervision.get_absolute_url()
    assert client.post(url("return", supervision.pk), {"comment": "不够", "deadline": "2020-01-01"}).status_code == 200
    assert client.post(url("close", supervision.pk), {"comment": ""}).url == supervision.get_absolute_url()
    rows = client.get(url("list"), {"status": "closed"}).context["page"].object_list
    assert [row.pk for row in rows] == [supervision.pk]
    assert list(client.get(url("list"), {"unanswered": "true"}).context["page"].object_list) == []


def test_what_cannot_be_urged_is_said_before_anything_is_written(client_for, milestone, bureau):
    Milestone.objects.filter(pk=milestone.pk).update(status=Milestone.Status.SUBMITTED)
    page = client_for(bureau).get(url("create"), {"milestone": [milestone.pk, "x", "99999999999999999999"]})
    assert list(page.context["refusals"]) == ["Task 1, Q3 waits for the bureau itself."]
    assert page.context["nothing"]


def test_only_the_responsible_unit_answers_and_only_the_bureau_urges(
    client_for, urged, college_admin, other_college_admin, outsider, partner
):
    answer = {"answer": "…"}
    assert client_for(other_college_admin).post(url("answer", urged.pk), answer).status_code == 403
    assert client_for(outsider).get(url("detail", urged.pk)).status_code == 404
    assert client_for(partner).get(url("detail", urged.pk)).status_code == 404
    assert client_for(college_admin).get(url("create")).status_code == 403
    assert client_for(college_admin).post(url("close", urged.pk), {"comment": "…"}).status_code == 403


def test_the_sheet_is_a_document(client_for, urged, college_admin):
    answer = client_for(college_admin).get(url("sheet", urged.pk))
    assert (answer["Content-Type"], answer.content[:5]) == ("application/pdf", b"%PDF-")


def test_programs_urge_and_answer(api_for, late, bureau, college_admin):
    api, unit = api_for(bureau), api_for(college_admin)
    day = (timezone.localdate() + timedelta(days=5)).isoformat()
    made = api.post("/api/v1/supervisions/", {"milestone": late.pk, "deadline": day, "text": "请说明。"})
    assert (made.status_code, made.data["status"], made.data["has_climbed"]) == (201, "open", False)
    address = f"/api/v1/supervisions/{made.data['id']}/"
    assert api.post("/api/v1/supervisions/", {"milestone": late.pk, "deadline": day, "text": "…"}).status_code == 409
    assert unit.post(f"{address}answer/", {}).status_code == 400
    assert unit.post(f"{address}answer/", {"answer": "正在办。"}).data["status"] == "answered"
    assert unit.post(f"{address}close/", {}).status_code == 403
    assert api.post(f"{address}return/", {"comment": "不够", "deadline": day}).data["status"] == "open"
    assert api.post(f"{address}close/", {"comment": "不用了"}).data["status"] == "closed"


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_the_same_queries_whatever_its_size(
    client_for, api_for, make_task, bureau, rows, django_assert_num_queries, at
):
    for number in range(1, rows + 1):
        late = Milestone.objects.create(task=make_task(number), quarter=1, text="…", due=date(2026, 3, 31))
        urge([late], deadline=date(2026, 4, 10), text="…", by=bureau, now=at(4, 3))
    client, api = client_for(bureau), api_for(bureau)
    with django_assert_num_queries(7):
        client.get(url("list"))
    with django_assert_num_queries(1):
        api.get("/api/v1/supervisions/")
