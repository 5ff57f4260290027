"""The measures of an evaluation fill the targets of tasks too: counted over the zones of the responsible member."""

from datetime import date
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from tasks.measures import measure
from tasks.models import Task
from zones.models import Zone

from .measures import MEASURES, Measure


def _zones(task: Task) -> QuerySet[Zone]:
    """The consortium's zones, of the responsible member its own when the task has one."""
    rows = Zone.objects.filter(consortium=task.plan.consortium_id)
    college = task.responsible_organization_id
    return rows.filter(college=college) if college else rows


def _of_task(found: Measure) -> None:
    measure(found.name, found.label, found.unit)(lambda task: found.together(_zones(task), task.plan.year))


for one in MEASURES.values():
    _of_task(one)


@measure("industry_colleges", _("Special zones that are industry colleges"), _("zones"))
def industry_colleges(task: Task) -> Decimal:
    rows = _zones(task).filter(form=Zone.Form.INDUSTRY_COLLEGE, established_on__lte=date(task.plan.year, 12, 31))
    return Decimal(rows.exclude(status=Zone.Status.CLOSED).count())
