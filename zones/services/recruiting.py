"""Recruiting a class: criteria, applications, points, admission, the waiting list, and the start of the class.

Every act locks the class first, so that two who admit, decline or score at the same moment come one after the other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from consortium.models import User
from consortium.services import Refused, alone, create, move, record

from ..models import Application, ApplicationScore, Criterion, InnovationClass, Student
from .classes import place
from .ranking import HUNDRED, Ranked, ranking
from .rows import at_fields, check

Status = Application.Status
ACTS = [gettext_noop("criteria"), gettext_noop("points"), gettext_noop("order among equals"), gettext_noop("admission")]


def lock(innovation_class: InnovationClass) -> InnovationClass:
    return InnovationClass.objects.select_for_update(of=("self",), no_key=True).select_related("zone").get(
        pk=innovation_class.pk
    )  # fmt: skip


def _recruiting(innovation_class: InnovationClass) -> InnovationClass:
    """The class, locked. Raises Refused unless it recruits now."""
    locked = lock(innovation_class)
    if locked.status != InnovationClass.Status.RECRUITING:
        raise Refused(_("This class is not recruiting now."))
    return locked


def _not_admitted(innovation_class: InnovationClass) -> InnovationClass:
    locked = _recruiting(innovation_class)
    if locked.admitted_at:
        raise Refused(_("Students have been admitted. Take the admission back before changing this."))
    return locked


def _reason(reason: str) -> str:
    if len(reason.strip()) < 5:
        raise ValidationError({"reason": _("Give the reason in at least 5 characters.")})
    return reason.strip()


@alone()
def save_criteria(innovation_class: InnovationClass, rows: Sequence[tuple[str, Decimal]], *, by: User | None) -> None:
    """Write the criteria in their order; weights sum to exactly 100. Frozen once the first points are in.

    Raises Refused when frozen, ValidationError when they are wrong.
    """
    locked = lock(innovation_class)
    Class = InnovationClass.Status
    if locked.status not in (Class.PLANNING, Class.RECRUITING):
        raise Refused(_("This class is not recruiting now."))
    if ApplicationScore.objects.filter(application__innovation_class=locked).exists():
        raise Refused(_("Points have been given, so the criteria stay as they are."))
    total = sum((weight for _name, weight in rows), Decimal(0))
    if total != HUNDRED:
        raise ValidationError(_("The weights sum to %(total)s and must sum to 100.") % {"total": total})
    old = _in_words(locked)
    locked.criteria.all().delete()
    for number, (name, weight) in enumerate(rows, 1):
        row = Criterion(innovation_class=locked, number=number, name=name, weight=weight)
        row.full_clean()
        row.save()
    if (new := _in_words(locked)) != old:
        record(innovation_class, by=by, what="criteria", old=old, new=new)


def _in_words(innovation_class: InnovationClass) -> str:
    return "、".join(f"{row.name} {row.weight}%" for row in innovation_class.criteria.all())


@at_fields()
@alone()
def apply(
    innovation_class: InnovationClass, student: Student, *, on: date, today: date, by: User | None
) -> Application:
    """Register a student's application: one of the college, in the second term of the first year on the day ``on``.

    The second term is from 1 February to 31 August of the year after entry: applications come in at its end and in the
    summer after it. Source: the special zones' rule that students of the first year apply at the end of the second
    term; the days are ours. Raises ValidationError by field, Refused unless the class recruits and nobody is admitted.
    """
    locked = _not_admitted(innovation_class)
    row = Application(innovation_class=locked, student=student, applied_on=on)
    check(row)
    if error := not_eligible(student, locked, on, today):
        raise ValidationError(error)
    return create(row, by=by)


def not_eligible(student: Student, innovation_class: InnovationClass, on: date, today: date) -> dict[str, str]:
    """Why the student cannot have applied on that day, by field; empty when nothing stands against it."""
    if student.erased_at or student.college_id != innovation_class.zone.college_id:
        return {"student": _("%(student)s is not a student of this college.") % {"student": student}}
    if on > today:
        return {"on": _("This day is still to come.")}
    if on.year != student.entered_on.year + 1 or not 2 <= on.month <= 8:
        words = {"student": student, "year": student.entered_on.year + 1}
        return {"on": _("%(student)s applies in the second term: between 1 February and 31 August %(year)s.") % words}
    if student.pk and student.enrollments.open().exists():
        return {"student": _("This student has a place in a class already.")}
    return {}


@dataclass(frozen=True)
class Typed:
    """Points as somebody typed them, and what stood there when the page was read (None: nothing)."""

    application: int
    criterion: int
    was: Decimal | None
    points: Decimal | None


@alone()
def save_points(innovation_class: InnovationClass, typed: Iterable[Typed], *, by: User) -> dict[tuple[int, int], str]:
    """Write the points that were changed; answer, by application and criterion, a sentence for each that was not.

    What somebody else wrote since the page was read stays and is named, so of two tabs neither loses anything.
    """
    locked = _not_admitted(innovation_class)
    criteria = {row.pk: row for row in locked.criteria.all()}
    applications = {row.pk: row for row in locked.applications.standing().select_related("student")}
    stored = {
        (row.application_id, row.criterion_id): row
        for row in ApplicationScore.objects.filter(application__in=applications)
    }
    refused: dict[tuple[int, int], str] = {}
    for one in typed:
        key = (one.application, one.criterion)
        if one.points == one.was or one.application not in applications or one.criterion not in criteria:
            continue
        row = stored.get(key)
        now = row.points if row else None
        if now == one.points:
            continue
        if now != one.was:
            words = {"now": "–" if now is None else f"{now.normalize():f}"}
            refused[key] = _("Somebody else has written %(now)s here; what you typed is not saved.") % words
            continue
        if one.points is not None and not (0 <= one.points <= 100 and one.points == round(one.points, 2)):
            refused[key] = _("Points are from 0 to 100 with at most two decimals.")
            continue
        application, criterion = applications[one.application], criteria[one.criterion]
        if one.points is None:
            assert row is not None
            row.delete()
        else:
            ApplicationScore.objects.update_or_create(
                application=application, criterion=criterion, defaults={"points": one.points}
            )
        if application.tie_order is not None:  # it was decided among other equals
            Application.objects.filter(pk=application.pk).update(tie_order=None, tie_reason="")
        old, new = ("" if value is None else f"{criterion.name} {value}" for value in (now, one.points))
        record(application, by=by, what="points", old=old, new=new)
    return refused


@alone()
def decide_tie(innovation_class: InnovationClass, order: Sequence[Application], *, reason: str, by: User) -> None:
    """Say in which order applicants come who are equal in everything. Raises ValidationError without a reason."""
    reason = _reason(reason)
    locked = _not_admitted(innovation_class)
    undecided = {row.application.pk: row for row in ranking(locked)}
    totals = {undecided[row.pk].total if row.pk in undecided else None for row in order}
    points = {tuple(sorted(undecided[row.pk].points.items())) for row in order if row.pk in undecided}
    if len(order) < 2 or len({row.pk for row in order}) != len(order) or None in totals or len(points) != 1:
        raise Refused(_("Points have changed since you read this. Reload and decide again."))
    for number, row in enumerate(order, 1):
        Application.objects.filter(pk=row.pk).update(tie_order=number, tie_reason=reason)
        record(row, by=by, what="order among equals", new=str(number), reason=reason)


@alone()
def admit(innovation_class: InnovationClass, *, by: User, now: datetime) -> list[Ranked]:
    """Admit in the order of the ranking up to the places; the others wait in order. The points are frozen from then on.

    Raises Refused while points are missing, or equals across the last place are undecided, naming them.
    """
    locked = _not_admitted(innovation_class)
    rows = ranking(locked)
    if not rows:
        raise Refused(_("Nobody has applied yet."))
    for sentence, names in (
        (_("Points are missing: %(names)s."), [row for row in rows if row.total is None]),
        (_("Equal in everything, so decide their order first: %(names)s."), [row for row in rows if row.is_undecided]),
    ):
        if names:
            raise Refused(sentence % {"names": _names(names)})
    for row in rows:
        assert row.position is not None
        to = Status.ADMITTED if row.position <= locked.places else Status.WAITING
        move(row.application, to, by=by, total=row.total, rank=row.rank, position=row.position)
    _set_admitted(innovation_class, now, by)
    return rows


def _names(rows: list[Ranked]) -> str:
    names = [str(row.application.student) for row in rows]
    return "、".join(names[:10]) + ("…" if len(names) > 10 else "")


def _set_admitted(innovation_class: InnovationClass, moment: datetime | None, by: User, reason: str = "") -> None:
    old, new = (at and f"{timezone.localtime(at):%Y-%m-%d %H:%M}" for at in (innovation_class.admitted_at, moment))
    InnovationClass.objects.filter(pk=innovation_class.pk).update(admitted_at=moment)
    record(innovation_class, by=by, what="admission", old=old, new=new, reason=reason)
    innovation_class.admitted_at = moment


@alone()
def take_back_admission(innovation_class: InnovationClass, *, reason: str, by: User) -> None:
    """Undo the whole admission, as long as the class has not started: all stand as applied, with their points."""
    reason = _reason(reason)
    locked = _recruiting(innovation_class)
    if not locked.admitted_at:
        raise Refused(_("Nobody has been admitted yet."))
    for row in locked.applications.filter(status__in=[Status.ADMITTED, Status.WAITING]):
        move(row, Status.APPLIED, by=by, reason=reason, total=None, rank=None, position=None, exception_reason="")
    locked.applications.update(position=None)  # of those who declined: the next admission counts anew
    _set_admitted(locked, None, by, reason)


@alone()
def end_application(application: Application, to: str, *, reason: str, by: User) -> Application | None:
    """The student declines or the college withdraws the application; the first who waits moves up. Answer who did.

    Nobody moves up while as many as there are places are admitted (after an exception past the places). Raises
    ValidationError without a reason, Refused when it has ended or the class has started.
    """
    reason = _reason(reason)
    locked = _recruiting(application.innovation_class)
    stored = Application.objects.get(pk=application.pk)
    was = stored.status
    move(stored, to, by=by, reason=reason, end_reason=reason)
    if was != Status.ADMITTED or locked.applications.admitted().count() >= locked.places:
        return None
    first = locked.applications.filter(status=Status.WAITING).order_by("position").first()
    if first:
        move(first, Status.ADMITTED, by=by, reason=_("Moved up from the waiting list"))
    return first


@alone()
def admit_exception(application: Application, *, reason: str, by: User) -> None:
    """Admit somebody who waits, out of order or past the places, for a written reason that stands on the list."""
    reason = _reason(reason)
    _recruiting(application.innovation_class)
    stored = Application.objects.get(pk=application.pk)
    if stored.status != Status.WAITING:
        raise Refused(_("Only who is on the waiting list can be admitted as an exception."))
    move(stored, Status.ADMITTED, by=by, reason=reason, exception_reason=reason)


@alone()
def move_class(innovation_class: InnovationClass, to: str, *, today: date, by: User | None) -> None:
    """Take a class to its next state. Recruiting asks for criteria; running places all who are admitted, or nobody.

    Raises Refused with a sentence for each who cannot be placed, and while applications wait for admission.
    """
    locked = lock(innovation_class)
    Class = InnovationClass.Status
    if to == Class.RECRUITING and not locked.criteria.exists():
        raise Refused(_("Set the criteria of admission first."))
    if to == Class.RUNNING and locked.status == Class.RECRUITING:
        if not locked.admitted_at and locked.applications.standing().exists():
            raise Refused(_("Admit the applicants before the class starts."))
        admitted = locked.applications.for_letters()
        placed, past = locked.enrollments.open().count(), admitted.exclude(exception_reason="").exists()
        if not past and placed + len(admitted) > locked.places:
            raise Refused(_("The class is full: %(n)d places.") % {"n": locked.places})
        sentences = []
        for row in admitted:
            try:
                place(row.student, locked, on=today, admitted=True, by=by)
            except ValidationError as error:
                sentences += error.messages
        if sentences:
            raise Refused(" ".join(sentences))
    move(innovation_class, to, by=by)
