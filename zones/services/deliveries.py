"""Delivery of projects and their modules: the college hands over, the enterprise accepts or returns with a reason."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from consortium.models import User
from consortium.permissions import require
from consortium.services import Refused, alone, move

from ..inbox import DELIVERY_ACCEPTED, DELIVERY_RETURNED
from ..models import Project, ProjectModule
from .delivery_notices import tell_college, tell_enterprise

Work = Project | ProjectModule
Status, Part = Project.Status, ProjectModule.Status


@alone()
def deliver(work: Work, *, by: User, now: datetime) -> None:
    """Hand a project or one of its modules over to the enterprise, for the first time or again.

    A module goes while its project is begun, a project when each of its modules has gone. Raises PermissionDenied, or
    Refused when it is not its turn or somebody was faster.
    """
    require(by, f"{work.THING}.deliver", work)
    project = _held(work)
    if isinstance(work, ProjectModule) and project.status not in Status.begun():
        raise Refused(_("A module is delivered while its project is under way."))
    if isinstance(work, Project):
        _refuse_while(project, Part.deliverable(), _("Deliver these modules first: %(names)s."))
    move(work, Status.DELIVERED, by=by, return_reason="")
    tell_enterprise(work, by=by, at=now)


@alone()
def accept(work: Work, *, by: User, now: datetime) -> None:
    """Accept for the enterprise what was delivered; a project once all of its modules are accepted.

    Raises PermissionDenied, or Refused when it is not its turn or somebody was faster.
    """
    require(by, f"{work.THING}.accept", work)
    project = _held(work)
    if isinstance(work, Project):
        _refuse_while(project, [*Part.deliverable(), Part.DELIVERED], _("Accept these modules first: %(names)s."))
    move(work, Status.ACCEPTED, by=by)
    tell_college(work, DELIVERY_ACCEPTED, by=by, at=now)


@alone()
def give_back(work: Work, *, reason: str, by: User, now: datetime) -> None:
    """Return for the enterprise what was delivered, with a reason; the college puts it right and delivers it again.

    Raises PermissionDenied, ValidationError without a reason, Refused when it is not its turn or somebody was faster.
    """
    require(by, f"{work.THING}.return", work)
    reason = reason.strip()
    if not reason:
        raise ValidationError({"reason": _("Say why it is returned.")})
    if len(reason) > 300:
        raise ValidationError({"reason": _("The reason has more than 300 characters.")})
    _held(work)
    move(work, Status.RETURNED, by=by, reason=reason, return_reason=reason)
    tell_college(work, DELIVERY_RETURNED, by=by, at=now, reason=reason)


def _held(work: Work) -> Project:
    """The stored project, held to the end of the transaction: it and its modules go one step at a time."""
    pk = work.pk if isinstance(work, Project) else work.project_id
    return Project.objects.select_for_update(no_key=True).get(pk=pk)


def _refuse_while(project: Project, states: list, sentence: str) -> None:
    waiting = project.modules.filter(status__in=states)
    if names := "、".join(str(module) for module in waiting):
        raise Refused(sentence % {"names": names})
