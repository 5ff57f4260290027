"""Two years of project hours: logged by one side, countersigned by the other, the last weeks still under way."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from consortium.models import User
from zones.models import HourEntry, ProjectMember
from zones.services import approve_many, return_many, save_hours, submit_many

from .members import LEAD_ENTERPRISE, People
from .zones import Ground, deliver_some, hand_over, weeks

QUARTER = Decimal("0.25")


def load(people: People, ground: Ground, today: date, random: Random) -> None:
    """Log, submit and countersign hours on every project up to ``today``.

    What is older than two weeks is approved, last week's is submitted, this week's is a draft, and two entries of the
    leading enterprise came back with a reason.
    """
    admin = people.users["college"]
    this_monday = today - timedelta(days=today.weekday())
    for project in ground.projects:
        partner = ground.partners[project.enterprise_id]
        entries = [
            entry
            for member in ground.members[project.pk]
            for entry in _entries(member, min(project.ends_on, today), random)
        ]
        for logger, own in _by_logger(entries).items():
            save_hours(own, by=logger, today=today)
            submit_many([entry for entry in own if entry.date < this_monday], by=logger)
        settled = [entry for entry in entries if entry.date < this_monday - timedelta(weeks=1)]
        approve_many([entry for entry in settled if entry.is_enterprise_side], by=admin)
        approve_many([entry for entry in settled if not entry.is_enterprise_side], by=partner)
        if project.ends_on < today:
            hand_over(project, admin, partner)
    deliver_some(ground, admin)
    lead = people.organizations[LEAD_ENTERPRISE]
    waiting = list(HourEntry.objects.to_countersign(admin).filter(organization=lead).order_by("pk")[:2])
    for entry, reason in zip(waiting, ["当日停机检修，请核对起止时间。", "缺签到表，请补后再交。"], strict=False):
        return_many([entry], reason=reason, by=admin)


def _entries(member: ProjectMember, last: date, random: Random) -> list[HourEntry]:
    """One or two entries a week, fewer in the summer, none at the end of January."""
    project = member.project
    offset = member.pk % 3
    modules = list(project.modules.all())  # the first third of the time for the first, the rest for the second
    turn = project.starts_on + (project.ends_on - project.starts_on) / 3
    entries = []
    for monday in weeks(project.starts_on, last):
        if (monday.month, monday.day) in {(1, day) for day in range(22, 32)} or (
            monday.month in (7, 8) and random.random() < 0.5
        ):
            continue
        for weekday in random.sample([offset, offset + 2], k=random.choice([1, 2])):
            day = monday + timedelta(days=weekday)
            if project.starts_on <= day <= last:
                entries.append(
                    HourEntry(
                        project=project,
                        person=member.person,
                        date=day,
                        hours=random.randrange(4, 15) * QUARTER,
                        activity=member.activity,
                        module=modules[day >= turn],
                        note="按工作模块实施" if random.random() < 0.3 else "",
                    )
                )
    return entries


def _by_logger(entries: list[HourEntry]) -> dict[User, list[HourEntry]]:
    """Everybody logs their own hours."""
    groups: dict[User, list[HourEntry]] = defaultdict(list)
    for entry in entries:
        groups[entry.person].append(entry)
    return groups
