"""What the calendar does to agreements: the next version begins, they end, and people are warned before.

The job may run as often as it likes, and may have been away: a state changes once, and a warning is a row.
"""

from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ..inbox import AGREEMENT_ENDING, DUTY_DUE
from ..models import Affiliation, Agreement, AgreementWarning, Duty
from .agreements import people_of, supersede_by
from .changes import Refused, alone, move
from .notices import notify

Status = Agreement.Status
REMIND = timedelta(days=7)  # before a duty is due
NEWS = timedelta(days=30)  # a duty late for longer stands in the inbox; nobody is told anew


def keep_calendar(now: datetime) -> int:
    """Do what is due on this day (in Shanghai): how many steps and warnings there were. Safe to repeat."""
    today = timezone.localdate(now)
    begun = Agreement.objects.filter(status=Status.SIGNED, starts_on__lte=today, replaces__status=Status.SIGNED)
    steps = sum(supersede_by(row, by=None, today=today) for row in begun.select_related("replaces").order_by("pk"))
    for row in Agreement.objects.filter(status=Status.SIGNED, ends_on__lt=today).order_by("pk"):
        move(row, Status.EXPIRED, by=None, ended_on=row.ends_on)
        steps += 1
    return steps + _warn(now) + _remind(now)


def _warn(now: datetime) -> int:
    """One warning an agreement for the nearest of 90, 30 and 7 days that has been reached."""
    today, made = timezone.localdate(now), 0
    for row in Agreement.objects.ending(today).prefetch_related("warnings"):
        left = (row.ends_on - today).days
        days = min(day for day in AgreementWarning.DAYS if left <= day)
        if days in {warning.days for warning in row.warnings.all()}:
            continue
        made += _make_warning(row, days, now)
    return made


def _make_warning(agreement: Agreement, days: int, now: datetime) -> bool:
    title, day = agreement.title, agreement.ends_on
    left = (day - timezone.localdate(now)).days
    try:
        with alone():
            AgreementWarning.objects.create(agreement=agreement, days=days, at=now)
            notify(
                _office_and_parties(agreement, timezone.localdate(now)),
                AGREEMENT_ENDING,
                lambda: (
                    _("“%(title)s” ends on %(day)s, in %(left)s days.")
                    % {"title": title, "day": date_format(day), "left": left}
                ),
                agreement.get_absolute_url(),
                at=now,
            )
    except Refused:  # another job was faster
        return False
    return True


def _remind(now: datetime) -> int:
    """Once a duty, from seven days before its day on."""
    today, made = timezone.localdate(now), 0
    rows = Duty.objects.in_hand().filter(reminded_on=None, due__range=(today - NEWS, today + REMIND))
    for duty in rows.select_related("agreement", "party__organization").order_by("pk"):
        with alone():
            if Duty.objects.filter(pk=duty.pk, reminded_on=None).update(reminded_on=today):
                _tell_of(duty, now)
                made += 1
    return made


def _tell_of(duty: Duty, now: datetime) -> None:
    notify(
        people_of(duty.agreement, timezone.localdate(now)).filter(organization=duty.party.organization_id),
        DUTY_DUE,
        lambda: (
            _("“%(duty)s” is due on %(day)s (%(agreement)s).")
            % {"duty": duty.text, "day": date_format(duty.due), "agreement": duty.agreement.title}
        ),
        duty.get_absolute_url(),
        at=now,
    )


def _office_and_parties(agreement: Agreement, today: date) -> QuerySet[Affiliation]:
    office = Q(role=Affiliation.Role.SECRETARIAT, consortium=agreement.consortium_id)
    parties = Q(pk__in=people_of(agreement, today).values("pk"))
    return Affiliation.objects.in_force(today).filter(office | parties).order_by("pk")
