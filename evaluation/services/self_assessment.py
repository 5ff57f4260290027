"""What the college does: assess itself until a day, hand in, and hand in again when more is asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from consortium.models import HistoryEntry, User
from consortium.services import Refused, move, save_changes
from consortium.services.history import history_row, record_all

from ..models import Evaluation, Indicator, SelfAssessment
from .evaluations import lock
from .measuring import keep_measurements
from .notices import tell_assessment, tell_more_asked, tell_reviewer
from .results import named

Status = Evaluation.Status


@dataclass(frozen=True)
class Assessed:
    """What a college says of one indicator.

    ``version`` is that of the line as its writer has seen it; None asks for no check.
    """

    indicator: Indicator
    is_chosen: bool = True
    self_score: Decimal | None = None
    note: str = ""
    version: int | None = None


@transaction.atomic
def start_self_assessment(evaluation: Evaluation, *, by: User | None, today: date, due_on: date | None = None) -> None:
    """Hand the evaluation to the college, which is to hand in by ``due_on``."""
    _refuse_past(due_on, today)
    move(evaluation, Status.SELF_ASSESSMENT, by=by, self_assessment_on=today, assessment_due_on=due_on)
    tell_assessment(evaluation, at=timezone.now())


@transaction.atomic
def move_assessment_due(evaluation: Evaluation, due_on: date | None, *, by: User, today: date) -> None:
    """Give the college another last day; there is a reminder of the new one."""
    lock(evaluation, Status.PREPARING, Status.SELF_ASSESSMENT)
    _refuse_past(due_on, today)
    save_changes(evaluation, by=by, assessment_due_on=due_on)
    Evaluation.objects.filter(pk=evaluation.pk).update(assessment_reminded_on=None)
    if evaluation.status == Status.SELF_ASSESSMENT:
        tell_assessment(evaluation, at=timezone.now())


def _refuse_past(due_on: date | None, today: date) -> None:
    if due_on and due_on < today:
        raise ValidationError({"due_on": _("The last day lies in the past.")})


@transaction.atomic
def save_self_assessment(evaluation: Evaluation, rows: Sequence[Assessed], *, by: User | None) -> None:
    """Keep what the college says; any subset of the indicators, as often as it likes before it submits.

    The history has every choice and own score that changed; words alone, saved as they are typed, are not kept there.
    Raises ValidationError with keys ``chosen_N``, ``score_N`` and ``note_N`` for the indicator number N, also when
    another window saved the line since its writer looked.
    """
    lock(evaluation, Status.SELF_ASSESSMENT)
    existing = {row.indicator_id: row for row in evaluation.self_assessments.select_related("indicator")}
    errors: dict[str, list[str]] = {}
    changed, steps = [], []
    for said in rows:
        number = said.indicator.number
        row = existing.get(said.indicator.pk)
        if row is None:
            errors[f"chosen_{number}"] = [_("This indicator is not in the evaluation's scheme.")]
            continue
        if said.indicator.is_required and not said.is_chosen:
            errors[f"chosen_{number}"] = [_("A required indicator cannot be left out.")]
        before, after = (row.is_chosen, row.self_score, row.note), (said.is_chosen, said.self_score, said.note)
        if before == after:
            continue
        if said.version not in (None, row.version):
            errors.setdefault(f"score_{number}", [_changed_elsewhere(row)])
            continue
        if before[:2] != after[:2]:
            steps.append((_in_words(said.indicator, *before[:2]), _in_words(said.indicator, *after[:2])))
        row.is_chosen, row.self_score, row.note = after
        row.version += 1
        changed.append(row)
        try:
            row.clean_fields(exclude=["evaluation", "indicator"])
        except ValidationError as error:
            found = error.message_dict
            errors.update({f"{name.removeprefix('self_')}_{number}": texts[:1] for name, texts in found.items()})
    if errors:
        raise ValidationError(errors)
    if changed:
        SelfAssessment.objects.bulk_update(changed, ["is_chosen", "self_score", "note", "version"])
        what = gettext_noop("Self-assessment saved")
        record_all([history_row(evaluation, by=by, what=what, old=old, new=new) for old, new in steps])


def _in_words(indicator: Indicator, is_chosen: bool, score: Decimal | None) -> str:
    if not is_chosen:
        return f"{indicator}: {_('not chosen')}"
    return "" if score is None else f"{indicator}: {score:.2f}"


def _changed_elsewhere(row: SelfAssessment) -> str:
    if not row.is_chosen:
        return _("Meanwhile this was left out in another window. If yours is to stand, save once more.")
    score = "–" if row.self_score is None else row.self_score
    sentence = _("Meanwhile another window saved here: %(score)s, “%(note)s”. If yours is to stand, save once more.")
    return sentence % {"score": score, "note": row.note}


@transaction.atomic
def submit_self_assessment(evaluation: Evaluation, *, by: User | None, today: date) -> None:
    """Hand the self-assessment to the reviewers. Every chosen indicator needs the college's own score."""
    lock(evaluation, Status.SELF_ASSESSMENT)
    without = evaluation.self_assessments.filter(is_chosen=True, self_score=None).select_related("indicator")
    if missing := [row.indicator for row in without]:
        raise Refused(_("No own score yet for %(indicators)s.") % {"indicators": named(missing)})
    keep_measurements(evaluation, now=timezone.now())
    move(evaluation, Status.REVIEW, by=by, review_on=today)
    for reviewer in evaluation.reviewers.select_related("person", "evaluation__zone"):
        tell_reviewer(reviewer, at=timezone.now())


@transaction.atomic
def ask_for_more(evaluation: Evaluation, *, by: User, reason: str, today: date, due_on: date | None = None) -> None:
    """Give a self-assessment back to its college during the review, because something is missing in it.

    What was scored stays; who had handed in a sheet does so again, because what was scored may change.
    """
    lock(evaluation, Status.REVIEW)
    _refuse_past(due_on, today)
    evaluation.reviewers.exclude(submitted_at=None).update(submitted_at=None)
    move(
        evaluation,
        Status.SELF_ASSESSMENT,
        by=by,
        reason=reason,
        review_on=None,
        assessment_due_on=due_on,
        assessment_reminded_on=None,
    )
    tell_more_asked(evaluation, at=timezone.now())


def more_asked(evaluation: Evaluation) -> str:
    """Why the self-assessment is with the college again; empty when it is not, or is for the first time."""
    if evaluation.status != Status.SELF_ASSESSMENT:
        return ""
    back = HistoryEntry.objects.about(evaluation).filter(what="status", old=Status.REVIEW, new=Status.SELF_ASSESSMENT)
    return back.order_by("-pk").values_list("reason", flat=True).first() or ""
