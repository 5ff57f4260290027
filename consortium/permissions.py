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


PERMISSIONS: dict[str, dict[str, Condition]] = {
    # consortium
    "organization.add": {Role.SECRETARIAT: anywhere},
    "organization.change": {Role.SECRETARIAT: anywhere},
    "membership.add": {Role.SECRETARIAT: anywhere},
    "membership.change": {Role.SECRETARIAT: anywhere},
    # zones
    # tasks
    # evaluation
    # reports
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
    roles = ", ".join(str(Role(role).label) for role in PERMISSIONS[act])
    if user.affiliation and user.affiliation.role in PERMISSIONS[act]:
        raise PermissionDenied(_("You may do this only for your own organization and what is assigned to you."))
    raise PermissionDenied(_("Only these roles may do this: %(roles)s.") % {"roles": roles})
