"""The order of a plan's tasks, a task made two, two made one."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from consortium.models import Attachment, User
from consortium.services import Refused, alone, create, record, save_changes

from ..models import Milestone, Plan, Reminder, Target, Task
from ..words import tidy

Status = Milestone.Status


@transaction.atomic
def move_task(task: Task, *, to: int, by: User) -> None:
    """Put the task where the one with the number ``to`` stands; those between move up or down by one place.

    The numbers stay the same ones, so a table that begins at 5 goes on beginning at 5. Raises Refused when the table
    has no such number.
    """
    tasks = _locked(task.plan)
    places = [other.number for other in tasks]
    if to not in places:
        raise Refused(_("The table has no task %(number)s any more. Reload and try again.") % {"number": to})
    moved = tasks.pop(next(place for place, other in enumerate(tasks) if other.pk == task.pk))
    tasks.insert(places.index(to), moved)
    _number(tasks, places, by)


@transaction.atomic
def split_task(
    task: Task,
    *,
    goal: str,
    explanation: str = "",
    milestones: Iterable[Milestone] = (),
    targets: Iterable[Target] = (),
    people: Iterable[str] = (),
    by: User,
) -> Task:
    """Make a second task, right behind the first, of what is chosen; the rest stays. Answers the new one.

    Reports, files and urgings go with their milestones, figures with their targets. ``people`` are names among the
    leaders and responsible persons; when none are chosen both tasks have all of them. Raises ValidationError when
    nothing goes, or no milestone would stay.
    """
    tasks = _locked(task.plan)
    going = list(milestones)
    parts: list[Milestone | Target] = [*going, *targets]
    if not parts:
        raise ValidationError({"milestones": _("Choose at least one milestone or target for the new task.")})
    if any(part.task_id != task.pk for part in parts):
        raise Refused(_("Somebody else has changed this. Reload and try again."))
    if going and len(going) == task.milestones.count():
        raise ValidationError({"milestones": _("Leave at least one milestone with this task.")})
    chosen = set(people)
    names = {field: _names(getattr(task, field)) for field in ("leader", "responsible_person")}
    new = Task(
        plan=task.plan,
        number=tasks[-1].number + 1,
        goal=goal,
        explanation=explanation,
        phone=task.phone,
        responsible_organization=task.responsible_organization,
        responsible_unit=task.responsible_unit,
        continues=task.continues,
        **{field: "、".join(name for name in found if not chosen or name in chosen) for field, found in names.items()},
    )
    create(new, by=by, reason=_("Split off from task %(task)s.") % {"task": task})
    record(task, by=by, what=gettext_noop("Split"), old=task, new=new)
    if chosen:
        kept = {field: "、".join(name for name in found if name not in chosen) for field, found in names.items()}
        save_changes(task, by=by, **kept)
    for part in parts:
        _give(part, new, by)
    place = next(place for place, other in enumerate(tasks) if other.pk == task.pk)
    _number([*tasks[: place + 1], new, *tasks[place + 1 :]], [*(other.number for other in tasks), new.number], by)
    new.refresh_from_db(fields=["number"])
    return new


@transaction.atomic
def merge_tasks(task: Task, other: Task, *, goal: str, explanation: str = "", texts: dict[int, str], by: User) -> None:
    """Take ``other`` into ``task``: all that hangs on it comes along, and its number falls away.

    ``texts`` are the milestones' by quarter, where both have one. Targets of one name stay two, the second with the
    number of its old task. Raises Refused when two milestones of a quarter cannot become one: see ``why_not_merged``.
    """
    if task.plan_id != other.plan_id or task.pk == other.pk:
        raise Refused(_("Only two tasks of one table can become one."))
    tasks = _locked(task.plan)
    mine = {milestone.quarter: milestone for milestone in task.milestones.select_related("task")}
    for milestone in other.milestones.select_related("task").order_by("quarter"):
        if pair := mine.get(milestone.quarter):
            _merge_milestones(pair, milestone, texts.get(milestone.quarter, ""), by)
        else:
            _give(milestone, task, by)
    names = set(task.targets.values_list("name", flat=True))
    for target in other.targets.order_by("pk"):
        if target.name in names:
            save_changes(target, by=by, name=f"{target.name[:90]}（{other.number}）")
        _give(target, task, by)
    people = {
        field: "、".join(dict.fromkeys([*_names(getattr(task, field)), *_names(getattr(other, field))]))
        for field in ("leader", "responsible_person", "phone", "responsible_unit")
    }
    organization = task.responsible_organization or other.responsible_organization
    # the row of the other goes, its history stays; what stood in it stands in that of the one that stays
    for field in ("goal", "explanation", *people, "responsible_organization"):
        if value := getattr(other, field):
            record(
                task, by=by, what=field, old=value, new=_("taken in from task %(number)s") % {"number": other.number}
            )
    save_changes(task, by=by, goal=goal, explanation=explanation, responsible_organization=organization, **people)
    record(task, by=by, what=gettext_noop("Merged"), old=other, new=task)
    record(other, by=by, what=gettext_noop("Merged"), old=other, new=task)
    Task.objects.filter(continues=other).update(continues=task)
    Task.objects.filter(pk=other.pk).delete()
    _number([one for one in tasks if one.pk != other.pk], [one.number for one in tasks][:-1], by)


def why_not_merged(one: Milestone, two: Milestone) -> str:
    """Why the two milestones of a quarter cannot become one now; nothing when they can."""
    where = {"one": one.task.number, "two": two.task.number, "quarter": one.get_quarter_display()}
    if Status.SUBMITTED in (one.status, two.status):
        return _("Of tasks %(one)s and %(two)s, %(quarter)s waits for the bureau: confirm or return it first.") % where
    if (one.status == Status.CONFIRMED) != (two.status == Status.CONFIRMED):
        return _("Of tasks %(one)s and %(two)s, %(quarter)s is confirmed in one and open in the other.") % where
    if one.urging and two.urging:
        return _("Both tasks, %(one)s and %(two)s, are urged for %(quarter)s: close one urging first.") % where
    return ""


def _merge_milestones(one: Milestone, two: Milestone, text: str, by: User) -> None:
    """The reports of both, as one line by their day of sending, under one text; due when the later one was."""
    if reason := why_not_merged(one, two):
        raise Refused(reason)
    record(one, by=by, what=gettext_noop("Merged"), old=two, new=one)
    record(two, by=by, what=gettext_noop("Merged"), old=two, new=one)
    for report in two.progress.all():
        record(report, by=by, what="milestone", old=two, new=one)
    two.progress.update(milestone=one)
    two.supervisions.update(milestone=one)
    Milestone.objects.filter(continues=two).update(continues=one)
    _give_files(two, one)
    Reminder.objects.filter(milestone=two).delete()
    joined = tidy(f"{one.text} {two.text}")  # what is confirmed keeps its words
    text = joined if one.status == Status.CONFIRMED else tidy(text) or joined
    save_changes(one, by=by, text=text, due=max(one.due, two.due))
    if one.status == Status.CONFIRMED:
        days = [day for day in (one.confirmed_at, two.confirmed_at) if day]
        Milestone.objects.filter(pk=one.pk).update(confirmed_at=max(days))
    else:
        _stand_as_reported(one, by)
    Milestone.objects.filter(pk=two.pk).delete()


def _stand_as_reported(milestone: Milestone, by: User) -> None:
    """Begun or returned by the newest of the reports that are now its own."""
    newest = milestone.progress.first()
    if newest is None:
        return
    status = Status.RETURNED if newest.status == newest.Status.RETURNED else Status.IN_PROGRESS
    if status != milestone.status:
        Milestone.objects.filter(pk=milestone.pk, status=milestone.status).update(status=status)
        record(milestone, by=by, what="status", old=milestone.status, new=status)


def _give(row: Milestone | Target, to: Task, by: User) -> None:
    record(row, by=by, what="task", old=row.task, new=to)
    type(row)._default_manager.filter(pk=row.pk).update(task=to)


def _give_files(old: Milestone, new: Milestone) -> None:
    """A file that both have stays once with the one that stays; the row of the other stays where it was, unseen."""
    there = Attachment.objects.about(new).present().values("sha256")
    rows = Attachment.objects.about(old)
    rows.exclude(pk__in=rows.present().filter(sha256__in=there).values("pk")).update(object_id=new.pk)


def _names(text: str) -> list[str]:
    return [name for name in text.split("、") if name]


def _locked(plan: Plan) -> list[Task]:
    """The plan's tasks in their order; two who arrange one plan come one after the other."""
    Plan.objects.select_for_update(no_key=True).get(pk=plan.pk)
    return list(Task.objects.filter(plan=plan).order_by("number"))


@alone()
def _number(tasks: list[Task], numbers: list[int], by: User) -> None:
    """Give the tasks these numbers, in their order. All who change step aside first: a number stands once."""
    changed = [(task, number) for task, number in zip(tasks, numbers, strict=True) if task.number != number]
    if not changed:
        return
    aside = Task.objects.filter(plan=changed[0][0].plan_id).aggregate(most=Max("number"))["most"]
    for place, (task, _to) in enumerate(changed, start=1):
        Task.objects.filter(pk=task.pk).update(number=aside + place)
    for task, number in changed:
        Task.objects.filter(pk=task.pk).update(number=number)
        record(task, by=by, what="number", old=task.number, new=number)
        task.number = number
