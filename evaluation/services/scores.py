"""What a reviewer does: save scores as one goes, then submit them once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from consortium.models import User
from consortium.services import Refused, record

from ..models import Evaluation, Indicator, Reviewer, Score
from .evaluations import lock
from .results import named


@dataclass(frozen=True)
class Given:
    """One score; None takes an earlier one back."""

    indicator: Indicator
    score: Decimal | None
    note: str = ""


@transaction.atomic
def save_scores(reviewer: Reviewer, given: Sequence[Given], *, by: User) -> None:
    """Keep scores as a draft, any subset of the chosen indicators, as often as one likes before submitting.

    Raises ValidationError with keys ``score_N`` for the indicator number N.
    """
    _lock_unsubmitted(reviewer, by)
    assessed = reviewer.evaluation.self_assessments.filter(is_chosen=True)
    chosen = set(assessed.values_list("indicator", flat=True))
    measured = set(reviewer.evaluation.measurements.values_list("indicator", flat=True))
    errors: dict[str, list[str]] = {}
    rows = []
    for one in given:
        if one.indicator.pk not in chosen:
            errors[f"score_{one.indicator.number}"] = [_("This indicator is not chosen in this evaluation.")]
        elif one.score is not None and one.indicator.pk in measured and not one.note.strip():
            errors[f"score_{one.indicator.number}"] = [_("Say in the remark why the measured score is not right.")]
        elif one.score is not None:
            row = Score(reviewer=reviewer, indicator=one.indicator, score=one.score, note=one.note)
            try:
                row.clean_fields(exclude=["reviewer", "indicator"])
            except ValidationError as error:
                errors[f"score_{one.indicator.number}"] = error.messages[:1]  # 100.004 breaks two rules; one will do
            rows.append(row)
    if errors:
        raise ValidationError(errors)
    reviewer.scores.filter(indicator__in=[one.indicator for one in given if one.score is None]).delete()
    Score.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["reviewer", "indicator"], update_fields=["score", "note"]
    )


@transaction.atomic
def submit_scores(reviewer: Reviewer, *, by: User, now: datetime) -> None:
    """Hand in the sheet, once. Every chosen indicator must be scored."""
    _lock_unsubmitted(reviewer, by)
    missing = missing_scores(reviewer)
    if missing:
        raise Refused(_("No score yet for %(indicators)s.") % {"indicators": named(missing)})
    reviewer.submitted_at = now
    reviewer.save(update_fields=["submitted_at"])
    record(reviewer.evaluation, by=by, what=gettext_noop("Scores submitted"), new=str(reviewer))


def missing_scores(reviewer: Reviewer) -> list[Indicator]:
    """Chosen indicators that this reviewer has not scored and the program did not measure."""
    chosen = reviewer.evaluation.self_assessments.filter(is_chosen=True)
    chosen = chosen.exclude(indicator__in=reviewer.evaluation.measurements.values("indicator"))
    rows = chosen.exclude(indicator__in=reviewer.scores.values("indicator")).select_related("indicator")
    return [row.indicator for row in rows]


def _lock_unsubmitted(reviewer: Reviewer, by: User) -> None:
    if reviewer.person != by:
        raise Refused(_("Only the reviewer enters these scores."))
    lock(reviewer.evaluation, Evaluation.Status.REVIEW)
    now = Reviewer.objects.filter(pk=reviewer.pk).first()
    if now is None:
        raise Refused(_("You do not review this evaluation any more."))
    if now.submitted_at:
        raise Refused(_("These scores are submitted already."))
