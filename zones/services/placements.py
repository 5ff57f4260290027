"""Posts, staff figures, students at work and their hours; what a blocking rule forbids is refused here."""

from datetime import date as Day
from datetime import datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from consortium.models import Consortium, User
from consortium.services import Refused, alone, record

from ..compliance import PACKS, Breach, Scope, Severity, find, rules_of
from ..models import Attendance, BreachAnswer, ChosenPack, Placement, Post, StaffCount, Student
from .rows import at_fields, check, keep, save


def save_post(post: Post, *, by: User) -> Post:
    """Record or change a post; it stays with its enterprise. Raises ValidationError by field."""
    return _save_of_enterprise(post, by=by)


def save_staff_count(count: StaffCount, *, by: User) -> StaffCount:
    """Record or change the staff figure of a year. Raises ValidationError by field."""
    return _save_of_enterprise(count, by=by)


def _save_of_enterprise(obj, *, by: User):
    if obj.pk:
        keep(obj, "enterprise", "consortium")
    return save(obj, by=by)


@at_fields()
@alone()
def save_placement(placement: Placement, *, by: User) -> Placement:
    """Place a student in a post, or change it; student, zone and enterprise stay.

    Raises ValidationError by field: when the student is of another college or at work elsewhere on these days, when
    the enterprise does not work in the zone on the first day, when hours are recorded outside the days, and with the
    sentence of each rule that blocks.
    """
    Student.objects.select_for_update(no_key=True).get(pk=placement.student_id)  # two placements at once queue up
    if placement.pk:
        keep(placement, "student", "zone")
        if Placement.objects.get(pk=placement.pk).enterprise_id != placement.enterprise_id:
            raise ValidationError({"post": _("This cannot be changed any more.")})
    _check_place(placement)
    saved = save(placement, by=by)
    just_this = Placement.objects.filter(pk=saved.pk)
    _refuse(saved, Scope(just_this, Attendance.objects.none()), field="starts_on")
    return saved


def _check_place(placement: Placement) -> None:
    zone, begins, ends = placement.zone, placement.starts_on, placement.ends_on
    if placement.student.college_id != zone.college_id:
        raise ValidationError(
            {"student": _("%(student)s is not a student of this college.") % {"student": placement.student}}
        )
    partners = zone.partnerships.filter(Q(until=None) | Q(until__gte=begins), since__lte=begins)
    if not partners.filter(enterprise=placement.enterprise_id).exists():
        sentence = _("%(name)s does not work in this zone on the first day.")
        raise ValidationError({"post": sentence % {"name": placement.enterprise}})
    others = Placement.objects.filter(student=placement.student_id).exclude(pk=placement.pk)
    others = others.filter(Q(ends_on=None) | Q(ends_on__gte=begins))
    if (others.filter(starts_on__lte=ends) if ends else others).exists():
        raise ValidationError({"student": _("This student is at work in another post on these days.")})
    if placement.pk:
        outside = Q(date__lt=begins) | Q(date__gt=ends) if ends else Q(date__lt=begins)
        if placement.attendance.filter(outside).exists():
            raise ValidationError({"ends_on": _("Hours are recorded outside these days. Remove them first.")})


@alone()
def end_placement(placement: Placement, *, on: Day, by: User) -> None:
    """The student's last day at work; the row stays. Raises ValidationError by field, Refused when it has ended."""
    stored = Placement.objects.select_for_update(of=("self",), no_key=True).get(pk=placement.pk)
    if stored.ends_on:
        raise Refused(_("This placement has ended already."))
    if stored.attendance.filter(date__gt=on).exists():
        raise ValidationError({"on": _("Hours are recorded after this day. Remove them first.")})
    stored.ends_on = on
    check(stored)
    stored.save(update_fields=["ends_on"])
    record(stored, by=by, what="ends_on", new=on)


@at_fields()
@alone()
def save_attendance(placement: Placement, *, date: Day, hours: Decimal, by: User, today: Day) -> Attendance:
    """Record a student's hours of a day, or put them right. Raises ValidationError by field, of blocking rules too."""
    stored = Placement.objects.select_for_update(of=("self",), no_key=True).get(pk=placement.pk)
    if date > today:
        raise ValidationError({"date": _("This day is still to come.")})
    if date < stored.starts_on or (stored.ends_on and date > stored.ends_on):
        raise ValidationError({"date": _("This day is outside the placement.")})
    row = stored.attendance.filter(date=date).first() or Attendance(placement=stored, date=date)
    old = row.hours
    row.hours, row.recorded_by = hours, by
    check(row)
    row.save()
    if old != hours:
        record(stored, by=by, what="hours of a day", old=_of(date, old), new=_of(date, hours))
    this_day = Attendance.objects.filter(pk=row.pk)
    _refuse(stored, Scope(Placement.objects.none(), this_day), field="hours")
    return row


@alone()
def remove_attendance(row: Attendance, *, by: User) -> None:
    """Take a day's hours out. Raises Refused when somebody else has."""
    if not Attendance.objects.filter(pk=row.pk).delete()[0]:
        raise Refused(_("Somebody else has changed this. Reload and try again."))
    record(row.placement, by=by, what="hours of a day", old=_of(row.date, row.hours))


def _of(date: Day, hours: Decimal | None) -> str:
    return "" if hours is None else f"{date.isoformat()}: {hours}"


def _refuse(placement: Placement, scope: Scope, *, field: str) -> None:
    """Raise ValidationError with the sentence of each blocking rule that what was just written breaks.

    A week is no single day: rules over several days warn and do not block.
    """
    rules = [rule for rule in rules_of(placement.zone.consortium_id) if rule.severity == Severity.BLOCK]
    if broken := find(scope, rules):
        raise ValidationError(
            {field: [f"{breach.rule.text} {_('Here')}{_(': ')}{breach.sentence}" for breach in broken]}
        )


@at_fields()
@alone()
def answer_breach(breach: Breach, *, reason: str, by: User, now: datetime) -> BreachAnswer:
    """Say why a warning stands. Raises Refused for a rule that blocks and when it is answered already."""
    if breach.rule.severity != Severity.WARN:
        raise Refused(_("This has to be put right and cannot be answered with a reason."))
    if breach.answer:
        raise Refused(_("This warning is answered already."))
    answer = BreachAnswer(
        placement_id=breach.placement_id, rule=breach.rule.key, day=breach.day, figure=breach.figure,
        base=breach.base, reason=reason.strip(), answered_by=by, answered_at=now,
    )  # fmt: skip
    check(answer)
    answer.save()
    record(
        answer.placement,
        by=by,
        what="answers to warnings",
        new=f"{breach.rule.name}: {breach.sentence}",
        reason=answer.reason,
    )
    return answer


@alone()
def choose_pack(consortium: Consortium, code: str, chosen: bool, *, by: User) -> None:
    """Have a region's rules hold in the consortium from now on, or no longer. Nothing happens when it is so already."""
    if chosen:
        row, is_new = ChosenPack.objects.get_or_create(consortium=consortium, pack=code)
        if is_new:
            record(consortium, by=by, what="rule packs", new=PACKS[code].name)
    elif ChosenPack.objects.filter(consortium=consortium, pack=code).delete()[0]:
        record(consortium, by=by, what="rule packs", old=PACKS[code].name)
