"""People whom a college or an enterprise sends to a zone."""

from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from consortium.models import User
from consortium.services import Refused, alone, save_changes

from ..models import SecondedPerson, Zone
from .rows import keep, save


@alone()
def save_seconded(person: SecondedPerson, *, by: User) -> SecondedPerson:
    """Name somebody sent by the zone's college or by an enterprise that is a partner on the first day; or put it right.

    The zone stays. Raises ValidationError by field, Refused when the zone is closed.
    """
    zone = person.zone
    if person.pk:
        keep(person, "zone")
    elif zone.status == Zone.Status.CLOSED:
        raise Refused(_("The zone is closed."))
    if person.since and person.organization_id not in (None, zone.college_id):
        partners = zone.partnerships.on(person.since)
        if not partners.filter(enterprise=person.organization_id).exists():
            sentence = _("On %(day)s this is neither the zone's college nor one of its partner enterprises.")
            raise ValidationError({"organization": sentence % {"day": person.since.isoformat()}})
    return save(person, by=by)


@alone()
def end_seconded(person: SecondedPerson, *, on: date, reason: str, by: User) -> None:
    """The person's last day in the zone, with the reason; the row stays. Raises Refused when it has ended already."""
    stored = SecondedPerson.objects.select_for_update(of=("self",), no_key=True).get(pk=person.pk)
    if stored.until:
        raise Refused(_("This has ended already."))
    if not reason.strip():
        raise ValidationError({"reason": _("Say why it ends.")})
    if on < stored.since:
        raise ValidationError({"on": _("The last day cannot be before the first.")})
    save_changes(stored, by=by, until=on, end_reason=reason.strip())
