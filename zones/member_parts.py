"""What a member's page shows of zones: where it works, its projects, its hours of this year."""

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from consortium.member_parts import SHOWN, Part, Record, part
from consortium.models import Organization, User
from consortium.templatetags.look import hours

from .models import HourEntry, Project, Zone


@part
def zones(organization: Organization, user: User) -> Iterator[Part]:
    mine = Q(college=organization) | Q(partnerships__enterprise=organization)
    rows = Zone.objects.visible_to(user).filter(mine).distinct().order_by("code")
    if count := rows.count():
        records = [Record(str(row), row.get_absolute_url(), row.get_status_display()) for row in rows[:SHOWN]]
        yield Part(_("Special zones"), count, reverse("zones:zone_list"), records)


@part
def projects(organization: Organization, user: User) -> Iterator[Part]:
    rows = Project.objects.visible_to(user).filter(enterprise=organization).order_by("-ends_on", "-pk")
    if count := rows.count():
        records = [Record(str(row), row.get_absolute_url(), row.get_status_display()) for row in rows[:SHOWN]]
        url = f"{reverse('zones:project_list')}?enterprise={organization.pk}"
        yield Part(_("Enterprise projects"), count, url, records)


@part
def hours_of_year(organization: Organization, user: User) -> Iterator[Part]:
    year = timezone.localdate().year
    total = HourEntry.objects.visible_to(user).approved().in_year(year).filter(organization=organization).total()
    if total:
        span = f"date_after={year}-01-01&date_before={year}-12-31&status=approved"
        url = f"{reverse('zones:hours_list')}?organization={organization.pk}&{span}"
        yield Part(_("Approved hours this year"), hours(total), url, [])
