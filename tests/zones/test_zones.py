"""Zones, partners and projects: who sees them and what may be written."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from consortium.models import Department, HistoryEntry
from consortium.services import Refused, move
from zones.models import InnovationClass, Project, ProjectMember, Zone, ZonePartner
from zones.services import (
    add_member,
    add_partner,
    begin_project,
    end_partner,
    log_hours,
    move_zone,
    remove_member,
    save_class,
    save_project,
    save_zone,
)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def test_each_sees_the_zones_in_which_one_works(zone, make_zone, project, rival_project, request):
    make_zone("mold")
    seen = {
        name: [row.code for row in Zone.objects.visible_to(request.getfixturevalue(name)).order_by("code")]
        for name in (
            "secretariat", "bureau", "auditor", "college_admin", "other_college_admin", "partner", "mentor",
            "college_mentor", "expert", "outsider",
        )
    }  # fmt: skip
    assert seen == {
        "secretariat": ["cnc", "mold"],
        "bureau": ["cnc", "mold"],
        "auditor": ["cnc", "mold"],
        "college_admin": ["cnc", "mold"],
        "other_college_admin": [],
        "partner": ["cnc"],
        "mentor": ["cnc"],
        "college_mentor": ["cnc", "mold"],
        "expert": [],
        "outsider": [],
    }


def test_rivals_in_one_zone_do_not_see_each_other(zone, project, rival_project, partner, rival_partner):
    assert list(Project.objects.visible_to(partner)) == [project]
    assert list(Project.objects.visible_to(rival_partner)) == [rival_project]
    assert [row.enterprise for row in ZonePartner.objects.visible_to(partner)] == [partner.affiliation.organization]


def test_a_change_of_a_zone_leaves_one_row_for_each_field(zone, college_admin):
    zone.name, zone.on_campus = "数控特区", False
    save_zone(zone, by=college_admin)
    rows = HistoryEntry.objects.of(zone).order_by("what").values_list("what", "old", "new")
    assert list(rows) == [("name", "数控加工产教特区", "数控特区"), ("on_campus", "True", "False")]


def test_a_zones_department_is_the_colleges(zone, college2, college_admin):
    zone.department = Department.objects.create(organization=college2, name="机电部")
    with pytest.raises(ValidationError) as caught:
        save_zone(zone, by=college_admin)
    assert caught.value.message_dict == {"department": ["Choose a department of the zone's college."]}


def test_a_zones_code_is_unique_in_the_consortium(zone, college_admin, department):
    twin = Zone(
        consortium=zone.consortium, college=zone.college, department=department, code="cnc", name="另一个",
        form=Zone.Form.INDUSTRY_COLLEGE, established_on=date(2024, 1, 1),
    )  # fmt: skip
    with pytest.raises(ValidationError) as caught:
        save_zone(twin, by=college_admin)
    assert caught.value.message_dict == {"code": ["Another zone of this consortium has this code."]}


def test_a_zone_opens_and_closes_and_does_not_open_again(make_zone, college_admin):
    zone = make_zone("new", status=Zone.Status.PLANNED)
    move(zone, Zone.Status.ACTIVE, by=college_admin)
    move(zone, Zone.Status.CLOSED, by=college_admin)
    with pytest.raises(Refused) as caught:
        move(zone, Zone.Status.ACTIVE, by=college_admin)
    assert str(caught.value) == "This is “Closed” now and cannot become “In operation”."
    assert HistoryEntry.objects.of(zone).count() == 2


def test_a_zone_with_open_work_stays_open_and_says_what_is_open(zone, project, draft, college_admin):
    with pytest.raises(Refused) as caught:
        move_zone(zone, Zone.Status.CLOSED, by=college_admin)
    sentence = (
        "The zone cannot be closed yet: 1 project is not accepted (轴承座批量加工); 1 entry of hours is not approved."
    )
    assert (str(caught.value), HistoryEntry.objects.of(zone).count()) == (sentence, 0)
    zone.refresh_from_db()
    assert zone.status == Zone.Status.ACTIVE


def test_a_zone_closes_when_its_projects_are_accepted_and_its_hours_approved(zone, project, draft, college_admin):
    project.hours.update(status="approved")
    Project.objects.filter(pk=project.pk).update(status=Project.Status.ACCEPTED)
    move_zone(zone, Zone.Status.CLOSED, by=college_admin)
    row = HistoryEntry.objects.of(zone).get()
    assert (row.what, row.old, row.new) == ("status", "active", "closed")


def test_a_partner_is_a_member_enterprise(zone, institute, college_admin):
    with pytest.raises(ValidationError) as caught:
        add_partner(zone, institute, since=date(2026, 1, 1), by=college_admin)
    sentence = "A partner is an enterprise that is a member of the consortium."
    assert caught.value.message_dict == {"enterprise": [sentence]}


def test_a_project_belongs_to_a_partner_of_the_zone(make_zone, enterprise, college_admin, today):
    project = Project(
        zone=make_zone("lonely"), enterprise=enterprise, code="p", name="项目", starts_on=today, ends_on=today
    )
    with pytest.raises(ValidationError) as caught:
        save_project(project, by=college_admin)
    sentence = "Choose an enterprise that is a partner of the zone."
    assert caught.value.message_dict == {"enterprise": [sentence]}


def test_a_project_ends_after_it_begins(project, college_admin):
    project.ends_on = project.starts_on - timedelta(days=1)
    with pytest.raises(ValidationError) as caught:
        save_project(project, by=college_admin)
    assert caught.value.message_dict == {"ends_on": ["A project cannot end before it begins."]}


def test_a_projects_dates_keep_its_hours(draft, project, day, college_admin):
    project.ends_on = day - timedelta(days=1)
    with pytest.raises(ValidationError) as caught:
        save_project(project, by=college_admin)
    assert caught.value.message_dict == {"ends_on": [f"Hours are logged for {day}, outside these dates."]}


def test_a_member_comes_from_the_college_or_the_projects_enterprise(
    project, rival_partner, make_mentor, college, college_admin
):
    newcomer = make_mentor("newcomer", college)
    member = add_member(ProjectMember(project=project, person=newcomer), by=college_admin)
    assert (member.organization, member.side) == (college, "college")
    with pytest.raises(ValidationError) as caught:
        add_member(ProjectMember(project=project, person=rival_partner), by=college_admin)
    sentence = "示例他企人员 works neither at the zone's college nor at the project's enterprise."
    assert caught.value.message_dict == {"person": [sentence]}


def test_a_member_with_hours_stays(project, mentor, partner, entry_of, today, college_admin):
    log_hours(entry_of(project, mentor), by=mentor, today=today)
    with pytest.raises(Refused) as caught:
        remove_member(project.members.get(person=mentor), by=college_admin)
    assert str(caught.value) == "示例企业导师 has hours on this project and stays on it."
    remove_member(project.members.get(person=partner), by=college_admin)
    assert project.members.filter(person=partner).count() == 0


def test_the_end_of_a_partnership_is_remembered_with_its_day(zone, enterprise, college_admin):
    end_partner(zone.partnerships.get(enterprise=enterprise), until=date(2026, 6, 30), by=college_admin)
    row = HistoryEntry.objects.of(zone).get()
    assert (row.what, row.old, row.new, row.reason) == ("partners", "示例企业一", "示例企业一 until 2026-06-30", "")


def closed(zone):
    Zone.objects.filter(pk=zone.pk).update(status=Zone.Status.CLOSED)
    return Zone.objects.get(pk=zone.pk)


def test_no_work_begins_in_a_closed_zone(
    zone, project, make_project, innovation_class, draft, entry_of, mentor, enterprise, college_admin, today
):
    planned = make_project("planned", status=Project.Status.PLANNED)
    closed(zone)
    project = Project.objects.get(pk=project.pk)
    new = Project(zone=zone, enterprise=enterprise, code="new", name="新", starts_on=today, ends_on=today)
    group = InnovationClass(zone=zone, code="new", name="新班", year=2026, places=3)
    entry = entry_of(project, mentor, activity="teaching")
    acts = [
        lambda: save_project(new, by=college_admin),
        lambda: save_project(project, by=college_admin),
        lambda: begin_project(planned, by=college_admin),
        lambda: save_class(group, by=college_admin),
    ]
    said = []
    for act in acts:
        with pytest.raises(Refused) as caught:
            act()
        said.append(str(caught.value))
    assert said == ["This zone is closed. No more work begins in it."] * 4
    with pytest.raises(ValidationError) as wrong:
        log_hours(entry, by=mentor, today=today)
    assert wrong.value.message_dict == {"project": ["The zone of this project is closed."]}


@pytest.mark.parametrize("shift", [(None, -1), (1, None)])
def test_a_project_starts_while_the_partnership_is_in_force(zone, enterprise, college_admin, today, shift):
    since, until = shift
    partner = zone.partnerships.filter(enterprise=enterprise)
    if since:
        partner.update(since=today + timedelta(days=since))
    else:
        partner.update(until=today + timedelta(days=until))
    project = Project(zone=zone, enterprise=enterprise, code="p", name="项目", starts_on=today, ends_on=today)
    with pytest.raises(ValidationError) as caught:
        save_project(project, by=college_admin)
    sentence = f"On {today} the partnership of 示例企业一 with this zone is not in force."
    assert caught.value.message_dict == {"starts_on": [sentence]}


def test_a_partnership_does_not_end_before_a_project_of_it_starts(zone, project, enterprise, college_admin):
    before = project.starts_on - timedelta(days=1)
    with pytest.raises(ValidationError) as caught:
        end_partner(zone.partnerships.get(enterprise=enterprise), until=before, by=college_admin)
    assert caught.value.message_dict == {"until": [f"“轴承座批量加工” starts after that, on {project.starts_on}."]}
    end_partner(zone.partnerships.get(enterprise=enterprise), until=project.starts_on, by=college_admin)
