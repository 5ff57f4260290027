"""A task made from a record of another app: a duty of an agreement, a resolution. Both know of each other."""

from datetime import date, datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from consortium.models import FollowUp, Organization, User
from consortium.services import Refused, alone, create, record

from ..models import Milestone, Plan, Task


@alone()
def make_task(
    source: Any, plan: Plan, *, goal: str, due: date, responsible: Organization | None, by: User, now: datetime
) -> Task:
    """Add a task with one milestone, due on ``due``, to ``plan`` and link both ways.

    Raises Refused when the record has a task already, ValidationError when the day is not in the plan's year.
    """
    if due.year != plan.year:
        raise ValidationError({"due": _("This day is not in the year of the table.")})
    if FollowUp.objects.about(source).exists():
        raise Refused(_("There is a task for this already."))
    locked = Plan.objects.select_for_update(of=("self",), no_key=True).get(pk=plan.pk)
    last = locked.tasks.aggregate(n=Max("number"))["n"] or 0
    task = create(Task(plan=locked, number=last + 1, goal=goal, responsible_organization=responsible), by=by)
    create(Milestone(task=task, quarter=(due.month - 1) // 3 + 1, text=goal, due=due), by=by)
    FollowUp.objects.create(
        record=source, target_type=ContentType.objects.get_for_model(task), target_id=task.pk, by=by, at=now
    )
    record(source, by=by, what=gettext_noop("made a task"), new=task)
    record(task, by=by, what=gettext_noop("made from"), new=source)
    return task
