"""What a member's page shows of tasks: those for which it answers, the newest table first."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from consortium.member_parts import SHOWN, Part, Record, part
from consortium.models import Organization, User

from .models import Task


@part
def tasks(organization: Organization, user: User) -> Iterator[Part]:
    rows = Task.objects.visible_to(user).filter(responsible_organization=organization)
    if count := rows.count():
        found = rows.select_related("plan").order_by("-plan__year", "number")[:SHOWN]
        records = [Record(str(row), row.get_absolute_url(), str(row.plan.year)) for row in found]
        yield Part(_("Tasks"), count, reverse("tasks:plan_list"), records)
