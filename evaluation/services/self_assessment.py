"""What the college does: assess itself, hand in, and what is counted with the hand-in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from consortium.models import User
from consortium.services import Refused, move, record

from ..models import Evaluation, Indicator, SelfAssessment
from .evaluations import lock
from .measuring import keep_measurements
from .results import named

Status = Evaluation.Status


@dataclass(frozen=True)
class Assessed:
    """What a college says of one indicator."""

    indicator: Indicator
    is_chosen: bool = True
    self_score: Decimal | None = None
    note: str = ""


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
    keep_measurements(evaluation, now=timezone.now())
    move(evaluation, Status.REVIEW, by=by, review_on=today)
