from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from consortium.models import Organization, User
from consortium.services import Refused, alone, move, record

from ..models import HourEntry, Project, ProjectMember, ProjectModule
from .rows import check, hold_open, keep, save


@alone()
def save_project(project: Project, *, by: User | None) -> Project:
    """Create or change a project of an enterprise that is a partner of the zone on the day it starts.

    It stays with zone and enterprise, and its dates keep the hours that are logged already.
    Raises ValidationError by field, Refused when the zone is closed.
    """
    if project.zone_id:
        hold_open(project.zone)
    if project.pk:
        keep(project, "zone", "enterprise")
    if project.zone_id and project.enterprise_id:
        partners = project.zone.partnerships.filter(enterprise=project.enterprise_id)
        if not partners.exists():
            raise ValidationError({"enterprise": _("Choose an enterprise that is a partner of the zone.")})
        if project.starts_on and not partners.on(project.starts_on).exists():
            words = {"enterprise": project.enterprise, "day": project.starts_on.isoformat()}
            sentence = _("On %(day)s the partnership of %(enterprise)s with this zone is not in force.")
            raise ValidationError({"starts_on": sentence % words})
    if project.pk and project.starts_on and project.ends_on:
        outside = project.hours.exclude(date__range=(project.starts_on, project.ends_on)).order_by("date").first()
        if outside:
            raise ValidationError(
                {"ends_on": _("Hours are logged for %(day)s, outside these dates.") % {"day": outside.date.isoformat()}}
            )
    return save(project, by=by)


@alone()
def begin_project(project: Project, *, by: User) -> None:
    """Take a planned project under way. Raises Refused when it is not planned or the zone is closed."""
    hold_open(project.zone)
    move(project, Project.Status.ACTIVE, by=by)


@alone()
def add_module(module: ProjectModule, *, by: User | None) -> ProjectModule:
    """Add a module to a project that the enterprise has not before it. Raises ValidationError by field, Refused."""
    project = Project.objects.select_for_update(no_key=True).get(pk=module.project_id)
    if project.status in (Project.Status.DELIVERED, Project.Status.ACCEPTED):
        raise Refused(_("The project is delivered; it gets no more modules unless it is returned."))
    check(module)
    module.save()
    record(module.project, by=by, what="modules", new=module)
    return module


@transaction.atomic
def remove_module(module: ProjectModule, *, by: User) -> None:
    """Take away a module that was never delivered. Raises Refused for others."""
    planned = ProjectModule.objects.filter(pk=module.pk, status=ProjectModule.Status.PLANNED)
    if not planned.delete()[0]:
        raise Refused(_("“%(module)s” has been delivered before and stays.") % {"module": module})
    record(module.project, by=by, what="modules", old=module)


@alone()
def add_member(member: ProjectMember, *, by: User | None) -> ProjectMember:
    """Assign a person to a project for the college of the zone or the project's enterprise, where the person works.

    ``organization`` is filled in when it is empty. Raises ValidationError by field.
    """
    project = member.project
    sides = Q(organization=project.zone.college_id) | Q(organization=project.enterprise_id)
    places = member.person.affiliations.in_force().filter(sides, consortium=project.zone.consortium_id)
    if member.organization_id:
        places = places.filter(organization=member.organization_id)
    place = places.order_by("pk").first()
    if place is None:
        raise ValidationError(
            {
                "person": _("%(person)s works neither at the zone's college nor at the project's enterprise.")
                % {"person": member.person}
            }
        )
    member.organization = Organization.objects.get(pk=place.organization_id)
    check(member)
    member.save()
    record(project, by=by, what="members", new=member.person)
    return member


@transaction.atomic
def remove_member(member: ProjectMember, *, by: User) -> None:
    """Take somebody off a project who has logged nothing; for others the assignment gets an end."""
    if HourEntry.objects.filter(project=member.project_id, person=member.person_id).exists():
        raise Refused(_("%(person)s has hours on this project and stays on it.") % {"person": member.person})
    record(member.project, by=by, what="members", old=member.person)
    member.delete()
