"""Outcomes with the people who earned them, and their conversion into credits."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F, Q
from django.utils.translation import gettext as _

from consortium.models import User
from consortium.services import Refused, alone, create, move, record

from ..models import CreditConversion, CreditRule, CreditTable, Outcome, Student, Verified
from .registers import locked, rewritten, save_record
from .rows import save


@alone()
def save_outcome(
    outcome: Outcome, *, students: Iterable[Student], teachers: Iterable[User], by: User, now: datetime
) -> Outcome:
    """Record an outcome with its people, or change one that is not verified yet, as ``save_record`` does.

    Somebody has earned it: students of the zone's college (of the class, when one is named) or teachers. The same
    achievement is one of the same zone and kind; a chain of them is stored flat. Raises ValidationError by field.
    """
    people: dict[str, list[Any]] = {"students": list(students), "teachers": list(teachers)}
    _check_people(outcome, people["students"], people["teachers"])
    _check_same(outcome)
    stored = save_record(outcome, by=by, now=now)
    changed = False
    for name, chosen in people.items():
        manager = getattr(stored, name)
        before = {person.pk: person for person in manager.all()}
        after = {person.pk: person for person in chosen}
        for pk in after.keys() - before.keys():
            record(stored, by=by, what=name, new=after[pk])
        for pk in before.keys() - after.keys():
            record(stored, by=by, what=name, old=before[pk])
        manager.set(chosen)
        changed = changed or before.keys() != after.keys()
    if changed:
        rewritten(stored, by=by, now=now)
    return stored


def _check_people(outcome: Outcome, students: list[Student], teachers: list[User]) -> None:
    if not students and not teachers:
        raise ValidationError({"students": _("Name at least one student or teacher who has earned it.")})
    innovation_class = outcome.innovation_class
    if innovation_class and innovation_class.zone_id != outcome.zone_id:
        raise ValidationError({"innovation_class": _("Choose a class of the zone.")})
    for student in students:
        placed = innovation_class is None or student.enrollments.filter(innovation_class=innovation_class).exists()
        if student.college_id != outcome.zone.college_id or not placed:
            sentence = (
                _("%(student)s is not a student of this class.")
                if innovation_class
                else _("%(student)s is not a student of this college.")
            )
            raise ValidationError({"students": sentence % {"student": student}})


def _check_same(outcome: Outcome) -> None:
    """``same_as`` points at the one that stands for all; that one points at nothing."""
    others = Outcome.objects.filter(same_as=outcome.pk) if outcome.pk else Outcome.objects.none()
    if others.exclude(kind=outcome.kind).exists():
        raise ValidationError({"kind": _("Other outcomes are stated to be the same achievement, of the former kind.")})
    if outcome.same_as is None:
        return
    root = locked(outcome.same_as.same_as or outcome.same_as)
    if root.pk == outcome.pk or others.exists():
        raise ValidationError({"same_as": _("Others are stated to be the same as this one. Change those instead.")})
    if (root.zone_id, root.kind) != (outcome.zone_id, outcome.kind):
        raise ValidationError({"same_as": _("The same achievement is of the same zone and kind.")})
    outcome.same_as = root


@dataclass(frozen=True)
class Offer:
    """What a student would get for an outcome now. ``refusal`` says why nothing, else ``credits`` would be granted.

    ``by_table`` is what the table has for it, ``used`` what the student has in the outcome's year already (without
    ``replaces``, the lower one of the same achievement that would be cancelled), ``cap`` the most of a year.
    ``conversion`` is what has been granted for this very outcome.
    """

    student: Student
    by_table: Decimal = Decimal(0)
    course: str = ""
    used: Decimal = Decimal(0)
    cap: Decimal = Decimal(0)
    replaces: CreditConversion | None = None
    conversion: CreditConversion | None = None
    refusal: str = ""

    @property
    def credits(self) -> Decimal:
        return max(min(self.by_table, self.cap - self.used), Decimal(0))

    @property
    def is_capped(self) -> bool:
        return self.credits < self.by_table


def offers(outcome: Outcome, students: Iterable[Student]) -> list[Offer]:
    """What each of these students of the outcome would get for it now; as many queries for one as for all."""
    students = list(students)
    rule = best_rule(outcome)
    root, year = outcome.same_as_id or outcome.pk, outcome.date.year
    standing: dict[int, CreditConversion] = {}
    used: dict[int, Decimal] = defaultdict(Decimal)
    granted = CreditConversion.objects.granted().filter(Q(achievement=root) | Q(year=year), student__in=students)
    for row in granted.select_related("outcome"):
        if row.achievement_id == root:
            standing[row.student_id] = row
        if row.year == year:
            used[row.student_id] += row.credits
    higher = _higher(outcome, students)
    found = []
    for student in students:
        counted = standing.get(student.pk)
        own = counted if counted and counted.outcome_id == outcome.pk else None
        replaced = counted if counted and own is None and outcome.height < counted.outcome.height else None
        offer = Offer(
            student=student,
            by_table=rule.credits if rule else Decimal(0),
            course=rule.course if rule else "",
            used=used[student.pk] - (replaced.credits if replaced and replaced.year == year else 0),
            cap=rule.table.yearly_cap if rule else Decimal(0),
            replaces=replaced,
            conversion=own,
        )
        refusal = _refusal(outcome, offer, rule, counted, higher.get(student.pk, ""))
        found.append(replace(offer, refusal=refusal))
    return found


def best_rule(outcome: Outcome) -> CreditRule | None:
    """The line of the college's table that says most about the outcome: level before rank, before any."""
    rules = CreditRule.objects.filter(
        table__college=outcome.zone.college_id, table__consortium=outcome.zone.consortium_id, kind=outcome.kind
    )
    fitting = [rule for rule in rules.select_related("table") if rule.fits(outcome)]
    return max(fitting, key=lambda rule: (rule.level != "", rule.rank != ""), default=None)


def _higher(outcome: Outcome, students: list[Student]) -> dict[int, str]:
    """By student, the title of a verified outcome of the same achievement that stands higher than ``outcome``."""
    rows = Outcome.objects.same_achievement(outcome).verified().filter(students__in=students)
    earned = rows.annotate(earned_by=F("students"))
    return {row.earned_by: row.title for row in earned if row.height < outcome.height}


def _refusal(
    outcome: Outcome, offer: Offer, rule: CreditRule | None, counted: CreditConversion | None, higher: str
) -> str:
    if offer.conversion:
        return _("Converted already.")
    if outcome.status != Verified.Status.VERIFIED:
        return _("Only a verified outcome becomes credits.")
    if rule is None:
        return _("The conversion table has no line for this kind, level and rank.")
    if higher:
        return _("The same achievement counts at its highest level: convert “%(outcome)s”.") % {"outcome": higher}
    if counted and not offer.replaces:
        return _("The same achievement has been converted as “%(outcome)s”.") % {"outcome": counted.outcome}
    if offer.credits <= 0:
        return _("The most credits of a year, %(cap)s, are reached.") % {"cap": offer.cap}
    return ""


@alone()
def convert(outcome: Outcome, student: Student, *, course: str, by: User, now: datetime) -> CreditConversion:
    """Grant a student the credits of a verified outcome for ``course``.

    At most what the year's cap leaves. A lower one of the same achievement is cancelled, so that it counts once, at its
    highest level. Raises Refused with the reason, ValidationError by field.
    """
    root = outcome.same_as_id or outcome.pk
    list(Outcome.objects.select_for_update(of=("self",), no_key=True).filter(pk__in={root, outcome.pk}).order_by("pk"))
    # the year's sum must hold while it is added to
    Student.objects.select_for_update(of=("self",), no_key=True).get(pk=student.pk)
    outcome = Outcome.objects.select_related("zone").get(pk=outcome.pk)
    if not outcome.students.filter(pk=student.pk).exists():
        raise Refused(_("This student has not earned this outcome."))
    [offer] = offers(outcome, [student])
    if offer.refusal:
        raise Refused(offer.refusal)
    if offer.replaces:
        cancel_conversion(
            offer.replaces, reason=_("Counted at a higher level: %(outcome)s") % {"outcome": outcome}, by=by
        )
    conversion = CreditConversion(
        outcome=outcome,
        achievement_id=root,
        student=student,
        course=course.strip() or offer.course,
        year=outcome.date.year,
        by_table=offer.by_table,
        credits=offer.credits,
        converted_by=by,
        converted_at=now,
    )
    create(conversion, by=by)
    record(outcome, by=by, what="credit conversions", new=student)
    return conversion


@alone()
def cancel_conversion(conversion: CreditConversion, *, reason: str, by: User) -> None:
    """Take granted credits back, with a reason; the row stays."""
    if not reason.strip():
        raise ValidationError({"reason": _("Say why the credits are taken back.")})
    move(conversion, CreditConversion.Status.CANCELLED, by=by, reason=reason.strip())
    record(conversion.outcome, by=by, what="credit conversions", old=conversion.student, reason=reason.strip())


def save_credit_table(table: CreditTable, *, by: User) -> CreditTable:
    """Set a college's yearly cap. What was granted stays. Raises ValidationError by field."""
    return save(table, by=by)


def save_credit_rule(rule: CreditRule, *, by: User) -> CreditRule:
    """Add or change a line. What was granted by it stays. Raises ValidationError by field."""
    return save(rule, by=by)


@alone()
def remove_credit_rule(rule: CreditRule, *, by: User) -> None:
    """Take a line out of the table. What was granted by it stays."""
    record(rule.table, by=by, what="lines", old=rule)
    rule.delete()
