"""Making, finding and revoking the personal link of a calendar."""

import hashlib
import secrets
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from consortium.models import Affiliation, User
from consortium.services import Refused, record

from ..models import CalendarLink

SECRET_BYTES = 32
LINK = gettext_noop("Calendar link")


@transaction.atomic
def make_calendar_link(*, by: User, now: datetime) -> CalendarLink:
    """A new link for the role as which the person acts, with its ``secret``. The one before stops working."""
    affiliation = _acting(by)
    CalendarLink.objects.filter(acting_as=affiliation).delete()
    secret = secrets.token_urlsafe(SECRET_BYTES)
    link = CalendarLink.objects.create(acting_as=affiliation, secret_hash=_hash(secret), made_at=now)
    link.secret = secret
    record(by, by=by, what=LINK, new=_("made"))
    return link


@transaction.atomic
def revoke_calendar_link(*, by: User) -> None:
    """The link stops working at once. Raises Refused when there is none."""
    deleted, _rows = CalendarLink.objects.filter(acting_as=_acting(by)).delete()
    if not deleted:
        raise Refused(_("There is no calendar link."))
    record(by, by=by, what=LINK, new=_("revoked"))


def calendar_link_of(user: User) -> CalendarLink | None:
    """The link of the role as which ``user`` acts."""
    return CalendarLink.objects.filter(acting_as=user.affiliation).first() if user.affiliation else None


def reader_of(secret: str) -> User | None:
    """Who reads by this link, acting in its role; None when it was revoked or the role is not in force."""
    links = CalendarLink.objects.filter(secret_hash=_hash(secret))
    rows = Affiliation.objects.in_force().filter(pk__in=links.values("acting_as"))
    affiliation = rows.select_related("user").first()
    if affiliation is None:
        return None
    affiliation.user.acting_id = affiliation.pk  # for this read, whatever the person acts as elsewhere
    return affiliation.user


def _acting(user: User) -> Affiliation:
    if user.affiliation is None:
        raise Refused(_("You have no role in a consortium now."))
    return user.affiliation


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
