"""Who hears of hours: the other side what waits for it, those who wrote them what became of them. One notice an act."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from consortium.inbox import NoticeKind
from consortium.models import Affiliation, Organization, User
from consortium.services.notices import notify

from ..inbox import HOURS_RETURNED, HOURS_TO_COUNTERSIGN
from ..models import HourEntry

Role = Affiliation.Role
AT_ONCE = 500  # parameters of one statement
COUNTERSIGNERS = ("organization__kind", "project__zone__college", "project__enterprise")


def tell_other_side(entries: Sequence[HourEntry], *, by: User, at: datetime) -> None:
    """Tell the zones' colleges of hours of the enterprise side, the projects' enterprises of those of the college."""
    asked = Q()
    for start in range(0, len(entries), AT_ONCE):
        ids = [entry.pk for entry in entries[start : start + AT_ONCE]]
        rows = HourEntry.objects.filter(pk__in=ids).order_by().values_list(*COUNTERSIGNERS).distinct()
        for kind, college, enterprise in rows:
            is_enterprise_side = kind == Organization.Kind.ENTERPRISE
            asked |= (
                Q(role=Role.COLLEGE_ADMIN, organization=college)
                if is_enterprise_side
                else Q(role=Role.PARTNER, organization=enterprise)
            )
    if not asked:
        return
    unit = by.affiliation and by.affiliation.organization
    notify(
        _in_force(by).filter(asked).exclude(user=by),
        HOURS_TO_COUNTERSIGN,
        lambda: _("%(organization)s has handed in hours to be countersigned.") % {"organization": unit},
        reverse("zones:hours_countersign"),
        at=at,
    )


def tell_writers(entries: Sequence[HourEntry], kind: NoticeKind, *, by: User, at: datetime, reason: str = "") -> None:
    """Tell the people whose hours these are, and the partners who answer for them, what became of them."""
    written = {(entry.person_id, entry.organization_id) for entry in entries}
    people, organizations = {person for person, _o in written}, {organization for _p, organization in written}
    asked = Q(role=Role.PARTNER) | Q(user__in=people)
    found = _in_force(by).filter(asked, organization__in=organizations).exclude(user=by)
    readers = [row for row in found if row.role == Role.PARTNER or (row.user_id, row.organization_id) in written]
    is_return = kind == HOURS_RETURNED

    def text() -> str:
        if is_return:
            return _("Your hours were returned: %(reason)s") % {"reason": reason}
        return _("Your hours were countersigned.")

    state = HourEntry.Status.RETURNED if is_return else HourEntry.Status.APPROVED
    many = f"{reverse('zones:hours_list')}?status={state}"
    notify(readers, kind, text, entries[0].get_absolute_url() if len(entries) == 1 else many, at=at)


def _in_force(by: User):
    return Affiliation.objects.in_force().filter(consortium=by.affiliation and by.affiliation.consortium_id)
