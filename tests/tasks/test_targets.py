"""Quantified targets: found in texts, set, reported with progress, counted by the program."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

import evaluation.measures
from consortium.models import HistoryEntry
from consortium.services import Refused
from tasks.measures import MEASURES, measure, standing, standings
from tasks.models import Figure, Milestone, Target, Task
from tasks.quantities import quantities
from tasks.services import add_targets, remove_target, report_progress, return_progress

Kind = Target.Kind
AIMS = (
    "要与2家企业共同建设2个实训基地，创建2个众创空间，总面积不少于2000平方米；学生专业实践课程占总课时的50%以上；"
    "鼓励专业教师到企业实践，每年不少于50人次；新聘企业兼职教师30人以上；出台1项产教融合支持政策。"
)


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def target(task, bureau):
    return add_targets(task, [Target(name="实训基地", target=Decimal(2), unit="个")], by=bureau)[0]


@pytest.fixture
def counted(task):
    """A target that a measure of this test fills."""
    measure("of_test", "Things of the test", "pieces")(lambda task: Decimal(task.plan.year - 2000))
    yield Target.objects.create(task=task, name="计数", target=Decimal(52), unit="个", measure="of_test")
    del MEASURES["of_test"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("10 家单位、捐赠 300 万元", [("单位", "10", "家"), ("捐赠", "300", "万元")]),
        ("开一次产教融合对接会", [("产教融合对接会", "1", "次")]),
        ("实施“八个一”工程（7月）", []),
        ("2020年4月底前，第2季度", []),
        ("教师占比２０％以上", [("教师占比", "20", "%")]),
        ("投入3.5万元", [("投入", "3.5", "万元")]),
    ],
)
def test_quantities_are_found_in_a_clerks_sentence(text, found):
    assert [(one.name, str(one.target), one.unit) for one in quantities([text])] == found


def test_the_aims_of_a_bureaus_plan_are_found_with_kinds():
    found = [(one.name, int(one.target), one.unit, one.kind) for one in quantities([AIMS, AIMS])]
    assert found == [
        ("企业共同建设", 2, "家", Kind.COUNT),
        ("实训基地", 2, "个", Kind.COUNT),
        ("众创空间", 2, "个", Kind.COUNT),
        ("总面积", 2000, "平方米", Kind.COUNT),
        ("学生专业实践课程占总课时", 50, "%", Kind.PERCENTAGE),
        ("专业教师到企业实践", 50, "人次", Kind.COUNT),
        ("新聘企业兼职教师", 30, "人", Kind.COUNT),
        ("产教融合支持政策", 1, "项", Kind.COUNT),
    ]


def test_figures_come_with_reports_and_a_returned_report_counts_no_more(target, milestone, bureau, college_admin, at):
    report_progress(milestone, text="一处", percent=50, by=college_admin, now=at(7, 20), figures=[(target, Decimal(1))])
    second = report_progress(
        milestone, text="两处", percent=100, by=college_admin, now=at(8, 20), figures=[(target, Decimal(2))]
    )
    [found] = standings(milestone.task)
    assert (found.reached, found.percent, found.is_reached, found.figure.progress.by) == (2, 100, True, college_admin)
    return_progress(second, by=bureau, now=at(8, 21), comment="未验收")
    [found] = standings(milestone.task)
    assert (found.reached, found.percent, found.is_reached) == (1, 50, False)


@pytest.mark.parametrize("value", ["-1", "100.01"])
def test_a_figure_that_cannot_be_is_refused_and_nothing_is_written(task, milestone, bureau, college_admin, at, value):
    share = Target.objects.create(task=task, name="占比", target=50, kind=Kind.PERCENTAGE, unit="%")
    with pytest.raises(ValidationError):
        report_progress(
            milestone, text="…", percent=50, by=college_admin, now=at(7, 20), figures=[(share, Decimal(value))]
        )
    milestone.refresh_from_db()
    assert (milestone.progress.count(), milestone.status) == (0, Milestone.Status.NOT_STARTED)


def test_a_figure_of_another_tasks_target_and_of_a_measured_one_is_refused(
    make_task, milestone, counted, college_admin, at
):
    other = Target.objects.create(task=make_task(9), name="别的", target=1)
    for target in (other, counted):
        with pytest.raises(ValidationError):
            report_progress(
                milestone, text="…", percent=50, by=college_admin, now=at(7, 20), figures=[(target, Decimal(1))]
            )


def test_a_measure_fills_a_target_and_one_that_is_gone_says_nothing(counted):
    found = standing(counted)
    assert (found.reached, found.percent, found.is_reached) == (26, 50, False)
    counted.measure = "of_another_release"
    assert standing(counted).reached is None


def test_the_programs_own_measures_count_what_is_verified_in_the_plans_year(task, college):
    """Those of evaluations, and one that is about zones themselves."""
    assert set(MEASURES) - set(evaluation.measures.MEASURES) == {"industry_colleges"}
    assert {name: one.find(task) for name, one in MEASURES.items()} == dict.fromkeys(MEASURES, Decimal(0))


def test_a_target_with_figures_stays_and_one_without_is_taken_out(target, task, milestone, bureau, college_admin, at):
    second = add_targets(task, [Target(name="误设", target=Decimal(1))], by=bureau)[0]
    remove_target(second, by=bureau)
    report_progress(milestone, text="…", percent=50, by=college_admin, now=at(7, 20), figures=[(target, Decimal(1))])
    with pytest.raises(Refused):
        remove_target(target, by=bureau)
    assert [one.name for one in Target.objects.all()] == ["实训基地"]
    acts = HistoryEntry.objects.of(task).filter(what__startswith="Target").order_by("pk").values_list("old", "new")
    assert list(acts) == [("", "实训基地"), ("", "误设"), ("误设", "")]


def test_the_bureau_sets_what_the_texts_name_after_looking(client_for, task, bureau, college_admin):
    Task.objects.filter(pk=task.pk).update(explanation="10家单位、捐赠300万元。")
    url = reverse("tasks:target_propose", args=[task.pk])
    client = client_for(bureau)
    forms = client.get(url).context["forms"]
    assert [form.initial["name"] for form in forms] == ["单位", "捐赠"]
    data = {"proposal-TOTAL_FORMS": 2, "proposal-INITIAL_FORMS": 2}
    for number, (name, value, unit) in enumerate([("参与单位", 10, "家"), ("捐赠", 300, "万元")]):
        fields = {"name": name, "kind": "count", "target": value, "unit": unit}
        data |= {f"proposal-{number}-{field}": given for field, given in fields.items()}
    data["proposal-0-take"] = "on"
    assert client.post(url, data).url == task.get_absolute_url()
    assert list(Target.objects.values_list("name", "target", "unit")) == [("参与单位", Decimal(10), "家")]
    assert client_for(college_admin).get(url).status_code == 403


def test_the_unit_reports_figures_on_the_page_and_sees_them_against_the_target(
    client_for, target, counted, milestone, plan, college_admin
):
    client = client_for(college_admin)
    page = client.get(reverse("tasks:milestone_detail", args=[milestone.pk]))
    form = page.context["report_form"]
    assert [name for name in form.fields if name.startswith("figure_")] == [f"figure_{target.pk}"]
    month = form.fields["month"].choices[0][0]
    sent = {"text": "建成一处", "percent": 50, "month": month, f"figure_{target.pk}": "1"}
    answer = client.post(reverse("tasks:milestone_report", args=[milestone.pk]), sent)
    assert answer.status_code == 302
    assert Figure.objects.get().value == 1
    panel = client.get(reverse("tasks:plan_detail", args=[plan.pk]), {"milestone": milestone.pk})
    assert [(str(one.target), one.percent) for one in panel.context["standings"]] == [("实训基地", 50), ("计数", 50)]
    assert client.get(milestone.task.get_absolute_url()).context["standings"] == panel.context["standings"]


def test_a_target_is_changed_by_the_bureau_only_and_its_history_kept(client_for, target, bureau, college_admin):
    url = reverse("tasks:target_update", args=[target.pk])
    data = {"name": "实训基地", "kind": "count", "target": "3", "unit": "个", "measure": ""}
    assert client_for(college_admin).post(url, data).status_code == 403
    assert client_for(bureau).post(url, data).url == target.task.get_absolute_url()
    assert HistoryEntry.objects.of(target).filter(what="target").values_list("new", flat=True)[0] == "3"


def test_programs_set_targets_and_report_figures(api_for, task, milestone, bureau, college_admin):
    made = api_for(bureau).post("/api/v1/targets/", {"task": task.pk, "name": "单位", "target": "10", "unit": "家"})
    assert (made.status_code, made.data["target"], made.data["reached"]) == (201, "10.00", None)
    unit = api_for(college_admin)
    body = {"milestone": milestone.pk, "text": "…", "percent": 10, "month": timezone.localdate().isoformat()}
    bad = unit.post("/api/v1/progress/", {**body, "figures": [{"target": made.data["id"], "value": "-1"}]})
    assert (bad.status_code, list(bad.data)) == (400, ["figures"])
    sent = unit.post("/api/v1/progress/", {**body, "figures": [{"target": made.data["id"], "value": "4"}]})
    assert sent.data["figures"] == [{"target": made.data["id"], "value": "4.00"}]
    assert unit.get(f"/api/v1/targets/{made.data['id']}/").data["reached"] == "4.00"
    assert (
        api_for(bureau).post("/api/v1/targets/", {"task": task.pk, "name": "单位", "target": "10"}).status_code == 400
    )


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_the_same_queries_whatever_its_size(
    api_for, task, milestone, bureau, college_admin, rows, at, django_assert_num_queries
):
    made = [Target.objects.create(task=task, name=str(number), target=1) for number in range(rows)]
    figures = [(one, Decimal(1)) for one in made]
    report_progress(milestone, text="…", percent=10, by=college_admin, now=at(7, 20), figures=figures)
    api = api_for(bureau)
    with django_assert_num_queries(3):
        api.get("/api/v1/targets/")
