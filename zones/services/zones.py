from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from consortium.models import Membership, Organization, User
from consortium.services import alone, record

from ..models import Zone, ZonePartner
from .rows import check, save


def save_zone(zone: Zone, *, by: User | None) -> Zone:
    """Create or change a zone. The department must be one of the college's. Raises ValidationError by field."""
    if zone.department_id and zone.department.organization_id != zone.college_id:
        raise ValidationError({"department": _("Choose a department of the zone's college.")})
    return save(zone, by=by)


@alone()
def add_partner(zone: Zone, enterprise: Organization, *, role: str = "", since: date, by: User | None) -> ZonePartner:
    """Make a member enterprise a partner of the zone. Raises ValidationError by field."""
    partner = ZonePartner(zone=zone, enterprise=enterprise, role=role, since=since)
    is_member = Membership.objects.in_force().filter(consortium=zone.consortium_id, organization=enterprise).exists()
    if not (enterprise.is_enterprise and is_member):
        raise ValidationError({"enterprise": _("A partner is an enterprise that is a member of the consortium.")})
    check(partner)
    partner.save()
    record(zone, by=by, what="partners", new=enterprise)
    return partner


@transaction.atomic
def end_partner(partner: ZonePartner, *, until: date, by: User) -> None:
    """The partnership ends with the day ``until``; what was done stays. Raises ValidationError by field."""
    partner.until = until
    check(partner)
    partner.save(update_fields=["until"])
    ended = _("%(enterprise)s until %(day)s") % {"enterprise": partner.enterprise, "day": until.isoformat()}
    record(partner.zone, by=by, what="partners", old=partner.enterprise, new=ended)
