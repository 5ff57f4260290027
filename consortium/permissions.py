"""Who may do what: one table, read by pages, API and buttons.

Reading is not here: what a person sees is decided by ``visible_to(user)`` of each model. A row names an act on a thing,
the roles that may do it, and under what condition. What one sees but may not change is answered 403 with a sentence.
"""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from .models import Affiliation, User

Role = Affiliation.Role
Condition = Callable[[Affiliation, Any], bool]


def anywhere(affiliation: Affiliation, obj: Any) -> bool:
    """Anything that one can see."""
    return True


def own_college(affiliation: Affiliation, obj: Any) -> bool:
    """Zones, and what hangs from them, of the college one acts for."""
    zone = getattr(obj, "zone", obj)
    return zone is None or zone.college_id == affiliation.organization_id


def own_organization(affiliation: Affiliation, obj: Any) -> bool:
    """Records that name the organization one acts for."""
    return obj is None or obj.organization_id == affiliation.organization_id


def own_hours(affiliation: Affiliation, entry: Any) -> bool:
    """A partner's own people's hours, a mentor's own."""
    if entry is None:
        return True
    if affiliation.role == Role.PARTNER:
        return entry.organization_id == affiliation.organization_id
    return entry.person_id == affiliation.user_id


def other_side(affiliation: Affiliation, entry: Any) -> bool:
    """Hours of the enterprise side for the zone's college, of the college side for the project's enterprise."""
    if entry is None:
        return True
    if entry.person_id == affiliation.user_id:
        return False
    if affiliation.role == Role.COLLEGE_ADMIN:
        return entry.is_enterprise_side and entry.project.zone.college_id == affiliation.organization_id
    return not entry.is_enterprise_side and entry.project.enterprise_id == affiliation.organization_id


def answers_for_task(affiliation: Affiliation, obj: Any) -> bool:
    """Milestones whose task names the organization one acts for."""
    return obj is None or obj.task.responsible_organization_id == affiliation.organization_id


def assigned_reviewer(affiliation: Affiliation, obj: Any) -> bool:
    """Evaluations that one was asked to review."""
    return obj is None or obj.reviewers.filter(person=affiliation.user_id).exists()


PERMISSIONS: dict[str, dict[str, Condition]] = {
    # consortium
    "organization.add": {Role.SECRETARIAT: anywhere},
    "organization.change": {Role.SECRETARIAT: anywhere},
    "membership.add": {Role.SECRETARIAT: anywhere},
    "membership.change": {Role.SECRETARIAT: anywhere},
    # zones
    "zone.add": {Role.COLLEGE_ADMIN: own_college},
    "zone.change": {Role.COLLEGE_ADMIN: own_college},
    "zone.move": {Role.COLLEGE_ADMIN: own_college},
    "class.add": {Role.COLLEGE_ADMIN: own_college},
    "class.change": {Role.COLLEGE_ADMIN: own_college},
    "class.move": {Role.COLLEGE_ADMIN: own_college},
    "student.add": {Role.COLLEGE_ADMIN: own_college},
    "enrollment.add": {Role.COLLEGE_ADMIN: own_college},
    "enrollment.change": {Role.COLLEGE_ADMIN: own_college},
    "project.add": {Role.COLLEGE_ADMIN: own_college},
    "project.change": {Role.COLLEGE_ADMIN: own_college},
    "project.move": {Role.COLLEGE_ADMIN: own_college},
    "hours.add": {Role.PARTNER: own_hours, Role.MENTOR: own_hours},
    "hours.change": {Role.PARTNER: own_hours, Role.MENTOR: own_hours},
    "hours.submit": {Role.PARTNER: own_hours, Role.MENTOR: own_hours},
    "hours.correct": {Role.PARTNER: own_hours, Role.MENTOR: own_hours},
    "hours.approve": {Role.COLLEGE_ADMIN: other_side, Role.PARTNER: other_side},
    "hours.return": {Role.COLLEGE_ADMIN: other_side, Role.PARTNER: other_side},
    # tasks
    "plan.add": {Role.BUREAU: anywhere},
    "plan.change": {Role.BUREAU: anywhere},
    "task.add": {Role.BUREAU: anywhere},
    "task.change": {Role.BUREAU: anywhere},
    "milestone.add": {Role.BUREAU: anywhere},
    "milestone.change": {Role.BUREAU: anywhere},
    "progress.add": {Role.COLLEGE_ADMIN: answers_for_task},
    "progress.review": {Role.BUREAU: anywhere},
    # evaluation
    "scheme.add": {Role.SECRETARIAT: anywhere},
    "scheme.change": {Role.SECRETARIAT: anywhere},
    "indicator.add": {Role.SECRETARIAT: anywhere},
    "indicator.change": {Role.SECRETARIAT: anywhere},
    "evaluation.add": {Role.SECRETARIAT: anywhere},
    "evaluation.change": {Role.SECRETARIAT: anywhere},
    "evaluation.assess": {Role.COLLEGE_ADMIN: own_college},
    "evaluation.score": {Role.EXPERT: assigned_reviewer},
    "evaluation.object": {Role.COLLEGE_ADMIN: anywhere, Role.PARTNER: anywhere, Role.MENTOR: anywhere},
    # reports
    "report.add": {Role.SECRETARIAT: anywhere, Role.COLLEGE_ADMIN: own_college},
    "report.change": {Role.SECRETARIAT: anywhere, Role.COLLEGE_ADMIN: own_college},
}


def may(user: User, act: str, obj: Any = None) -> bool:
    """Whether ``user``, acting as now, may do ``act`` ("zone.change") to ``obj``, or at all when it is None."""
    affiliation = user.affiliation
    if affiliation is None:
        return False
    condition = PERMISSIONS[act].get(affiliation.role)
    return condition is not None and condition(affiliation, obj)


def require(user: User, act: str, obj: Any = None) -> None:
    """Raise PermissionDenied with a sentence unless ``may``."""
    if may(user, act, obj):
        return
    roles = _(", ").join(str(Role(role).label) for role in PERMISSIONS[act])
    if user.affiliation and user.affiliation.role in PERMISSIONS[act]:
        raise PermissionDenied(_("You may do this only for your own organization and what is assigned to you."))
    raise PermissionDenied(_("Only these roles may do this: %(roles)s.") % {"roles": roles})
