"""An evaluation up to the review: opening, self-assessment, who reviews, what is taken off."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from consortium.models import Affiliation, User
from consortium.services import Refused, create, move, record
from zones.models import Zone

from ..models import Evaluation, Finding, Indicator, Reviewer, Scheme, SelfAssessment
from .notices import tell_reviewer
from .results import named

Status = Evaluation.Status


@dataclass(frozen=True)
class Assessed:
    """What a college says of one indicator."""

    indicator: Indicator
    is_chosen: bool = True
    self_score: Decimal | None = None
    note: str = ""


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


@transaction.atomic
def start_self_assessment(evaluation: Evaluation, *, by: User | None, today: date) -> None:
    """Hand the evaluation to the college."""
    move(evaluation, Status.SELF_ASSESSMENT, by=by, self_assessment_on=today)


@transaction.atomic
def save_self_assessment(evaluation: Evaluation, rows: Sequence[Assessed], *, by: User | None) -> None:
    """Keep what the college says; any subset of the indicators, as often as it likes before it submits.

    Raises ValidationError with keys ``chosen_N``, ``score_N`` and ``note_N`` for the indicator number N.
    """
    lock(evaluation, Status.SELF_ASSESSMENT)
    existing = {row.indicator_id: row for row in evaluation.self_assessments.select_related("indicator")}
    errors: dict[str, list[str]] = {}
    changed = []
    for said in rows:
        number = said.indicator.number
        row = existing.get(said.indicator.pk)
        if row is None:
            errors[f"chosen_{number}"] = [_("This indicator is not in the evaluation's scheme.")]
            continue
        if said.indicator.is_required and not said.is_chosen:
            errors[f"chosen_{number}"] = [_("A required indicator cannot be left out.")]
        before = (row.is_chosen, row.self_score, row.note)
        row.is_chosen, row.self_score, row.note = said.is_chosen, said.self_score, said.note
        if before == (row.is_chosen, row.self_score, row.note):
            continue
        changed.append(row)
        try:
            row.clean_fields(exclude=["evaluation", "indicator"])
        except ValidationError as error:
            found = error.message_dict
            errors.update({f"{name.removeprefix('self_')}_{number}": texts[:1] for name, texts in found.items()})
    if errors:
        raise ValidationError(errors)
    if changed:
        SelfAssessment.objects.bulk_update(changed, ["is_chosen", "self_score", "note"])
        chosen = sum(row.is_chosen for row in existing.values())
        text = _("%(chosen)s of %(all)s chosen") % {"chosen": chosen, "all": len(existing)}
        record(evaluation, by=by, what=gettext_noop("Self-assessment saved"), new=text)


@transaction.atomic
def submit_self_assessment(evaluation: Evaluation, *, by: User | None, today: date) -> None:
    """Hand the self-assessment to the reviewers. Every chosen indicator needs the college's own score."""
    lock(evaluation, Status.SELF_ASSESSMENT)
    without = evaluation.self_assessments.filter(is_chosen=True, self_score=None).select_related("indicator")
    if missing := [row.indicator for row in without]:
        raise Refused(_("No own score yet for %(indicators)s.") % {"indicators": named(missing)})
    move(evaluation, Status.REVIEW, by=by, review_on=today)


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
