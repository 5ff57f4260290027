"""What the secretariat announces: to whom, who has read it, reminding, taking it back."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from ..inbox import ANNOUNCEMENT
from ..models import Announcement, AnnouncementAudience, AnnouncementReceipt, User
from .changes import Refused, create, record
from .notices import notify, take_back

BETWEEN_REMINDERS = timedelta(days=1)


@transaction.atomic
def announce(announcement: Announcement, kinds: Sequence[str], *, by: User, now: datetime) -> Announcement:
    """Publish a new announcement to the members of these kinds and tell their people.

    Raises ValidationError, also when nobody is chosen, and Refused when there is nobody of that kind.
    """
    if by.affiliation is None:
        raise Refused(_("You have no role in a consortium now."))
    if not kinds:
        raise ValidationError({"kinds": _("Choose at least one kind of members.")})
    announcement.consortium = by.affiliation.consortium
    announcement.by, announcement.at = by, now
    create(announcement, by=by)
    AnnouncementAudience.objects.bulk_create(
        AnnouncementAudience(announcement=announcement, kind=kind) for kind in sorted(set(kinds))
    )
    readers = list(announcement.addressees())
    if not readers:
        raise Refused(_("Nobody of these members signs in yet, so nobody would read this."))
    record(announcement, by=by, what=gettext_noop("Addressed to"), new=announcement.audience_label)
    title = announcement.title
    notify(
        readers,
        ANNOUNCEMENT,
        lambda: _("New announcement: %(title)s") % {"title": title},
        announcement.get_absolute_url(),
        at=now,
    )
    return announcement


@transaction.atomic
def confirm_reading(announcement: Announcement, *, by: User, now: datetime) -> None:
    """Keep that the person has read it, once: the first moment counts. Raises Refused when it was withdrawn."""
    if by.affiliation is None:
        raise Refused(_("You have no role in a consortium now."))
    if Announcement.objects.select_for_update(no_key=True).get(pk=announcement.pk).withdrawn_at:
        raise Refused(_("This announcement was withdrawn."))
    AnnouncementReceipt.objects.get_or_create(
        announcement=announcement, user=by, defaults={"acting_as": by.affiliation, "at": now}
    )


@transaction.atomic
def remind(announcement: Announcement, *, by: User, now: datetime) -> int:
    """Tell everybody who has not read it once more, at most once a day; how many they are. Raises Refused."""
    missing = list(announcement.addressees().filter(read_at=None))
    if not missing:
        raise Refused(_("Everybody has read this."))
    due = Announcement.objects.filter(
        Q(reminded_at=None) | Q(reminded_at__lt=now - BETWEEN_REMINDERS), pk=announcement.pk, withdrawn_at=None
    )
    if not due.update(reminded_at=now):
        raise Refused(_("They were reminded less than a day ago, or the announcement was withdrawn."))
    record(announcement, by=by, what=gettext_noop("Reminded"), new=_("%(count)s people") % {"count": len(missing)})
    title = announcement.title
    notify(
        missing,
        ANNOUNCEMENT,
        lambda: _("Please read and confirm: %(title)s") % {"title": title},
        announcement.get_absolute_url(),
        at=now,
    )
    return len(missing)


@transaction.atomic
def withdraw(announcement: Announcement, *, reason: str, by: User, now: datetime) -> None:
    """Take it back: its readers no longer see it, nor the notices of it; who had read it stays known.

    Raises ValidationError without a reason, Refused when it was withdrawn already.
    """
    if not reason.strip():
        raise ValidationError({"reason": _("Say why it is withdrawn.")})
    if not Announcement.objects.filter(pk=announcement.pk, withdrawn_at=None).update(withdrawn_at=now):
        raise Refused(_("This announcement was withdrawn."))
    record(announcement, by=by, what=gettext_noop("Withdrawn"), reason=reason.strip())
    take_back(ANNOUNCEMENT, announcement.get_absolute_url())
