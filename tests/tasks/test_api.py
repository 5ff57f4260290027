"""Plans, tasks, milestones and progress through the API."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from tasks.models import Milestone, Plan, Progress, Task
from tasks.services import report_progress


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


def test_the_bureau_enters_a_plan(api_for, bureau, college):
    api = api_for(bureau)
    plan = api.post("/api/v1/plans/", {"year": 2027, "title": "2027年一览表", "unit": "示例教育局"}).json()
    task = api.post(
        "/api/v1/tasks/",
        {"plan": plan["id"], "number": 1, "goal": "建设", "leader": "张三", "responsible_organization": college.pk},
    ).json()
    milestone = api.post("/api/v1/milestones/", {"task": task["id"], "quarter": 3, "text": "开工（8月）"}).json()
    assert milestone == {
        "id": milestone["id"], "task": task["id"], "quarter": 3, "text": "开工（8月）", "due": "2027-08-31",
        "light": "grey", "light_text": "Not yet due", "status": "not_started", "confirmed_at": None,
    }  # fmt: skip
    assert Plan.objects.get().consortium == bureau.affiliation.consortium


def test_progress_is_reported_returned_and_confirmed(api_for, college_admin, bureau, milestone):
    unit, office = api_for(college_admin), api_for(bureau)
    first = unit.post("/api/v1/progress/", {"milestone": milestone.pk, "text": "已召开", "percent": 100})
    assert (first.status_code, first.json()["status"], first.json()["month"]) == (201, "submitted", "2026-07-01")
    address = f"/api/v1/progress/{first.json()['id']}"
    bare = office.post(f"{address}/return/", {})
    assert (bare.status_code, bare.json()) == (400, {"comment": ["Say what is missing, so that it can be put right."]})
    back = office.post(f"{address}/return/", {"comment": "缺签到表"})
    assert (back.status_code, back.json()["status"], back.json()["comment"]) == (200, "returned", "缺签到表")
    second = unit.post("/api/v1/progress/", {"milestone": milestone.pk, "text": "补签到表", "percent": 100}).json()
    done = office.post(f"/api/v1/progress/{second['id']}/confirm/")
    assert (done.status_code, done.json()["status"]) == (200, "confirmed")
    assert office.get(f"/api/v1/milestones/{milestone.pk}/").json()["light"] == "green"
    late = unit.post("/api/v1/progress/", {"milestone": milestone.pk, "text": "又", "percent": 1})
    assert (late.status_code, late.json()) == (
        409, {"detail": "This milestone is confirmed and takes no more progress."},
    )  # fmt: skip
    again = office.post(f"/api/v1/progress/{second['id']}/return/", {"comment": "晚"})
    assert again.status_code == 409


@pytest.mark.parametrize("percent", [-1, 101, "half"])
def test_a_bad_percent_is_said_under_its_field(api_for, college_admin, milestone, percent):
    answer = api_for(college_admin).post(
        "/api/v1/progress/", {"milestone": milestone.pk, "text": "a", "percent": percent}
    )
    assert (answer.status_code, list(answer.json()), Progress.objects.count()) == (400, ["percent"], 0)


def test_who_may_not_report_or_review_is_told_so(api_for, request, milestone, college_admin):
    sent = {"milestone": milestone.pk, "text": "a", "percent": 10}
    codes = {
        role: api_for(request.getfixturevalue(role)).post("/api/v1/progress/", sent).status_code
        for role in ("other_college_admin", "bureau", "secretariat", "auditor")
    }
    assert codes == dict.fromkeys(codes, 403)
    progress = api_for(college_admin).post("/api/v1/progress/", sent).json()
    assert api_for(college_admin).post(f"/api/v1/progress/{progress['id']}/confirm/").status_code == 403
    assert Progress.objects.get().status == Progress.Status.SUBMITTED


@pytest.mark.parametrize("role", ["outsider", "partner", "rival_partner", "expert"])
def test_who_has_no_part_in_it_finds_nothing(request, api_for, role, milestone, college_admin, at):
    progress = report_progress(milestone, text="a", percent=10, by=college_admin, now=at(7, 1))
    api = api_for(request.getfixturevalue(role))
    found = {
        "plans": milestone.task.plan, "tasks": milestone.task, "milestones": milestone, "progress": progress,
    }  # fmt: skip
    for name, obj in found.items():
        assert api.get(f"/api/v1/{name}/").json()["results"] == []
        assert api.get(f"/api/v1/{name}/{obj.pk}/").status_code == 404


def test_a_milestone_out_of_sight_cannot_be_reported_to(api_for, outsider, milestone):
    answer = api_for(outsider).post("/api/v1/progress/", {"milestone": milestone.pk, "text": "a", "percent": 10})
    assert (answer.status_code, list(answer.json())) == (400, ["milestone"])


def test_a_report_is_never_altered(api_for, college_admin, milestone, at):
    progress = report_progress(milestone, text="a", percent=10, by=college_admin, now=at(7, 1))
    answers = [
        api_for(college_admin).patch(f"/api/v1/progress/{progress.pk}/", {"text": "b"}),
        api_for(college_admin).delete(f"/api/v1/progress/{progress.pk}/"),
    ]
    assert [answer.status_code for answer in answers] == [405, 405]


def test_only_the_bureau_changes_a_plan(api_for, secretariat, bureau, plan, milestone):
    address = f"/api/v1/milestones/{milestone.pk}/"
    assert api_for(secretariat).patch(address, {"due": "2026-08-31"}).status_code == 403
    assert (
        api_for(bureau).patch(address, {"due": "2026-08-31", "reason": "提前", "status": "confirmed"}).json()["due"]
        == "2026-08-31"
    )
    milestone.refresh_from_db()
    assert (milestone.due, milestone.status) == (date(2026, 8, 31), Milestone.Status.NOT_STARTED)


def test_telephones_are_masked_as_on_the_pages(api_for, bureau, auditor, task):
    seen = [api_for(user).get(f"/api/v1/tasks/{task.pk}/").json()["phone"] for user in (bureau, auditor)]
    assert seen == ["0319-1234567", "****67"]


@pytest.mark.parametrize(("name", "queries"), [("plans", 2), ("tasks", 2), ("milestones", 4), ("progress", 3)])
@pytest.mark.parametrize("rows", [1, 3])
def test_lists_take_the_same_queries_whatever_their_size(
    api_for, bureau, college_admin, plan, college, name, queries, rows, django_assert_num_queries
):
    for number in range(1, rows + 1):
        task = Task.objects.create(plan=plan, number=number, goal="目标", responsible_organization=college)
        milestone = Milestone.objects.create(task=task, quarter=1, text="完成。", due=date(2026, 3, 31))
        report_progress(milestone, text="进展", percent=10, by=college_admin, now=timezone.now())
        Plan.objects.create(consortium=plan.consortium, year=2000 + number, title="旧", unit="示例教育局")
    api = api_for(bureau)
    with django_assert_num_queries(queries):
        api.get(f"/api/v1/{name}/")


def test_only_a_school_that_one_sees_can_answer_for_a_task(api_for, bureau, plan, enterprise, make_organization):
    stranger = make_organization("外地学院", "higher_vocational")
    for organization in (enterprise, stranger):
        sent = {"plan": plan.pk, "number": 1, "goal": "建设", "responsible_organization": organization.pk}
        answer = api_for(bureau).post("/api/v1/tasks/", sent)
        assert (answer.status_code, list(answer.json())) == (400, ["responsible_organization"])
    assert Task.objects.count() == 0


def test_what_is_out_of_sight_filters_like_what_does_not_exist(api_for, bureau, outsider, milestone):
    filters = [
        f"tasks/?plan={milestone.task.plan_id}",
        f"tasks/?responsible_organization={milestone.task.responsible_organization_id}",
        f"milestones/?plan={milestone.task.plan_id}",
        f"milestones/?task={milestone.task_id}",
        f"progress/?milestone={milestone.pk}",
    ]
    for user, status in ((bureau, 200), (outsider, 404)):
        assert [api_for(user).get(f"/api/v1/{address}").status_code for address in filters] == [status] * 5


def test_a_part_stays_where_it_is(api_for, bureau, consortium, milestone, make_task):
    other = Plan.objects.create(consortium=consortium, year=2027, title="2027年", unit="示例教育局")
    task, api = milestone.task, api_for(bureau)
    answers = [
        api.patch(f"/api/v1/milestones/{milestone.pk}/", {"task": make_task(2).pk}),
        api.patch(f"/api/v1/tasks/{task.pk}/", {"plan": other.pk}),
        api.patch(f"/api/v1/plans/{task.plan_id}/", {"year": 2028}),
    ]
    refused = [(answer.status_code, answer.json()) for answer in answers]
    sentence = ["This cannot be changed any more."]
    assert refused == [(400, {"task": sentence}), (400, {"plan": sentence}), (400, {"year": sentence})]
    for address, same in ((f"milestones/{milestone.pk}", {"task": task.pk}), (f"plans/{other.pk}", {"year": 2028})):
        assert api.patch(f"/api/v1/{address}/", same).status_code == 200


def test_a_confirmed_milestone_is_not_changed_by_api_or_page(api_for, client_for, bureau, milestone):
    Milestone.objects.filter(pk=milestone.pk).update(status="confirmed", confirmed_at=timezone.now())
    sentence = "This milestone is confirmed and is not changed any more."
    answer = api_for(bureau).patch(f"/api/v1/milestones/{milestone.pk}/", {"text": "别的。"})
    assert (answer.status_code, answer.json()) == (409, {"detail": sentence})
    sent = {"quarter": 3, "text": "别的。", "due": "2026-09-30"}
    page = client_for(bureau).post(reverse("tasks:milestone_update", args=[milestone.pk]), sent, follow=True)
    assert [str(message) for message in page.context["messages"]] == [sentence]
    milestone.refresh_from_db()
    assert milestone.text == "召开对接会。"
