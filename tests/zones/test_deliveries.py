"""Delivery of projects and modules: the college hands over, the enterprise accepts or returns with a reason."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import translation

from consortium.inbox import waiting_for
from consortium.models import HistoryEntry, Notice
from consortium.services import Refused
from zones.models import HourEntry, Project, ProjectModule
from zones.services import accept, add_module, begin_project, deliver, give_back, log_hours, remove_module

REASON = "首件检验记录缺数据"


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"
    with translation.override("en"):
        yield


@pytest.fixture
def modules(project, college_admin):
    return [
        add_module(ProjectModule(project=project, number=n, name=name, planned_hours=10), by=college_admin)
        for n, name in ((1, "工艺编制"), (2, "实施与检验"))
    ]


def steps(work) -> list[tuple[str, str, str]]:
    rows = HistoryEntry.objects.of(work).filter(what="status").order_by("pk")
    return [(row.old, row.new, row.reason) for row in rows]


def url(name: str, work) -> str:
    return reverse(f"zones:{name}", args=[work.pk])


def test_modules_and_then_the_project_are_delivered_returned_delivered_again_and_accepted(
    project, modules, college_admin, partner, now
):
    first, second = modules
    for module in modules:
        deliver(module, by=college_admin, now=now)
    accept(first, by=partner, now=now)
    give_back(second, reason=f" {REASON} ", by=partner, now=now)
    second.refresh_from_db()
    assert (second.status, second.return_reason) == ("returned", REASON)
    deliver(second, by=college_admin, now=now)
    accept(second, by=partner, now=now)
    deliver(project, by=college_admin, now=now)
    give_back(project, reason="缺总结", by=partner, now=now)
    deliver(project, by=college_admin, now=now)
    accept(project, by=partner, now=now)
    project.refresh_from_db()
    second.refresh_from_db()
    assert (project.status, project.return_reason) == ("accepted", "")
    assert (second.status, second.return_reason) == ("accepted", "")
    assert steps(second) == [
        ("planned", "delivered", ""),
        ("delivered", "returned", REASON),
        ("returned", "delivered", ""),
        ("delivered", "accepted", ""),
    ]
    assert [new for _old, new, _reason in steps(project)] == ["delivered", "returned", "delivered", "accepted"]


@pytest.mark.parametrize("who", ["college_admin", "rival_partner", "mentor", "secretariat", "bureau", "auditor"])
def test_only_the_projects_enterprise_accepts_or_returns(project, modules, college_admin, who, now, request):
    deliver(modules[0], by=college_admin, now=now)
    user = request.getfixturevalue(who)
    for act in (
        lambda: accept(modules[0], by=user, now=now),
        lambda: give_back(modules[0], reason="x", by=user, now=now),
    ):
        with pytest.raises(PermissionDenied):
            act()
    modules[0].refresh_from_db()
    assert modules[0].status == "delivered"


@pytest.mark.parametrize("who", ["partner", "other_college_admin", "college_mentor", "secretariat"])
def test_only_the_zones_college_delivers(project, modules, who, now, request):
    for work in (project, modules[0]):
        with pytest.raises(PermissionDenied):
            deliver(work, by=request.getfixturevalue(who), now=now)


def test_a_step_is_taken_once(project, college_admin, partner, now):
    stale = Project.objects.get(pk=project.pk)
    deliver(project, by=college_admin, now=now)
    with pytest.raises(Refused) as caught:
        deliver(stale, by=college_admin, now=now)
    assert str(caught.value) == "Somebody else has changed this. Reload and try again."
    with pytest.raises(Refused) as caught:
        deliver(project, by=college_admin, now=now)
    assert str(caught.value) == "This is “Delivered” now and cannot become “Delivered”."
    stale = Project.objects.get(pk=project.pk)
    accept(project, by=partner, now=now)
    with pytest.raises(Refused):
        give_back(stale, reason="x", by=partner, now=now)
    assert [new for _old, new, _reason in steps(project)] == ["delivered", "accepted"]


def test_a_project_goes_after_its_modules_and_is_accepted_after_them(project, modules, college_admin, partner, now):
    deliver(modules[0], by=college_admin, now=now)
    with pytest.raises(Refused) as caught:
        deliver(project, by=college_admin, now=now)
    assert str(caught.value) == "Deliver these modules first: 2 实施与检验."
    deliver(modules[1], by=college_admin, now=now)
    deliver(project, by=college_admin, now=now)
    with pytest.raises(Refused) as caught:
        accept(project, by=partner, now=now)
    assert str(caught.value) == "Accept these modules first: 1 工艺编制、2 实施与检验."
    project.refresh_from_db()
    assert project.status == "delivered"


def test_nothing_is_delivered_before_the_project_begins(make_project, college_admin, partner, now):
    project = make_project("later", status=Project.Status.PLANNED)
    module = add_module(ProjectModule(project=project, number=1, name="模块"), by=college_admin)
    with pytest.raises(Refused) as caught:
        deliver(module, by=college_admin, now=now)
    assert str(caught.value) == "A module is delivered while its project is under way."
    begin_project(project, by=college_admin)
    with pytest.raises(Refused) as caught:
        accept(module, by=partner, now=now)
    assert str(caught.value) == "This is “Not delivered” now and cannot become “Accepted”."
    deliver(module, by=college_admin, now=now)
    assert module.status == "delivered"


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [("  ", "Say why it is returned."), ("长" * 301, "The reason has more than 300 characters.")],
)
def test_a_return_says_why(project, college_admin, partner, now, reason, sentence):
    deliver(project, by=college_admin, now=now)
    with pytest.raises(ValidationError) as caught:
        give_back(project, reason=reason, by=partner, now=now)
    assert caught.value.message_dict == {"reason": [sentence]}


def test_what_the_enterprise_has_before_it_stays_as_it_is(project, modules, college_admin, now):
    deliver(modules[0], by=college_admin, now=now)
    with pytest.raises(Refused) as caught:
        remove_module(modules[0], by=college_admin)
    assert str(caught.value) == "“1 工艺编制” has been delivered before and stays."
    remove_module(modules[1], by=college_admin)
    deliver(project, by=college_admin, now=now)
    with pytest.raises(Refused) as caught:
        add_module(ProjectModule(project=project, number=3, name="补充"), by=college_admin)
    assert str(caught.value) == "The project is delivered; it gets no more modules unless it is returned."


def test_each_side_finds_what_waits_and_hears_of_it(
    project, modules, rival_project, college_admin, partner, now, today
):
    def waits(user):
        return [(item.title, item.detail) for item in waiting_for(user, today) if item.source == "deliveries"]

    def heard(user):
        return list(Notice.objects.filter(user=user).order_by("pk").values_list("text", flat=True))

    deliver(modules[0], by=college_admin, now=now)
    deliver(rival_project, by=college_admin, now=now)
    assert waits(partner) == [("Accept or return: 轴承座批量加工", "Modules: 1 工艺编制")]
    assert heard(partner) == ["Delivered, to be accepted or returned: “轴承座批量加工 · 1 工艺编制”"]
    give_back(modules[0], reason=REASON, by=partner, now=now)
    assert (waits(partner), heard(college_admin)) == (
        [],
        [f"The enterprise returned “轴承座批量加工 · 1 工艺编制”: {REASON}"],
    )
    assert waits(college_admin) == [("Returned, to be delivered again: 轴承座批量加工", "Modules: 1 工艺编制")]
    deliver(modules[0], by=college_admin, now=now)
    accept(modules[0], by=partner, now=now)
    assert (waits(college_admin), waits(partner)) == ([], [])
    assert heard(college_admin)[-1] == "The enterprise accepted “轴承座批量加工 · 1 工艺编制”."


def test_the_page_shows_the_buttons_to_whom_they_are_for(
    project, modules, college_admin, partner, mentor, auditor, now, client_for
):
    first, second = modules
    deliver(first, by=college_admin, now=now)
    acts = {
        name: url(name, work)
        for name, work in (
            ("project_deliver", project), ("project_accept", project), ("module_accept", first),
            ("module_return", first), ("module_deliver", second), ("module_remove", second), ("module_remove", first),
        )
    }  # fmt: skip

    def shown(user):
        page = client_for(user).get(project.get_absolute_url()).content.decode()
        return sorted(name for name, address in acts.items() if f'"{address}"' in page)

    assert shown(college_admin) == ["module_deliver", "project_deliver"]
    assert shown(partner) == ["module_accept", "module_return"]
    assert shown(mentor) == shown(auditor) == []


def test_a_person_delivers_returns_and_accepts_in_the_browser(project, modules, college_admin, partner, client_for):
    module, college, enterprise = modules[0], client_for(college_admin), client_for(partner)
    assert college.get(url("module_deliver", module)).status_code == 200
    module.refresh_from_db()
    assert module.status == "planned"
    done = college.post(url("module_deliver", module))
    assert (done.status_code, done.url) == (302, project.get_absolute_url())
    refused = enterprise.post(url("module_return", module), {"reason": ""})
    assert refused.context["form"].errors == {"reason": ["This field is required."]}
    enterprise.post(url("module_return", module), {"reason": REASON})
    assert REASON in college.get(project.get_absolute_url()).content.decode()
    college.post(url("module_deliver", module))
    enterprise.post(url("module_accept", module))
    module.refresh_from_db()
    assert module.status == "accepted"
    assert college.post(url("module_accept", module)).status_code == 403
    assert enterprise.post(url("module_deliver", module)).status_code == 403


def test_a_rivals_delivery_is_not_there(rival_project, partner, college_admin, now, client_for):
    deliver(rival_project, by=college_admin, now=now)
    client = client_for(partner)
    assert [client.post(url(f"project_{act}", rival_project)).status_code for act in ("accept", "return")] == [404, 404]


def test_the_api_goes_the_same_way(project, college_admin, partner, rival_partner, api_for):
    college, enterprise = api_for(college_admin), api_for(partner)
    made = college.post("/api/v1/modules/", {"project": project.pk, "number": 1, "name": "模块"}, format="json")
    assert made.status_code == 201
    module = f"/api/v1/modules/{made.json()['id']}/"
    assert college.post(f"{module}deliver/").json()["status"] == "delivered"
    assert college.post(f"{module}accept/").status_code == 403
    assert api_for(rival_partner).post(f"{module}accept/").status_code == 404
    refused = enterprise.post(f"{module}return/", {}, format="json")
    assert (refused.status_code, refused.json()) == (400, {"reason": ["Say why it is returned."]})
    answer = enterprise.post(f"{module}return/", {"reason": REASON}, format="json").json()
    assert (answer["status"], answer["return_reason"]) == ("returned", REASON)
    early = college.post(f"/api/v1/projects/{project.pk}/deliver/")
    assert (early.status_code, early.json()) == (409, {"detail": "Deliver these modules first: 1 模块."})
    college.post(f"{module}deliver/")
    enterprise.post(f"{module}accept/")
    college.post(f"/api/v1/projects/{project.pk}/deliver/")
    assert enterprise.post(f"/api/v1/projects/{project.pk}/accept/").json()["status"] == "accepted"
    found = enterprise.get(f"/api/v1/modules/?project={project.pk}&status=accepted").json()["results"]
    assert [row["name"] for row in found] == ["模块"]


def test_approved_hours_stand_against_the_planned_ones_of_their_module(
    project, modules, entry_of, mentor, college_admin, today, client_for
):
    for hours, module, activity in (("3", modules[0], "teaching"), ("1.5", None, "mentoring")):
        entry = entry_of(project, mentor, hours=Decimal(hours), module=module, activity=activity)
        log_hours(entry, by=mentor, today=today)
    HourEntry.objects.update(status="approved")
    context = client_for(college_admin).get(project.get_absolute_url()).context
    assert [module.hours_spent for module in context["modules"]] == [Decimal(3), Decimal(0)]
    assert (context["approved"], context["without_module"]) == (Decimal("4.5"), Decimal("1.5"))


def test_hours_name_a_module_of_their_own_project(project, rival_project, entry_of, mentor, today):
    module = ProjectModule.objects.create(project=rival_project, number=1, name="他企模块")
    with pytest.raises(ValidationError) as caught:
        log_hours(entry_of(project, mentor, module=module), by=mentor, today=today)
    assert caught.value.message_dict == {"module": ["Choose a module of the project."]}
