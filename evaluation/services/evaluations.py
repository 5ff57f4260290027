"""An evaluation up to the review: opening, who reviews, what is taken off."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from consortium.models import Affiliation, User
from consortium.services import Refused, create, record
from zones.models import Zone

from ..models import Evaluation, Finding, Indicator, Reviewer, Scheme, SelfAssessment
from .notices import tell_reviewer

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
    if Evaluation.objects.filter(zone=zone, year=scheme.year, status=Status.PUBLISHED).exists():
        raise Refused(_("This zone's result of the year is published already. Correct it from its page."))
    evaluation = create(
        Evaluation(zone=zone, consortium=zone.consortium, scheme=scheme, year=scheme.year, opened_on=today), by=by
    )
    SelfAssessment.objects.bulk_create(
        SelfAssessment(evaluation=evaluation, indicator=indicator) for indicator in scheme.indicators.weighted()
    )
    return evaluation


def avoidances(people: Iterable[User], zone: Zone) -> dict[int, str]:
    """Why some of these people may not review this zone: a sentence for the key of each of those.

    Any organization counts for which the person acts now, and any enterprise that ever was the zone's partner.
    """
    partners = set(zone.partnerships.values_list("enterprise", flat=True))
    acting = Affiliation.objects.in_force().filter(user__in=people, organization__in=[zone.college_id, *partners])
    sentences = {}
    for row in acting.select_related("user", "organization").order_by("-pk"):
        names = {"person": row.user, "organization": row.organization}
        if row.organization_id == zone.college_id:
            sentences[row.user_id] = _("%(person)s cannot review: %(organization)s hosts this zone.") % names
        else:
            sentences[row.user_id] = _("%(person)s cannot review: %(organization)s is a partner of this zone.") % names
    return sentences


@transaction.atomic
def assign_reviewer(evaluation: Evaluation, person: User, side: str, *, by: User | None) -> Reviewer:
    """Let an expert of the consortium review for a side. Who belongs to the zone's college or partners is refused."""
    lock(evaluation, Status.PREPARING, Status.SELF_ASSESSMENT, Status.REVIEW)
    experts = person.affiliations.in_force().filter(role=Affiliation.Role.EXPERT, consortium=evaluation.consortium_id)
    if not experts.exists():
        raise Refused(_("%(person)s is not an expert of this consortium.") % {"person": person})
    if sentence := avoidances([person], evaluation.zone).get(person.pk):
        raise Refused(sentence)
    reviewer = Reviewer(evaluation=evaluation, person=person, side=side)
    reviewer.full_clean()
    reviewer.save()
    record(evaluation, by=by, what=gettext_noop("Reviewer assigned"), new=str(reviewer))
    tell_reviewer(reviewer, at=timezone.now())
    return reviewer


@transaction.atomic
def withdraw_reviewer(reviewer: Reviewer, *, by: User, reason: str) -> None:
    """Take a reviewer and the scores given out of an evaluation that is not in publicity yet."""
    lock(reviewer.evaluation, Status.PREPARING, Status.SELF_ASSESSMENT, Status.REVIEW)
    record(reviewer.evaluation, by=by, what=gettext_noop("Reviewer withdrawn"), old=str(reviewer), reason=reason)
    reviewer.delete()


@transaction.atomic
def return_scores(reviewer: Reviewer, *, by: User, reason: str) -> None:
    """Give submitted scores back to their reviewer during the review."""
    lock(reviewer.evaluation, Status.REVIEW)
    if not Reviewer.objects.filter(pk=reviewer.pk).exclude(submitted_at=None).update(submitted_at=None):
        raise Refused(_("These scores are not submitted."))
    record(reviewer.evaluation, by=by, what=gettext_noop("Scores returned"), old=str(reviewer), reason=reason)


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
