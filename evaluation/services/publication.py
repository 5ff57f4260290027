"""From the review to the published result: publicity, objections, publishing, correcting."""

from datetime import date, datetime
from functools import cache

import holidays
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from consortium.models import HistoryEntry, User
from consortium.services import Refused, create, move, record

from ..models import Evaluation, Finding, Measurement, Objection, Reviewer, Score, SelfAssessment, Side, Talk
from .evaluations import lock
from .evidence import copy_evidence
from .notices import tell_answer, tell_objection, tell_publicity, tell_published
from .results import digest, named, recompute, unscored
from .reviewers import avoidances, closed_link, gaps

Status = Evaluation.Status


def working_day_after(day: date, count: int) -> date:
    """The ``count``-th working day after ``day`` in China: without weekends and holidays, with shifted working days."""
    return _calendar().get_nth_working_day(day, count)


@cache
def _calendar() -> holidays.HolidayBase:
    return holidays.country_holidays("CN")


def review_problems(evaluation: Evaluation) -> list[str]:
    """What keeps the review from being closed, a sentence each."""
    reviewers = list(evaluation.reviewers.select_related("person"))
    problems = []
    for side in (Side.COLLEGE, Side.ENTERPRISE):
        if not any(row.side == side for row in reviewers):
            problems.append(_("There is no reviewer of the %(side)s.") % {"side": side.label})
    if waiting := [str(row.person) for row in reviewers if row.submitted_at is None]:
        problems.append(_("Not submitted yet: %(people)s.") % {"people": _(", ").join(waiting)})
    if missing := unscored(evaluation):
        problems.append(_("No score yet for %(indicators)s.") % {"indicators": named(missing)})
    if untold := [gap.indicator for gap in gaps(evaluation) if not gap.is_talked]:
        problems.append(
            _("Scores lie more than %(points)s points apart, talk about them and record it: %(indicators)s.")
            % {"points": evaluation.scheme.talk_above, "indicators": named(untold)}
        )
    return problems + list(avoidances([row.person for row in reviewers], evaluation.zone).values())


@transaction.atomic
def start_publicity(evaluation: Evaluation, *, by: User | None, today: date) -> None:
    """Close the review, count the result and show it for the scheme's number of working days.

    Needs a reviewer of the college and of the enterprise side, every reviewer's submitted sheet, and a recorded talk
    about every indicator whose scores lie far apart.
    """
    lock(evaluation, Status.REVIEW)
    if problems := review_problems(evaluation):
        raise Refused(" ".join(problems))
    result = recompute(evaluation)
    move(
        evaluation,
        Status.PUBLICITY,
        by=by,
        publicity_on=today,
        publicity_ends_on=working_day_after(today, evaluation.scheme.publicity_days),
        result=result,
        sha256=digest(result),
    )
    tell_publicity(evaluation, at=timezone.now())


@transaction.atomic
def return_to_review(evaluation: Evaluation, *, by: User, reason: str) -> None:
    """Take a result out of publicity, because something must be scored again; it is counted and shown anew later."""
    lock(evaluation, Status.PUBLICITY)
    move(
        evaluation,
        Status.REVIEW,
        by=by,
        reason=reason,
        publicity_on=None,
        publicity_ends_on=None,
        result=None,
        sha256="",
    )


@transaction.atomic
def object_to(evaluation: Evaluation, text: str, *, by: User, now: datetime) -> Objection:
    """Object in writing while the result is in publicity."""
    lock(evaluation, Status.PUBLICITY)
    if evaluation.publicity_over(timezone.localdate(now)):
        raise Refused(_("The publicity has ended."))
    objection = create(Objection(evaluation=evaluation, by=by, text=text, made_at=now), by=by)
    record(evaluation, by=by, what=gettext_noop("Objection made"), new=text)
    tell_objection(objection)
    return objection


@transaction.atomic
def answer_objection(objection: Objection, text: str, *, by: User, now: datetime) -> None:
    """Answer an objection, once."""
    lock(objection.evaluation, Status.REVIEW, Status.PUBLICITY)
    if not text.strip():
        raise Refused(_("An answer has words and a date."))
    rows = Objection.objects.filter(pk=objection.pk, answered_at=None)
    if not rows.update(answer=text, answered_by=by, answered_at=now):
        raise Refused(_("This objection is answered already."))
    record(objection.evaluation, by=by, what=gettext_noop("Objection answered"), old=objection.text, new=text)
    tell_answer(objection, at=now)


@transaction.atomic
def publish(evaluation: Evaluation, *, by: User | None, now: datetime) -> None:
    """Publish the result for good, after the publicity and when every objection is answered.

    What it corrects is superseded at the same moment.
    """
    if missing := unscored(evaluation):
        raise Refused(_("No score yet for %(indicators)s.") % {"indicators": named(missing)})
    lock(evaluation, Status.PUBLICITY)
    evaluation.refresh_from_db(fields=["publicity_ends_on", "result"])  # a second publicity has another end
    if not evaluation.publicity_over(timezone.localdate(now)):
        last_day = date_format(evaluation.publicity_ends_on or timezone.localdate(now))
        raise Refused(_("The publicity lasts until %(day)s.") % {"day": last_day})
    if evaluation.objections.unanswered().exists():
        raise Refused(_("An objection is not answered yet."))
    if recompute(evaluation) != evaluation.result:
        raise Refused(_("The figures have changed since the publicity began. Return it to the review."))
    if evaluation.supersedes is not None:
        move(evaluation.supersedes, Status.SUPERSEDED, by=by)
    move(evaluation, Status.PUBLISHED, by=by, published_at=now)
    tell_published(evaluation, at=now)


@transaction.atomic
def supersede(evaluation: Evaluation, *, by: User, reason: str, today: date) -> Evaluation:
    """Open the correction of a published result: a copy in review, whose reviewers submit again.

    The published one stays in force, unchanged, until the correction is published, and readable for ever.
    """
    lock(evaluation, Status.PUBLISHED)
    if not reason.strip():
        raise Refused(_("A correction needs a reason."))
    if Evaluation.objects.filter(supersedes=evaluation).exists():
        raise Refused(_("A correction of this result is open already."))
    correction = create(
        Evaluation(
            consortium=evaluation.consortium,
            zone=evaluation.zone,
            scheme=evaluation.scheme,
            year=evaluation.year,
            status=Status.REVIEW,
            opened_on=today,
            self_assessment_on=evaluation.self_assessment_on,
            review_on=today,
            supersedes=evaluation,
        ),
        by=by,
        reason=reason,
    )
    _copy_parts(evaluation, correction)
    record(evaluation, by=by, what=gettext_noop("Correction opened"), new=str(correction), reason=reason)
    return correction


def correction_reason(evaluation: Evaluation) -> str:
    """Why this result corrects an earlier one, as it was said when the correction was opened; "" of a first result."""
    if evaluation.supersedes_id is None:
        return ""
    return HistoryEntry.objects.of(evaluation).filter(what="created").values_list("reason", flat=True).first() or ""


def _copy_parts(old: Evaluation, new: Evaluation) -> None:
    SelfAssessment.objects.bulk_create(
        SelfAssessment(
            evaluation=new,
            indicator=row.indicator,
            is_chosen=row.is_chosen,
            self_score=row.self_score,
            note=row.note,
        )
        for row in old.self_assessments.select_related("indicator")
    )
    Finding.objects.bulk_create(
        Finding(evaluation=new, indicator=row.indicator, points=row.points, reason=row.reason)
        for row in old.findings.select_related("indicator")
    )
    Measurement.objects.bulk_create(
        Measurement(evaluation=new, indicator_id=row.indicator_id, value=row.value, measured_at=row.measured_at)
        for row in old.measurements.all()
    )
    Talk.objects.bulk_create(
        Talk(
            evaluation=new,
            indicator_id=row.indicator_id,
            held_on=row.held_on,
            lowest=row.lowest,
            highest=row.highest,
            outcome=row.outcome,
            recorded_by_id=row.recorded_by_id,
        )
        for row in old.talks.all()
    )
    copy_evidence(old, new)
    for reviewer in old.reviewers.select_related("link").prefetch_related("scores"):
        copy = Reviewer.objects.create(evaluation=new, person_id=reviewer.person_id, side=reviewer.side)
        if hasattr(reviewer, "link"):
            closed_link(copy, now=timezone.now())
        Score.objects.bulk_create(
            Score(reviewer=copy, indicator_id=row.indicator_id, score=row.score, note=row.note)
            for row in reviewer.scores.all()
        )
