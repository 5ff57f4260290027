"""An evaluation up to the review: opening, who reviews, what is taken off."""

from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from consortium.models import User
from consortium.services import Refused, create, record
from zones.models import Zone

from ..models import Evaluation, Finding, Indicator, Scheme, SelfAssessment

Status = Evaluation.Status


def lock(evaluation: Evaluation, *allowed: Status) -> None:
    """Refuse unless the evaluation is at one of these stages now; nobody else changes it in this transaction."""
    status = Evaluation.objects.select_for_update(no_key=True).values_list("status", flat=True).get(pk=evaluation.pk)
    if status not in allowed:
        raise Refused(
            _("This evaluation is at “%(stage)s”: this can no longer, or not yet, be changed.")
            % {"stage": Status(status).label}
        )


@transaction.atomic
def open_evaluation(zone: Zone, scheme: Scheme, *, by: User | None, today: date) -> Evaluation:
    """Begin the evaluation of a zone by the scheme in force; every weighted indicator is chosen at first.

    Raises ValidationError when this zone's evaluation of the year is open or published already.
    """
    if scheme.status != Scheme.Status.PUBLISHED or scheme.consortium_id != zone.consortium_id:
        raise Refused(_("Only a scheme in force can be used."))
    if scheme.subject != Scheme.Subject.ZONE:
        raise Refused(_("This scheme scores the consortium and not its zones."))
    if Evaluation.objects.filter(zone=zone, year=scheme.year, status=Status.PUBLISHED).exists():
        raise Refused(_("This zone's result of the year is published already. Correct it from its page."))
    evaluation = create(
        Evaluation(zone=zone, consortium=zone.consortium, scheme=scheme, year=scheme.year, opened_on=today), by=by
    )
    SelfAssessment.objects.bulk_create(
        SelfAssessment(evaluation=evaluation, indicator=indicator) for indicator in scheme.indicators.weighted()
    )
    return evaluation


@transaction.atomic
def add_finding(
    evaluation: Evaluation, indicator: Indicator, *, points: Decimal, reason: str, by: User | None
) -> Finding:
    """State during the review that a deduction (points over 0) or a veto (no points) applies."""
    lock(evaluation, Status.REVIEW)
    if indicator.scheme_id != evaluation.scheme_id or indicator.kind == Indicator.Kind.WEIGHTED:
        raise ValidationError({"indicator": _("Choose a deduction or a veto of this scheme.")})
    if indicator.kind == Indicator.Kind.DEDUCTION and points <= 0:
        raise ValidationError({"points": _("A deduction takes off more than 0 points.")})
    if indicator.kind == Indicator.Kind.VETO and points:
        raise ValidationError({"points": _("A veto takes off no points; it sets the lowest grade.")})
    finding = Finding(evaluation=evaluation, indicator=indicator, points=points, reason=reason)
    finding.full_clean()
    finding.save()
    record(evaluation, by=by, what=gettext_noop("Finding added"), new=f"{indicator} −{points}", reason=reason)
    return finding


@transaction.atomic
def remove_finding(finding: Finding, *, by: User) -> None:
    """Take a finding back during the review."""
    lock(finding.evaluation, Status.REVIEW)
    record(finding.evaluation, by=by, what=gettext_noop("Finding removed"), old=str(finding))
    finding.delete()
