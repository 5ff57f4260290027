"""Who hears of a delivery: the enterprise that something is to be accepted, the college what became of it."""

from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from consortium.inbox import NoticeKind
from consortium.models import Affiliation, User
from consortium.services.notices import notify

from ..inbox import DELIVERED, DELIVERY_RETURNED
from ..models import Project, ProjectModule

Role = Affiliation.Role


def tell_enterprise(work: Project | ProjectModule, *, by: User, at: datetime) -> None:
    project = _project(work)
    readers = _desks(project, Role.PARTNER, project.enterprise_id).exclude(user=by)
    notify(
        readers,
        DELIVERED,
        lambda: _("Delivered, to be accepted or returned: %(work)s") % {"work": _name(work)},
        project.get_absolute_url(),
        at=at,
    )


def tell_college(work: Project | ProjectModule, kind: NoticeKind, *, by: User, at: datetime, reason: str = "") -> None:
    project = _project(work)
    is_return = kind == DELIVERY_RETURNED

    def text() -> str:
        if is_return:
            return _("The enterprise returned %(work)s: %(reason)s") % {"work": _name(work), "reason": reason}
        return _("The enterprise accepted %(work)s.") % {"work": _name(work)}

    readers = _desks(project, Role.COLLEGE_ADMIN, project.zone.college_id).exclude(user=by)
    notify(readers, kind, text, project.get_absolute_url(), at=at)


def _desks(project: Project, role: str, organization: int) -> QuerySet:
    rows = Affiliation.objects.in_force().filter(consortium=project.zone.consortium_id)
    return rows.filter(role=role, organization=organization)


def _project(work: Project | ProjectModule) -> Project:
    return work if isinstance(work, Project) else work.project


def _name(work: Project | ProjectModule) -> str:
    return f"“{work}”" if isinstance(work, Project) else f"“{work.project} · {work}”"
