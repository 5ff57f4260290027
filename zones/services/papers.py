"""Agreements, insurance and consents of students: recorded and put right, each with its line of history."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from consortium.models import Membership, User
from consortium.services import Refused, alone

from ..models import ApprenticeAgreement, GuardianConsent, Student
from .rows import keep, save


@alone()
def save_paper(paper: Any, *, today: date, by: User | None) -> Any:
    """Record an agreement, an insurance or a consent, or put it right; it stays with its student.

    An agreement names a member enterprise of the consortium; a consent has been given by now. Raises ValidationError
    by field, Refused when the student is erased.
    """
    student = Student.objects.select_for_update(no_key=True).get(pk=paper.student_id)
    if student.erased_at:
        raise Refused(_("This person has been erased already."))
    if not paper._state.adding:
        keep(paper, "student")
    if isinstance(paper, ApprenticeAgreement) and paper.enterprise_id:
        member = Membership.objects.filter(consortium=student.consortium_id, organization=paper.enterprise_id)
        if not (paper.enterprise.is_enterprise and member.exists()):
            raise ValidationError({"enterprise": _("Choose an enterprise of the consortium.")})
    if isinstance(paper, GuardianConsent) and paper.given_on and paper.given_on > today:
        raise ValidationError({"given_on": _("This day is still to come.")})
    return save(paper, by=by)


def empty_papers(student: Student) -> None:
    """Take out of a student's papers what says whose they are; dates and parties stay. Part of an erasure."""
    for paper in student.agreements.all():
        paper.number = f"erased-{paper.pk}"
        paper.save(update_fields=["number"])
    for insurance in student.insurances.all():
        insurance.policy_number = f"erased-{insurance.pk}"
        insurance.save(update_fields=["policy_number"])
    student.consents.update(guardian_name="—", guardian_phone="—")
