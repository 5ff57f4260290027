"""Personal data in evaluations and in sealed annual reports."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from consortium.models import User
from consortium.personal import OPEN, PersonalField, holds, register

from .models import AnnualReport, Evaluation, Objection, ReportText, Reviewer, Score, Talk

SEALED = _("Always: a sealed report is an archive document and its checksum proves every word")
SIGNED = _("As long as the evaluation, as its proof; under a pseudonym when the person is erased")
EVALUATION = _("Whoever sees the evaluation")

register(
    AnnualReport,
    {
        "figures": PersonalField(
            _("To name the head of the zone, the mentors and who answers for its tasks."),
            _("Whoever sees the report"),
            SEALED,
            OPEN,
        ),
        "file": PersonalField(
            _("To name the head of the zone, the mentors and who answers for its tasks."),
            _("Whoever sees the report"),
            SEALED,
            OPEN,
        ),
    },
)
register(
    ReportText,
    {
        "text": PersonalField(
            _("To tell what was done in the year, and by whom."), _("Whoever sees the report"), SEALED, OPEN
        )
    },
)
register(
    Reviewer,
    {"submitted_at": PersonalField(_("To prove who judged and when."), EVALUATION, SIGNED, OPEN)},
    person="person",
)
register(
    Score,
    {"note": PersonalField(_("To give the reason of a score."), EVALUATION, SIGNED, OPEN)},
)
register(
    Talk,
    {"outcome": PersonalField(_("To say what the reviewers agreed."), EVALUATION, SIGNED, OPEN)},
)
register(
    Objection,
    {
        "text": PersonalField(_("To answer who objects."), EVALUATION, SIGNED, OPEN),
        "made_at": PersonalField(_("To prove that the objection was in time."), EVALUATION, SIGNED, OPEN),
    },
    person="by",
)


@holds(User)
def reviews_waiting(person: Any) -> Iterator[str]:
    rows = person.reviews.filter(submitted_at=None).filter(evaluation__status__in=Evaluation.Status.open())
    for reviewer in rows.select_related("evaluation__zone"):
        yield gettext("Still has to score “%(evaluation)s”.") % {"evaluation": reviewer.evaluation}
