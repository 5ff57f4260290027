"""What an enterprise's hours are agreed to be worth."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from consortium.models import Organization, User
from consortium.services import alone

from ..models import HourlyRate
from .rows import save


@alone()
def save_hourly_rate(rate: HourlyRate, *, by: User) -> HourlyRate:
    """Add, change or end a rate; no day has two of the same enterprise and activity.

    Raises ValidationError by field.
    """
    # two added at once queue up
    enterprise = Organization.objects.select_for_update(no_key=True).get(pk=rate.enterprise_id)
    if not enterprise.is_enterprise:
        raise ValidationError({"amount": _("Choose an enterprise of the consortium.")})
    other = HourlyRate.objects.overlapping(rate).first() if rate.starts_on else None
    if other and other.ends_on:
        sentence = _("These days overlap with the rate from %(first)s to %(last)s.")
        words = {"first": other.starts_on.isoformat(), "last": other.ends_on.isoformat()}
        raise ValidationError({"starts_on": sentence % words})
    if other:
        sentence = _("There is a rate from %(first)s on until further notice. End that one first.")
        raise ValidationError({"starts_on": sentence % {"first": other.starts_on.isoformat()}})
    return save(rate, by=by)
