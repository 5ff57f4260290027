"""Writing the text of an annual report: part by part, by several people, saved as they go."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from consortium.models import User
from consortium.services.history import record

from ..models import AnnualReport, ReportText
from .reports import lock_subject

STRETCH = timedelta(hours=1)  # of one writer; the history keeps what stood before each
CHANGED = gettext_noop("Text changed")


def texts_of(report: AnnualReport, year: int) -> dict[str, ReportText]:
    """The parts about the subject of ``report`` in ``year``, by their names."""
    return ReportText.objects.about_year_of(report, year)


@transaction.atomic
def save_text(
    report: AnnualReport, part: str, text: str, facts: Collection[str], *, version: int | None, by: User, now: datetime
) -> ReportText:
    """Keep one part of what is written for the subject and year of ``report``; the reports made afterwards say it.

    ``version`` is the one that its writer has seen, 0 of none; None asks for no check. Raises ValidationError, with the
    other text, when somebody else saved meanwhile, and as full_clean does.
    """
    lock_subject(report.subject)  # of two at once the second sees what the first wrote
    about = {"year": report.year, "part": part, **report.whose}
    row = ReportText.objects.filter(**about).first() or ReportText(**about, written_by=by, written_at=now)
    before = (row.text, row.facts)
    if before == (text, list(facts)):
        return row
    if version not in (None, row.version):
        sentence = _("Meanwhile %(name)s saved here: “%(text)s” If yours is to stand, save once more.")
        raise ValidationError(sentence % {"name": row.written_by, "text": row.text})
    goes_on = row.written_by_id == by.pk and now - row.written_at < STRETCH
    row.text, row.facts, row.version, row.written_by, row.written_at = text, list(facts), row.version + 1, by, now
    row.full_clean()
    row.save()
    if row.version == 1 or not goes_on:
        record(row, by=by, what=CHANGED, old=before[0])
    return row
