"""Measures for the quantified targets of tasks, counted from zones and registers: only what has been verified."""

from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from tasks.measures import measure
from tasks.models import Task
from zones.models import PartTimeTeacher, TeacherPlacement, TeachingResource, TechnicalService, Zone, ZonePartner


def _of_task(rows: QuerySet, task: Task, zone: str = "zone__") -> QuerySet:
    """The consortium's rows, of the responsible member's own zones when the task has one."""
    rows = rows.filter(**{f"{zone}consortium": task.plan.consortium_id})
    college = task.responsible_organization_id
    return rows.filter(**{f"{zone}college": college}) if college else rows


def _verified(model: type, task: Task) -> QuerySet:
    return _of_task(model.objects.verified().in_year(task.plan.year), task)  # type: ignore[attr-defined]


@measure("part_time_teachers", _("Part-time teachers from enterprises"), _("people"))
def part_time_teachers(task: Task) -> Decimal:
    return Decimal(_verified(PartTimeTeacher, task).order_by().values("teacher").distinct().count())


@measure("teachers_in_enterprises", _("Teachers in practice at enterprises"), _("person-times"))
def teachers_in_enterprises(task: Task) -> Decimal:
    return Decimal(_verified(TeacherPlacement, task).count())


@measure("partner_enterprises", _("Enterprises that work in zones"), _("enterprises"))
def partner_enterprises(task: Task) -> Decimal:
    first, last = date(task.plan.year, 1, 1), date(task.plan.year, 12, 31)
    rows = _of_task(ZonePartner.objects.filter(Q(until=None) | Q(until__gte=first), since__lte=last), task)
    return Decimal(rows.order_by().values("enterprise").distinct().count())


@measure("industry_colleges", _("Special zones that are industry colleges"), _("zones"))
def industry_colleges(task: Task) -> Decimal:
    rows = Zone.objects.filter(form=Zone.Form.INDUSTRY_COLLEGE, established_on__lte=date(task.plan.year, 12, 31))
    return Decimal(_of_task(rows.exclude(status=Zone.Status.CLOSED), task, zone="").count())


@measure("teaching_resources", _("Teaching resources made together"), _("pieces"))
def teaching_resources(task: Task) -> Decimal:
    return Decimal(_verified(TeachingResource, task).count())


@measure("technical_services", _("Money received for technical services"), _("yuan"))
def technical_services(task: Task) -> Decimal:
    return _verified(TechnicalService, task).aggregate(total=Sum("amount_received"))["total"] or Decimal(0)
