"""Tasks moved, one made two, two made one."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from consortium.models import Attachment, HistoryEntry
from consortium.services import Refused
from consortium.services.files import attach
from tasks.models import Milestone, Target, Task
from tasks.services import (
    confirm_progress,
    merge_tasks,
    move_task,
    report_progress,
    split_task,
    urge,
)

Status = Milestone.Status


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def quarter(at):
    """A milestone of a task."""

    def make(task: Task, number: int, text: str = "完成。") -> Milestone:
        return Milestone.objects.create(task=task, quarter=number, text=text, due=date(2026, number * 3, 28))

    return make


def order(plan) -> list[tuple[int, str]]:
    return list(Task.objects.filter(plan=plan).order_by("number").values_list("number", "goal"))


@pytest.mark.parametrize(
    ("number", "to", "expected"),
    [(9, 5, ["目标9", "目标5", "目标6"]), (5, 9, ["目标6", "目标9", "目标5"]), (6, 6, ["目标5", "目标6", "目标9"])],
)
def test_a_task_is_moved_and_the_numbers_stay_the_same_ones(plan, make_task, bureau, number, to, expected):
    tasks = {one: make_task(one) for one in (5, 6, 9)}
    move_task(tasks[number], to=to, by=bureau)
    assert order(plan) == list(zip([5, 6, 9], expected, strict=True))
    moved = HistoryEntry.objects.of(tasks[number]).values_list("what", "old", "new")
    assert list(moved) == ([("number", str(number), str(to))] if number != to else [])


def test_a_place_that_is_no_more_is_refused(plan, make_task, bureau):
    with pytest.raises(Refused):
        move_task(make_task(1), to=4, by=bureau)


def test_the_bureau_moves_by_the_arrows_without_a_script(client_for, plan, make_task, bureau, college_admin):
    first, second = make_task(1), make_task(2)
    page = client_for(bureau).get(reverse("tasks:plan_arrange", args=[plan.pk]))
    assert page.context["rows"] == [(first, None, 2), (second, 1, None)]
    move = reverse("tasks:task_move", args=[second.pk])
    assert client_for(college_admin).post(move, {"to": 1}).status_code == 403
    answer = client_for(bureau).post(move, {"to": 1})
    assert answer.url == f"{reverse('tasks:plan_arrange', args=[plan.pk])}?moved={second.pk}&by=up"
    assert order(plan) == [(1, "目标2"), (2, "目标1")]
    refused = client_for(bureau).post(move, {"to": "x"}, follow=True)
    assert [str(one) for one in refused.context["messages"]] == [
        "The table has no task 0 any more. Reload and try again."
    ]


def test_a_task_is_split_with_what_hangs_on_it(plan, make_task, quarter, bureau, college_admin, at):
    task, last = make_task(1, leader="张三、李四", responsible_person="王五"), make_task(2)
    stays, goes = quarter(task, 1), quarter(task, 2)
    target = Target.objects.create(task=task, name="基地", target=2)
    report = report_progress(
        goes, text="一半", percent=50, by=college_admin, now=at(5, 5), figures=[(target, Decimal(1))]
    )
    new = split_task(task, goal="新目标", milestones=[goes], targets=[target], people=["李四"], by=bureau)
    task.refresh_from_db(), last.refresh_from_db(), report.refresh_from_db()
    assert order(plan) == [(1, "目标1"), (2, "新目标"), (3, "目标2")]
    assert (task.leader, task.responsible_person, new.leader, new.responsible_person) == ("张三", "王五", "李四", "")
    assert (list(task.milestones.all()), list(new.milestones.all())) == ([stays], [goes])
    assert (report.milestone.task, list(new.targets.all()), new.phone) == (new, [target], task.phone)
    assert HistoryEntry.objects.of(goes).filter(what="task").values_list("old", "new").get() == ("1 目标1", "3 新目标")
    assert HistoryEntry.objects.of(task).filter(what="Split").values_list("new", flat=True).get() == "3 新目标"


def test_a_split_that_moves_nothing_or_everything_is_refused(task, quarter, bureau):
    rows = [quarter(task, 1), quarter(task, 2)]
    for chosen in ([], rows):
        with pytest.raises(ValidationError):
            split_task(task, goal="新目标", milestones=chosen, by=bureau)
    assert Task.objects.count() == 1


def test_two_tasks_become_one_and_nothing_is_lost(plan, make_task, quarter, bureau, college_admin, at):
    task, other = make_task(1, leader="张三"), make_task(2, leader="李四", explanation="说明")
    make_task(3)
    mine, theirs, alone = quarter(task, 1, "甲。"), quarter(other, 1, "乙。"), quarter(other, 3)
    same = [Target.objects.create(task=one, name="基地", target=2) for one in (task, other)]
    first = report_progress(mine, text="甲一半", percent=50, by=college_admin, now=at(2, 5))
    second = report_progress(
        theirs, text="乙一半", percent=40, by=college_admin, now=at(3, 5), figures=[(same[1], Decimal(1))]
    )
    [urging] = urge([theirs], deadline=date(2026, 5, 9), text="请说明。", by=bureau, now=at(5, 5))
    file = attach(theirs, SimpleUploadedFile("证明.txt", "证明".encode()), by=college_admin, now=at(3, 6))
    merge_tasks(task, other, goal="甲与乙", explanation="说明", texts={1: "甲和乙。"}, by=bureau)
    task.refresh_from_db(), mine.refresh_from_db(), urging.refresh_from_db()
    assert order(plan) == [(1, "甲与乙"), (2, "目标3")]
    assert (task.leader, task.explanation, task.phone) == ("张三、李四", "说明", "0319-1234567")
    assert [(one.quarter, one.text, one.status) for one in task.milestones.order_by("quarter")] == [
        (1, "甲和乙。", Status.IN_PROGRESS), (3, alone.text, Status.NOT_STARTED),
    ]  # fmt: skip
    assert list(mine.progress.all()) == [second, first]
    assert list(task.targets.order_by("pk").values_list("name", flat=True)) == ["基地", "基地（2）"]
    assert same[1].figures.get().value == 1
    assert (urging.milestone, Attachment.objects.get(pk=file.pk).record) == (mine, mine)
    assert HistoryEntry.objects.of(task).filter(what="Merged").values_list("old", flat=True).get() == "2 目标2"
    assert HistoryEntry.objects.of(task).filter(what="explanation").values_list("old", flat=True).last() == "说明"
    gone = HistoryEntry.objects.filter(object_id=other.pk, what="Merged", content_type__model="task")
    assert gone.filter(old="2 目标2").count() == 1


def test_what_waits_or_is_confirmed_on_one_side_only_is_not_merged(make_task, quarter, bureau, college_admin, at):
    task, other = make_task(1), make_task(2)
    mine, _theirs = quarter(task, 1), quarter(other, 1)
    done = report_progress(mine, text="完成", percent=100, by=college_admin, now=at(2, 5))
    for sentence in ("waits for the bureau", "is confirmed in one"):
        with pytest.raises(Refused, match=sentence):
            merge_tasks(task, other, goal="合", texts={}, by=bureau)
        if sentence.startswith("waits"):
            confirm_progress(done, by=bureau, now=at(2, 6))
    assert Task.objects.count() == 2


def test_both_are_seen_side_by_side_before_they_are_merged(client_for, make_task, quarter, bureau, college_admin):
    task, other = make_task(1), make_task(2)
    quarter(task, 1, "甲。"), quarter(other, 1, "乙。")
    url = reverse("tasks:task_merge", args=[task.pk])
    assert client_for(college_admin).get(url).status_code == 403
    client = client_for(bureau)
    assert list(client.get(url).context["others"]) == [other]
    form = client.get(url, {"task": other.pk}).context["form"]
    assert (form.initial["goal"], form.fields["text_1"].initial) == ("目标1；目标2", "甲。 乙。")
    assert client.get(url, {"task": task.pk}).status_code == 404
    sent = {"task": other.pk, "goal": "目标", "text_1": "甲乙。"}
    assert client.post(url, sent).url == task.get_absolute_url()
    assert order(task.plan) == [(1, "目标")]


def test_a_split_on_the_page_says_what_is_missing_and_keeps_what_was_typed(client_for, task, quarter, bureau):
    stays, goes = quarter(task, 1), quarter(task, 2)
    url, client = reverse("tasks:task_split", args=[task.pk]), client_for(bureau)
    answer = client.post(url, {"goal": "新 目标"})
    assert answer.context["form"].errors == {
        "milestones": ["Choose at least one milestone or target for the new task."]
    }
    assert answer.context["form"]["goal"].value() == "新 目标"
    answer = client.post(url, {"goal": "新 目标", "milestones": [goes.pk]})
    new = Task.objects.get(goal="新目标")
    assert (answer.url, list(new.milestones.all()), list(task.milestones.all())) == (
        new.get_absolute_url(), [goes], [stays],
    )  # fmt: skip


def test_programs_move_split_and_merge_with_the_same_refusals(api_for, make_task, quarter, bureau, college_admin):
    task, _other = make_task(1), make_task(2)
    rows = [quarter(task, 1), quarter(task, 2)]
    assert api_for(college_admin).post(f"/api/v1/tasks/{task.pk}/move/", {"to": 2}).status_code == 403
    api = api_for(bureau)
    assert api.post(f"/api/v1/tasks/{task.pk}/move/", {"to": 2}).data["number"] == 2
    assert api.post(f"/api/v1/tasks/{task.pk}/move/", {"to": 7}).status_code == 409
    new = api.post(f"/api/v1/tasks/{task.pk}/split/", {"goal": "新", "milestones": [rows[1].pk]})
    assert (new.status_code, new.data["number"]) == (201, 3)
    bad = api.post(f"/api/v1/tasks/{task.pk}/split/", {"goal": "新"})
    assert (bad.status_code, list(bad.data)) == (400, ["milestones"])
    merged = api.post(f"/api/v1/tasks/{task.pk}/merge/", {"task": new.data["id"]})
    assert (merged.status_code, merged.data["goal"]) == (200, "目标1")
    assert order(task.plan) == [(1, "目标2"), (2, "目标1")]
    assert task.milestones.count() == 2
    assert api.post(f"/api/v1/tasks/{task.pk}/merge/", {"task": task.pk}).status_code == 409
