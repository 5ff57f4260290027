"""What the units still owe, and why a due day was moved."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from consortium.models import HistoryEntry
from tasks.missing import missing_by_unit
from tasks.models import Milestone, Task
from tasks.services import report_progress


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


def owed(plan, today: date) -> list[tuple[str, list[tuple[int, list[int]]]]]:
    tasks = Task.objects.filter(plan=plan).for_matrix()
    return [
        (unit.name, [(row.milestone.task.number, [month.month for month in row.months]) for row in unit.rows])
        for unit in missing_by_unit(tasks, today)
    ]


def test_months_are_owed_unit_by_unit_until_they_are_reported(
    plan, make_task, milestone, college, college2, college_admin, at
):
    other = make_task(2, responsible_organization=college2)
    Milestone.objects.create(task=other, quarter=3, text="…", due=date(2026, 9, 30))
    nobodys = make_task(3, responsible_organization=None)
    Milestone.objects.create(task=nobodys, quarter=4, text="…", due=date(2026, 12, 31))
    today = date(2026, 8, 20)
    assert owed(plan, today) == [(college.name, [(1, [7, 8])]), (college2.name, [(2, [7, 8])])]
    report_progress(milestone, text="…", percent=10, by=college_admin, now=at(8, 20), month=date(2026, 8, 1))
    assert owed(plan, today) == [(college.name, [(1, [7])]), (college2.name, [(2, [7, 8])])]
    report_progress(milestone, text="…", percent=100, by=college_admin, now=at(8, 20), month=date(2026, 7, 1))
    assert owed(plan, today) == [(college2.name, [(2, [7, 8])])]
    assert owed(plan, date(2026, 10, 1))[-1] == ("No responsible member", [(3, [10])])


def test_the_bureau_urges_from_the_list_and_a_unit_reads_it(client_for, plan, milestone, bureau, college_admin):
    today = timezone.localdate()
    Milestone.objects.filter(pk=milestone.pk).update(due=today - timedelta(days=1), quarter=1)
    url = reverse("tasks:missing_months", args=[plan.pk])
    page = client_for(bureau).get(url)
    assert [one.pk for one in page.context["units"][0].to_urge] == [milestone.pk]
    assert f'name="milestone" value="{milestone.pk}"' in page.content.decode()
    assert 'name="milestone"' not in client_for(college_admin).get(url).content.decode()


def test_a_due_day_changes_with_a_reason_which_stays_in_the_history(client_for, milestone, bureau):
    client, url = client_for(bureau), reverse("tasks:milestone_update", args=[milestone.pk])
    sent = {"quarter": 3, "text": milestone.text, "due": "2026-09-15"}
    assert list(client.post(url, sent).context["form"].errors) == ["reason"]
    milestone.refresh_from_db()
    assert milestone.due == date(2026, 9, 30)
    assert client.post(url, {**sent, "reason": "对接会提前"}).url == milestone.get_absolute_url()
    [entry] = HistoryEntry.objects.of(milestone)
    assert (entry.what, entry.old, entry.new, entry.reason) == ("due", "2026-09-30", "2026-09-15", "对接会提前")
    same = {"quarter": 3, "text": "改了文字。", "due": "2026-09-15", "reason": ""}
    assert client.post(url, same).status_code == 302


def test_programs_give_a_reason_too(api_for, milestone, bureau):
    url = f"/api/v1/milestones/{milestone.pk}/"
    refused = api_for(bureau).patch(url, {"due": "2026-09-15"})
    assert (refused.status_code, list(refused.data)) == (400, ["reason"])
    assert api_for(bureau).patch(url, {"text": "…"}).status_code == 200
    changed = api_for(bureau).patch(url, {"due": "2026-09-15", "reason": "对接会提前"})
    assert (changed.data["due"], "reason" in changed.data) == ("2026-09-15", False)
    assert HistoryEntry.objects.of(milestone)[0].reason == "对接会提前"


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_the_same_queries_whatever_its_size(
    client_for, plan, make_task, bureau, rows, django_assert_num_queries
):
    for number in range(rows):
        Milestone.objects.create(task=make_task(number + 1), quarter=1, text="…", due=date(2026, 3, 31))
    client = client_for(bureau)
    with django_assert_num_queries(8):
        client.get(reverse("tasks:missing_months", args=[plan.pk]))
