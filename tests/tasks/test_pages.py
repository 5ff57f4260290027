"""The pages of plans, as each role sees and uses them."""

import io
from datetime import date

import docx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from consortium.models import Affiliation, HistoryEntry
from tasks.models import Milestone, Plan, Progress, Target, Task
from tasks.services import report_progress
from tasks.tables import MilestoneRow, TaskRow, TaskTable, write_docx

from .conftest import SAMPLES

Status = Milestone.Status


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def reported(milestone, college_admin, at):
    return report_progress(milestone, text="已召开。", percent=100, by=college_admin, now=at(7, 20))


def url(name: str, *args) -> str:
    return reverse(f"tasks:{name}", args=args)


def sample_upload(name: str = "shahe-2020-task-table.docx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, (SAMPLES / "shahe-2020-task-table.docx").read_bytes())


def test_the_bureau_imports_a_table_after_seeing_what_was_understood(client_for, bureau, college):
    client = client_for(bureau)
    preview = client.post(url("plan_import"), {"file": sample_upload(), "year": 2020, "responsible": college.pk})
    assert preview.context["table"].warnings == ["Task 5, quarter 4 names the months 10, 11; the latest, 11, is due."]
    assert preview.context["milestone_count"] == 28
    assert (Plan.objects.count(), HistoryEntry.objects.count()) == (0, 0)
    answer = client.post(url("plan_accept"), {"signed": preview.context["signed"]})
    plan = Plan.objects.get()
    assert answer.url == url("plan_detail", plan.pk)
    assert (Task.objects.filter(responsible_organization=college).count(), Milestone.objects.count()) == (7, 28)
    assert Milestone.objects.get(task__number=3, quarter=3).due == date(2020, 7, 31)


def test_a_preview_cannot_be_altered_nor_used_by_somebody_else(client_for, bureau, make_user, consortium):
    signed = client_for(bureau).post(url("plan_import"), {"file": sample_upload(), "year": 2020}).context["signed"]
    other = make_user("bureau2", Affiliation.Role.BUREAU, bureau.affiliation.organization, consortium)
    for user, sent in ((bureau, signed[:-1]), (bureau, ""), (other, signed)):
        page = client_for(user).post(url("plan_accept"), {"signed": sent}, follow=True)
        assert page.redirect_chain == [(url("plan_import"), 302)]
        said = [str(message) for message in page.context["messages"]]
        assert said == ["This preview is no longer valid. Choose the file again."]
    assert Plan.objects.count() == 0


def test_a_bad_file_is_refused_beside_the_field(client_for, bureau):
    answer = client_for(bureau).post(url("plan_import"), {"file": sample_upload("table.xlsx"), "year": 2020})
    assert answer.context["form"].errors == {
        "file": ["The file is named .xlsx but is not such a file, or it has a password."]
    }


@pytest.mark.parametrize("role", ["secretariat", "college_admin", "auditor"])
def test_only_the_bureau_imports_and_edits(request, client_for, role, milestone):
    client = client_for(request.getfixturevalue(role))
    task = milestone.task
    for name, args in [
        ("plan_import", []), ("plan_create", []), ("plan_update", [task.plan_id]), ("task_create", [task.plan_id]),
        ("task_update", [task.pk]), ("milestone_create", [task.pk]), ("milestone_update", [milestone.pk]),
    ]:  # fmt: skip
        assert client.get(url(name, *args)).status_code == 403, name
    assert client.post(url("milestone_review", milestone.pk), {"act": "confirm"}).status_code == 403


@pytest.mark.parametrize("role", ["outsider", "partner", "rival_partner", "mentor", "expert"])
def test_who_has_no_part_in_the_plan_finds_nothing(request, client_for, role, milestone):
    client = client_for(request.getfixturevalue(role))
    task = milestone.task
    assert list(client.get(url("plan_list")).context["page"]) == []
    for name, args in [
        ("plan_detail", [task.plan_id]), ("plan_export", [task.plan_id, "docx"]), ("task_detail", [task.pk]),
        ("milestone_detail", [milestone.pk]),
    ]:  # fmt: skip
        assert client.get(url(name, *args)).status_code == 404, name
    assert client.post(url("milestone_report", milestone.pk), {"text": "a", "percent": 1}).status_code == 404
    assert Progress.objects.count() == 0


def test_a_mentor_of_the_responsible_college_sees_its_tasks_only(client_for, college_mentor, make_task, college2):
    own, other = make_task(1), make_task(2, responsible_organization=college2)
    page = client_for(college_mentor).get(url("plan_detail", own.plan_id))
    assert [task for task, _cells in page.context["matrix"].rows] == [own]
    assert client_for(college_mentor).get(url("task_detail", other.pk)).status_code == 404
    for task in (own, other):
        Milestone.objects.create(task=task, quarter=1, text="完成。", due=date(2026, 3, 31))
    file = client_for(college_mentor).get(url("plan_export", own.plan_id, "docx"))
    cells = docx.Document(io.BytesIO(file.content)).tables[0].columns[1].cells
    assert [cell.text for cell in cells] == ["目标任务", "目标1"]


def test_another_college_reads_the_plan_but_does_not_report(client_for, other_college_admin, milestone):
    client = client_for(other_college_admin)
    assert client.get(url("plan_detail", milestone.task.plan_id)).status_code == 200
    assert client.post(url("milestone_report", milestone.pk), {"text": "a", "percent": 1}).status_code == 403
    assert Progress.objects.count() == 0


def test_a_telephone_is_shown_in_full_to_those_it_concerns(request, client_for, milestone):
    shown = {}
    for role in ("bureau", "secretariat", "college_admin", "other_college_admin", "auditor"):
        page = client_for(request.getfixturevalue(role)).get(url("milestone_detail", milestone.pk))
        shown[role] = page.context["phone"]
    full, masked = "0319-1234567", "****67"
    assert shown == {
        "bureau": full, "secretariat": full, "college_admin": full, "other_college_admin": masked, "auditor": masked,
    }  # fmt: skip


def test_the_file_of_the_official_table_masks_telephones_as_the_page_does(client_for, bureau, auditor, milestone):
    phones = []
    for user in (bureau, auditor):
        answer = client_for(user).get(url("plan_export", milestone.task.plan_id, "docx"))
        document = docx.Document(io.BytesIO(answer.content))
        phones.append(document.tables[0].cell(1, 7).text)
    assert phones == ["0319-1234567", "****67"]


def test_the_responsible_unit_reports_and_the_bureau_confirms(client_for, college_admin, bureau, milestone):
    month = timezone.localdate().replace(day=1).isoformat()
    sent = {"text": "已召开。", "month": month, "percent": 100}
    answer = client_for(college_admin).post(url("milestone_report", milestone.pk), sent)
    assert answer.url == f"{url('plan_detail', milestone.task.plan_id)}?milestone={milestone.pk}#panel"
    progress = Progress.objects.get()
    assert (progress.text, progress.percent, progress.month.isoformat(), progress.by) == (
        "已召开。",
        100,
        month,
        college_admin,
    )
    sent = {"act": "confirm", "comment": "", "progress": progress.pk}
    client_for(bureau).post(url("milestone_review", milestone.pk), sent)
    milestone.refresh_from_db()
    assert milestone.status == Status.CONFIRMED


def test_a_return_without_a_comment_says_so_and_loses_nothing(client_for, bureau, reported):
    sent = {"act": "return", "comment": "", "progress": reported.pk}
    answer = client_for(bureau).post(url("milestone_review", reported.milestone_id), sent)
    assert answer.context["review_form"].errors == {"comment": ["Say what is missing, so that it can be put right."]}
    reported.refresh_from_db()
    assert reported.status == Progress.Status.SUBMITTED


def test_a_report_that_came_in_between_is_not_confirmed_unread(client_for, bureau, college_admin, milestone, at):
    read = report_progress(milestone, text="一半", percent=50, by=college_admin, now=at(7, 20))
    report_progress(milestone, text="全部", percent=100, by=college_admin, now=at(7, 21))
    answer = client_for(bureau).post(url("milestone_review", milestone.pk), {"act": "confirm", "progress": read.pk})
    assert answer.context["review_form"].non_field_errors() == ["There is a newer report. Answer that one."]
    milestone.refresh_from_db()
    assert milestone.status == Status.SUBMITTED


@pytest.mark.parametrize("percent", ["-1", "101", "half"])
def test_a_bad_percent_is_said_beside_the_field_and_the_text_is_kept(client_for, college_admin, milestone, percent):
    month = timezone.localdate().replace(day=1).isoformat()
    sent = {"text": "进展甚多", "month": month, "percent": percent}
    answer = client_for(college_admin).post(url("milestone_report", milestone.pk), sent)
    assert list(answer.context["report_form"].errors) == ["percent"]
    assert answer.context["report_form"]["text"].value() == "进展甚多"
    assert Progress.objects.count() == 0


def test_the_panel_opens_what_waits_for_me_and_htmx_brings_the_panel_alone(client_for, bureau, reported, make_task):
    other = Milestone.objects.create(task=make_task(2), quarter=1, text="别的。", due=date(2026, 3, 31))
    client = client_for(bureau)
    page = client.get(url("plan_detail", other.task.plan_id))
    assert page.context["milestone"].pk == reported.milestone_id
    part = client.get(url("plan_detail", other.task.plan_id), {"milestone": other.pk}, headers={"HX-Request": "true"})
    assert part.context["milestone"] == other
    assert part.content.decode().count("<html") == 0


def test_a_milestone_of_another_plan_does_not_open_here(client_for, bureau, milestone, consortium):
    other = Plan.objects.create(consortium=consortium, year=2025, title="去年", unit="示例教育局")
    answer = client_for(bureau).get(url("plan_detail", other.pk), {"milestone": milestone.pk})
    assert answer.status_code == 404


def test_the_tally_filters_the_table(client_for, bureau, reported, make_task):
    waiting = reported.milestone.task
    Milestone.objects.create(task=make_task(2), quarter=1, text="别的。", due=date(2026, 3, 31))
    page = client_for(bureau).get(url("plan_detail", waiting.plan_id), {"light": "wait"})
    assert [task for task, _cells in page.context["matrix"].rows] == [waiting]
    assert page.context["tally"]["wait"] == 1


def test_the_table_is_searched_and_ordered(client_for, bureau, make_task):
    first, second = make_task(1), make_task(2, goal="建设基地")
    Milestone.objects.create(task=second, quarter=1, text="开工。", due=date(2020, 3, 31))
    client = client_for(bureau)

    def found(**query):
        page = client.get(url("plan_detail", first.plan_id), query)
        return [task for task, _cells in page.context["matrix"].rows]

    assert found() == [first, second]
    assert found(order="overdue") == [second, first]
    assert found(q="开工") == [second]
    assert found(q="目标") == [first]
    assert found(quarter="1") == [second]


def test_the_bureau_enters_a_plan_a_task_and_a_milestone_by_hand(client_for, bureau, college):
    client = client_for(bureau)
    client.post(url("plan_create"), {"title": "2027年一览表", "unit": "示例教育局", "year": 2027})
    plan = Plan.objects.get()
    client.post(url("task_create", plan.pk), {"number": 4, "goal": "建设", "responsible_organization": college.pk})
    task = Task.objects.get()
    client.post(url("milestone_create", task.pk), {"quarter": 2, "text": "开工（5月）。"})
    milestone = Milestone.objects.get()
    assert (plan.consortium, task.plan, task.number, milestone.task, milestone.due) == (
        bureau.affiliation.consortium, plan, 4, task, date(2027, 5, 31),
    )  # fmt: skip
    again = client.post(url("milestone_create", task.pk), {"quarter": 2, "text": "重复。"})
    assert again.context["form"].non_field_errors() == ["This task has a milestone in this quarter already."]
    again = client.post(url("task_create", plan.pk), {"number": 4, "goal": "重复"})
    assert again.context["form"].non_field_errors() == ["This plan has a task with this number already."]
    again = client.post(url("plan_create"), {"title": "重复", "unit": "示例教育局", "year": 2027})
    assert again.context["form"].non_field_errors() == ["This unit has a table for this year already."]


def test_moving_a_due_date_is_remembered(client_for, bureau, milestone):
    sent = {"quarter": 3, "text": milestone.text, "due": "2026-08-31", "reason": "提前"}
    client_for(bureau).post(url("milestone_update", milestone.pk), sent)
    entry = HistoryEntry.objects.of(milestone).get()
    assert (entry.what, entry.old, entry.new, entry.actor) == ("due", "2026-09-30", "2026-08-31", bureau)


def fill(plan, college, rows: int, by) -> None:
    for number in range(1, rows + 1):
        task = Task.objects.create(plan=plan, number=number, goal=f"目标{number}", responsible_organization=college)
        for quarter in (1, 2, 3, 4):
            milestone = Milestone.objects.create(
                task=task, quarter=quarter, text="完成。", due=date(2026, quarter * 3, 28)
            )
            report_progress(milestone, text="进展", percent=100, by=by, now=timezone.now())


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_the_matrix_takes_the_same_queries_whatever_its_size(
    client_for, bureau, college_admin, plan, college, rows, django_assert_num_queries
):
    fill(plan, college, rows, college_admin)
    client = client_for(bureau)
    with django_assert_num_queries(15):
        client.get(url("plan_detail", plan.pk))


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_the_same_queries_whatever_its_size(
    client_for, bureau, consortium, rows, django_assert_num_queries
):
    for year in range(2021, 2021 + rows):
        Plan.objects.create(consortium=consortium, year=year, title=f"{year}年", unit="示例教育局")
    client = client_for(bureau)
    with django_assert_num_queries(6):
        client.get(url("plan_list"))


@pytest.mark.parametrize("rows", [1, 3])
def test_the_official_table_takes_the_same_queries_whatever_its_size(
    client_for, bureau, college_admin, plan, college, rows, django_assert_num_queries
):
    fill(plan, college, rows, college_admin)
    client = client_for(bureau)
    with django_assert_num_queries(8):
        client.get(url("plan_export", plan.pk, "xlsx"))


@pytest.mark.parametrize("asked", ["", "abc", "²", "0", "9" * 5000])
def test_a_milestone_or_report_that_does_not_exist_is_a_404(client_for, bureau, reported, asked):
    client = client_for(bureau)
    page = client.get(url("plan_detail", reported.milestone.task.plan_id), {"milestone": asked})
    assert page.status_code == (404 if asked else 200)
    sent = {"act": "confirm", "progress": asked}
    assert client.post(url("milestone_review", reported.milestone_id), sent).status_code == 404
    reported.refresh_from_db()
    assert reported.status == Progress.Status.SUBMITTED


def test_what_is_typed_into_forms_is_tidied_as_a_file_is(client_for, bureau, task):
    client = client_for(bureau)
    typed = {
        "number": 1, "goal": "建成 ３ 个　实训\n基地", "leader": "张　三 李四", "responsible_person": "王五/赵六",
        "phone": "0319 881 2345", "responsible_unit": "职教 科",
    }  # fmt: skip
    assert client.post(url("task_update", task.pk), typed).status_code == 302
    task.refresh_from_db()
    assert (task.goal, task.leader, task.responsible_person, task.phone, task.responsible_unit) == (
        "建成3个实训基地", "张三、李四", "王五、赵六", "0319-8812345", "职教科",
    )  # fmt: skip
    client.post(url("milestone_create", task.pk), {"quarter": 1, "text": "召开 １ 次会议\n（２ 月）"})
    milestone = task.milestones.get()
    assert (milestone.text, milestone.due) == ("召开1次会议（2月）", date(2026, 2, 28))


def test_targets_that_the_texts_name_are_proposed_with_the_import(client_for, bureau):
    table = TaskTable(
        title="2026年任务分解一览表", unit="示例教育局",
        rows=[TaskRow(1, "校企合作", milestones={1: MilestoneRow("与10家单位签约、捐赠300万元。", date(2026, 3, 31))})],
    )  # fmt: skip
    client = client_for(bureau)

    def preview():
        file = SimpleUploadedFile("table.docx", write_docx(table))
        return client.post(url("plan_import"), {"file": file, "year": 2026}).context

    [block] = preview()["blocks"]
    assert [(value, str(one.target), one.unit) for value, one in block["targets"]] == [
        ("1:单位签约", "10", "家"), ("1:捐赠", "300", "万元"),
    ]  # fmt: skip
    client.post(url("plan_accept"), {"signed": preview()["signed"], "target": ["1:捐赠", "1:没有的", "2:捐赠"]})
    assert list(Target.objects.values_list("task__number", "name", "target", "unit")) == [(1, "捐赠", 300, "万元")]
    again = preview()
    assert [value for value, _one in again["blocks"][0]["targets"]] == ["1:单位签约"]
    client.post(url("plan_accept"), {"signed": again["signed"], "target": ["1:单位签约"]})
    assert list(Target.objects.order_by("pk").values_list("name", "target")) == [("捐赠", 300), ("单位签约", 10)]
