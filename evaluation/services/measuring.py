"""Counting for an evaluation: live while the college assesses itself, kept from its hand-in on."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from consortium.models import User
from consortium.services import record

from ..curves import plain
from ..measures import MEASURES
from ..models import Evaluation, Indicator, Measurement
from .evaluations import lock

Status = Evaluation.Status


def counted_now(evaluation: Evaluation, *, now: datetime | None = None) -> list[Measurement]:
    """Unsaved: what each chosen measured indicator counts at this moment. One query a measure."""
    figures: dict[str, Decimal] = {}
    found = []
    for said in evaluation.self_assessments.filter(is_chosen=True).select_related("indicator"):
        row = said.indicator
        if row.measure not in MEASURES:
            continue  # scored by people, or counted by another release of the program
        if row.measure not in figures:
            figures |= {
                row.measure: MEASURES[row.measure].by_zone([evaluation.zone], evaluation.year)[evaluation.zone_id]
            }
        value = figures[row.measure]
        found.append(Measurement(evaluation=evaluation, indicator=row, value=value, measured_at=now or timezone.now()))
    return found


def measurements(evaluation: Evaluation) -> dict[int, Measurement]:
    """The measurements by the key of the indicator: those kept at the hand-in, before it what is counted now."""
    if evaluation.status in {Status.PREPARING, Status.SELF_ASSESSMENT}:
        rows = counted_now(evaluation)
    else:
        rows = list(evaluation.measurements.select_related("indicator"))
    return {row.indicator_id: row for row in rows}


def keep_measurements(evaluation: Evaluation, *, now: datetime) -> None:
    """Count and keep; part of the hand-in, whose transaction holds the evaluation."""
    evaluation.measurements.all().delete()
    Measurement.objects.bulk_create(counted_now(evaluation, now=now))


@transaction.atomic
def measure_again(evaluation: Evaluation, *, by: User, now: datetime) -> list[Measurement]:
    """Count anew during the review, because records were put right since the hand-in. What changed, and its history."""
    lock(evaluation, Status.REVIEW)
    before = {row.indicator_id: row.value for row in evaluation.measurements.all()}
    keep_measurements(evaluation, now=now)
    kept = evaluation.measurements.select_related("indicator")
    changed = [row for row in kept if before.get(row.indicator_id) != row.value]
    for row in changed:
        old = before.get(row.indicator_id)
        record(
            evaluation,
            by=by,
            what=gettext_noop("Measured again"),
            old="" if old is None else _named(row.indicator, old),
            new=_named(row.indicator, row.value),
        )
    return changed


def _named(indicator: Indicator, value: Decimal) -> str:
    return _("%(indicator)s: %(value)s") % {"indicator": indicator, "value": plain(value)}
