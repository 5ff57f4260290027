"""Of the tasks: a plan for each side, with milestones, progress and an urging."""

import datetime

from consortium.models import Consortium
from tasks.models import Milestone, Plan, Progress, Supervision, Target, Task

from .maker import Maker


def tasks(maker: Maker, side: str, consortium: Consortium) -> None:
    add = maker.world.add
    plan = add("plan", side, Plan.objects.create(
        consortium=consortium, year=maker.today.year, title=f"plan~{side}", unit=f"unit~{side}"
    ))  # fmt: skip
    task = add("task", side, Task.objects.create(
        plan=plan, number=1, goal=f"task~{side}", responsible_organization=maker.college
    ))  # fmt: skip
    add("target", side, Target.objects.create(task=task, name=f"target~{side}", target=9, unit="x"))
    add("overdue", side, Milestone.objects.create(
        task=task, quarter=2, text=f"overdue~{side}", due=datetime.date(maker.today.year, 1, 1),
    ))  # fmt: skip
    milestone = add("milestone", side, Milestone.objects.create(
        task=task, quarter=1, text=f"milestone~{side}", due=datetime.date(maker.today.year, 3, 31),
        status=Milestone.Status.SUBMITTED,
    ))  # fmt: skip
    add("progress", side, Progress.objects.create(
        milestone=milestone, month=datetime.date(maker.today.year, 1, 1), text=f"progress~{side}", percent=100,
        by=maker.staff["college_admin"], at=maker.now,
    ))  # fmt: skip
    add("supervision", side, Supervision.objects.create(
        consortium=consortium, milestone=milestone, year=maker.today.year, number=len(side), text=f"urged~{side}",
        deadline=maker.today, by=maker.staff["college_admin"], at=maker.now,
    ))  # fmt: skip
