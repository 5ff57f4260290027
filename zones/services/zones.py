from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from consortium.models import Membership, Organization, User
from consortium.services import Refused, alone, move, record

from ..models import HourEntry, Project, Zone, ZoneGoal, ZonePartner
from .months import lock_months
from .rows import check, save


def save_zone(zone: Zone, *, by: User | None) -> Zone:
    """Create or change a zone. The department must be one of the college's. Raises ValidationError by field."""
    if zone.department_id and zone.department.organization_id != zone.college_id:
        raise ValidationError({"department": _("Choose a department of the zone's college.")})
    return save(zone, by=by)


@alone()
def save_goal(goal: ZoneGoal, *, by: User) -> ZoneGoal:
    """Set or change a goal of a zone for its year. Raises ValidationError by field."""
    return save(goal, by=by)


@alone()
def move_zone(zone: Zone, to: str, *, by: User | None) -> None:
    """Take the zone to the state ``to``. Raises Refused, naming what is open, when it closes too early.

    While it closes nobody begins or logs work in it: they wait, and then find it closed.
    """
    Zone.objects.select_for_update(no_key=True).get(pk=zone.pk)
    if to == Zone.Status.CLOSED:
        lock_months(zone.projects.values_list("pk", flat=True), alone=True)
    if to == Zone.Status.CLOSED and (still_open := open_work(zone)):
        raise Refused(_("The zone cannot be closed yet: %(reasons)s.") % {"reasons": _("; ").join(still_open)})
    move(zone, to, by=by)


def open_work(zone: Zone) -> list[str]:
    """What keeps the zone from closing, a sentence each: projects begun and not accepted, hours not approved."""
    found = []
    begun = zone.projects.filter(status__in=Project.Status.begun())
    running = [str(project) for project in begun.order_by("code")]
    if running:
        found.append(
            ngettext(
                "%(n)d project is not accepted (%(names)s)", "%(n)d projects are not accepted (%(names)s)", len(running)
            )
            % {"n": len(running), "names": "、".join(running)}
        )
    hours = HourEntry.objects.filter(project__zone=zone).exclude(status=HourEntry.Status.APPROVED).count()
    if hours:
        found.append(
            ngettext("%(n)d entry of hours is not approved", "%(n)d entries of hours are not approved", hours)
            % {"n": hours}
        )
    return found


@alone()
def add_partner(zone: Zone, enterprise: Organization, *, role: str = "", since: date, by: User | None) -> ZonePartner:
    """Make a member enterprise a partner of the zone, or a partner again after its partnership has ended.

    No day has two partnerships of the same enterprise. Raises ValidationError by field.
    """
    Zone.objects.select_for_update(no_key=True).get(pk=zone.pk)  # the same enterprise added at once queues up
    partner = ZonePartner(zone=zone, enterprise=enterprise, role=role, since=since)
    is_member = Membership.objects.in_force().filter(consortium=zone.consortium_id, organization=enterprise).exists()
    if not (enterprise.is_enterprise and is_member):
        raise ValidationError({"enterprise": _("A partner is an enterprise that is a member of the consortium.")})
    last = zone.partnerships.filter(enterprise=enterprise).order_by("-since").first()
    if last and last.until is None:
        raise ValidationError({"enterprise": _("This enterprise is a partner of the zone already.")})
    if last and last.until and last.until >= since:
        sentence = _("Its last partnership with this zone ended on %(day)s. Choose a later day.")
        raise ValidationError({"since": sentence % {"day": last.until.isoformat()}})
    check(partner)
    partner.save()
    record(zone, by=by, what="partners", new=enterprise)
    return partner


@transaction.atomic
def end_partner(partner: ZonePartner, *, until: date, by: User) -> None:
    """The partnership ends with the day ``until``, and no project of the enterprise starts after it.

    What was done stays. Raises ValidationError by field.
    """
    Zone.objects.select_for_update(no_key=True).get(pk=partner.zone_id)  # a project saved at the same moment queues up
    if partner.until is not None:
        raise Refused(_("This partnership has ended already."))
    later = partner.zone.projects.filter(enterprise=partner.enterprise_id, starts_on__gt=until).order_by("starts_on")
    if project := later.first():
        words = {"project": project, "day": project.starts_on.isoformat()}
        raise ValidationError({"until": _("“%(project)s” starts after that, on %(day)s.") % words})
    partner.until = until
    check(partner)
    partner.save(update_fields=["until"])
    ended = _("%(enterprise)s until %(day)s") % {"enterprise": partner.enterprise, "day": until.isoformat()}
    record(partner.zone, by=by, what="partners", old=partner.enterprise, new=ended)
