"""What the measures give a task's target, each with records on both sides of its edge."""

from datetime import date
from decimal import Decimal

import pytest

from consortium.models import Affiliation
from tasks.measures import standing
from tasks.models import Plan, Target, Task
from zones.models import PartTimeTeacher, TeacherPlacement, TeachingResource, TechnicalService, Zone, ZonePartner

from .conftest import NOW

IN, LAST, BEFORE, AFTER = date(2026, 1, 1), date(2026, 12, 31), date(2025, 12, 31), date(2027, 1, 1)
SERVICE = {"title": "工艺改进", "contract_amount": Decimal(9), "amount_received": Decimal("7.50")}
RECORDS = {
    "part_time_teachers": (PartTimeTeacher, {"hours": Decimal(8)}, 1),  # two courses of one teacher
    "teachers_in_enterprises": (TeacherPlacement, {"post": "工艺员", "days": 5}, 2),
    "teaching_resources": (TeachingResource, {"kind": "case"}, 2),
    "technical_services": (TechnicalService, SERVICE, Decimal("15.00")),
}


@pytest.fixture
def task(consortium, college):
    plan = Plan.objects.create(consortium=consortium, year=2026, title="2026年", unit="示例教育局")
    return Task.objects.create(plan=plan, number=1, goal="目标", responsible_organization=college)


def reached(task: Task, measure: str) -> Decimal | None:
    target, _made = Target.objects.get_or_create(task=task, name=measure, target=100, measure=measure)
    return standing(target).reached


@pytest.mark.parametrize("measure", RECORDS)
def test_what_is_verified_counts_in_its_year_and_for_the_responsible_member(
    task, zone, other_zone, enterprise, make_user, college, consortium, college_admin, mentor, measure
):
    model, fields, expected = RECORDS[measure]
    second = make_user("second", Affiliation.Role.COLLEGE_ADMIN, college, consortium)
    days = [(zone, IN, True), (zone, LAST, True), (zone, BEFORE, True), (zone, AFTER, True), (zone, IN, False)]
    for number, (of, day, is_verified) in enumerate([*days, (other_zone, IN, True)]):
        row = {"zone": of, "date": day, "enterprise": enterprise, "organization": college, **fields}
        if model in (PartTimeTeacher, TeacherPlacement):
            row["teacher"] = mentor
        if model is TeacherPlacement:
            row["ends_on"] = day
        if model is PartTimeTeacher:
            row["course"] = f"课程{number}"
        if model is TeachingResource:
            row["title"] = f"案例{number}"
        if is_verified:
            row |= {"status": "verified", "decided_by": second, "decided_at": NOW}
        model.objects.create(recorded_by=college_admin, recorded_at=NOW, **row)
    assert reached(task, measure) == expected
    Task.objects.filter(pk=task.pk).update(responsible_organization=None)
    of_all = {"part_time_teachers": 1, "technical_services": Decimal("22.50")}.get(measure, 3)
    assert reached(Task.objects.get(pk=task.pk), measure) == of_all


def test_partners_count_when_they_worked_in_the_year(task, zone, make_organization):
    ZonePartner.objects.all().delete()
    edges = [(LAST, None), (date(2020, 1, 1), IN), (AFTER, None), (date(2020, 1, 1), BEFORE)]
    for number, (since, until) in enumerate(edges):
        other = make_organization(f"企业{number}", "enterprise")
        ZonePartner.objects.create(zone=zone, enterprise=other, since=since, until=until)
    assert reached(task, "partner_enterprises") == 2


def test_industry_colleges_count_that_are_established_by_the_years_end_and_not_closed(task, make_zone):
    for number, day in enumerate((LAST, AFTER)):
        zone = make_zone(f"z{number}")
        Zone.objects.filter(pk=zone.pk).update(established_on=day)
    Zone.objects.filter(pk=make_zone("closed").pk).update(status=Zone.Status.CLOSED)
    Zone.objects.filter(pk=make_zone("other").pk).update(form=Zone.Form.MIXED_OWNERSHIP)
    assert reached(task, "industry_colleges") == 1
