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
    """One score; None takes an earlier one back.

    ``version`` is that of the saved score which the writer has seen, 0 when there was none; None asks for no check.
    """

    indicator: Indicator
    score: Decimal | None
    note: str = ""
    version: int | None = None


@transaction.atomic
def save_scores(reviewer: Reviewer, given: Sequence[Given], *, by: User) -> int:
    """Keep scores as a draft, any subset of the chosen indicators, as often as one likes before submitting.

    Answers the version that the scores have which were changed by this. Raises ValidationError with keys ``score_N``
    for the indicator number N, also when another was saved since the writer looked.
    """
    _lock_unsubmitted(reviewer, by)
    assessed = reviewer.evaluation.self_assessments.filter(is_chosen=True)
    chosen = set(assessed.values_list("indicator", flat=True))
    measured = set(reviewer.evaluation.measurements.values_list("indicator", flat=True))
    saved = {row.indicator_id: row for row in reviewer.scores.all()}
    version = Reviewer.objects.values_list("saves", flat=True).get(pk=reviewer.pk) + 1
    errors: dict[str, list[str]] = {}
    rows, removed = [], []
    for one in given:
        before = saved.get(one.indicator.pk)
        if one.indicator.pk not in chosen:
            errors[f"score_{one.indicator.number}"] = [_("This indicator is not chosen in this evaluation.")]
        elif (one.score, one.note if one.score is not None else "") == (
            (before.score, before.note) if before else (None, "")
        ):
            continue
        elif one.version is not None and one.version != (before.version if before else 0):
            errors[f"score_{one.indicator.number}"] = [_changed_elsewhere(before)]
        elif one.score is None:
            removed.append(one.indicator)
        elif one.indicator.pk in measured and not one.note.strip():
            errors[f"score_{one.indicator.number}"] = [_("Say in the remark why the measured score is not right.")]
        else:
            row = Score(reviewer=reviewer, indicator=one.indicator, score=one.score, note=one.note, version=version)
            try:
                row.clean_fields(exclude=["reviewer", "indicator"])
            except ValidationError as error:
                errors[f"score_{one.indicator.number}"] = error.messages[:1]  # 100.004 breaks two rules; one will do
            rows.append(row)
    if errors:
        raise ValidationError(errors)
    reviewer.scores.filter(indicator__in=removed).delete()
    Score.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["reviewer", "indicator"], update_fields=["score", "note", "version"]
    )
    Reviewer.objects.filter(pk=reviewer.pk).update(saves=version)
    return version


def _changed_elsewhere(saved: Score | None) -> str:
    if saved is None:
        return _("This score was taken back in another window in the meantime. To keep yours, save once more.")
    return _("Meanwhile %(score)s was saved here in another window. If yours is to stand, save once more.") % {
        "score": saved.score
    }


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
