"""Setting a task's targets, and the figures that a report gives for them."""

from collections.abc import Iterable
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from consortium.models import User
from consortium.services import Refused, create, record

from ..models import Figure, Progress, Target, Task


@transaction.atomic
def add_targets(task: Task, targets: Iterable[Target], *, by: User) -> list[Target]:
    """Set these new targets for the task, all or none. Raises ValidationError."""
    made = []
    for target in targets:
        target.task = task
        create(target, by=by)
        record(task, by=by, what=gettext_noop("Target set"), new=target)
        made.append(target)
    return made


@transaction.atomic
def remove_target(target: Target, *, by: User) -> None:
    """Take a target out that was set by mistake. Raises Refused when figures have been reported of it."""
    record(target.task, by=by, what=gettext_noop("Target taken out"), old=target)
    try:
        target.delete()
    except ProtectedError as error:
        raise Refused(_("Figures have been reported of this target, so it stays.")) from error


def add_figures(progress: Progress, figures: Iterable[tuple[Target, Decimal]]) -> None:
    """Keep what a new report says of its task's targets. Raises ValidationError."""
    rows = {}
    for target, value in figures:
        if target.task_id != progress.milestone.task_id:
            raise ValidationError({"figures": _("This target belongs to another task.")})
        if target.measure:
            raise ValidationError({"figures": _("The program counts this target by itself.")})
        if value < 0 or target.kind == Target.Kind.PERCENTAGE and value > 100:
            raise ValidationError(
                {"figures": _("“%(target)s”: this figure is below 0 or above 100 %%.") % {"target": target}}
            )
        rows[target.pk] = Figure(progress=progress, target=target, value=value)
    Figure.objects.bulk_create(rows.values())
