"""Who hears of an evaluation or a report."""

from datetime import date, datetime

from django.db.models import Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from consortium.inbox import NoticeKind
from consortium.models import Affiliation
from consortium.services.notices import notify

from ..inbox import (
    ASSESSMENT_ASKED,
    ASSESSMENT_DUE,
    DRAFTS_MADE,
    MORE_ASKED,
    OBJECTION_ANSWERED,
    OBJECTION_MADE,
    PUBLICITY_BEGUN,
    REPORTS_DONE,
    REPORTS_FAILED,
    RESULT_PUBLISHED,
    REVIEW_ASSIGNED,
    REVIEW_DUE,
)
from ..models import AnnualReport, Evaluation, Objection, ReportRun, Reviewer

Role = Affiliation.Role


def tell_assessment(evaluation: Evaluation, *, at: datetime) -> None:
    day = evaluation.assessment_due_on
    said = (
        gettext_noop("%(evaluation)s: the self-assessment is asked for until %(day)s.")
        if day
        else gettext_noop("%(evaluation)s: the self-assessment is asked for.")
    )
    _tell(evaluation, _college(evaluation), ASSESSMENT_ASKED, said, at, day)


def tell_assessment_due(evaluation: Evaluation, *, at: datetime) -> None:
    said = gettext_noop("%(evaluation)s: the self-assessment is to be handed in until %(day)s.")
    _tell(evaluation, _college(evaluation), ASSESSMENT_DUE, said, at, evaluation.assessment_due_on)


def tell_more_asked(evaluation: Evaluation, *, at: datetime) -> None:
    """The college, which has the work, and the reviewers, whose sheets are open again."""
    said = gettext_noop("%(evaluation)s: the self-assessment was returned for more; the reason stands on its page.")
    _tell(evaluation, _college(evaluation) | _reviewing(evaluation), MORE_ASKED, said, at)


def tell_publicity(evaluation: Evaluation, *, at: datetime) -> None:
    said = gettext_noop(
        "%(evaluation)s: the result is in publicity until %(day)s, and you may object to it in writing."
    )
    _tell(evaluation, _taking_part(evaluation), PUBLICITY_BEGUN, said, at, evaluation.publicity_ends_on)


def tell_published(evaluation: Evaluation, *, at: datetime) -> None:
    said = gettext_noop("%(evaluation)s: the result is published.")
    _tell(evaluation, _taking_part(evaluation) | _reviewing(evaluation), RESULT_PUBLISHED, said, at)


def tell_objection(objection: Objection) -> None:
    said = gettext_noop("%(evaluation)s: somebody has objected.")
    _tell(objection.evaluation, Q(role=Role.SECRETARIAT), OBJECTION_MADE, said, objection.made_at)


def tell_answer(objection: Objection, *, at: datetime) -> None:
    whom = Q(user=objection.by_id, role__in=OBJECTION_ANSWERED.roles)
    said = gettext_noop("%(evaluation)s: your objection is answered.")
    _tell(objection.evaluation, whom, OBJECTION_ANSWERED, said, at)


def tell_reviewer(reviewer: Reviewer, *, at: datetime) -> None:
    said = (
        gettext_noop("%(evaluation)s: you are asked to review it until %(day)s.")
        if reviewer.due_on
        else gettext_noop("%(evaluation)s: you are asked to review it.")
    )
    whom = Q(role=Role.EXPERT, user=reviewer.person_id)
    _tell(reviewer.evaluation, whom, REVIEW_ASSIGNED, said, at, reviewer.due_on)


def tell_review_due(reviewer: Reviewer, *, at: datetime) -> None:
    said = gettext_noop("%(evaluation)s: your scoring sheet is asked for until %(day)s.")
    whom = Q(role=Role.EXPERT, user=reviewer.person_id)
    _tell(reviewer.evaluation, whom, REVIEW_DUE, said, at, reviewer.due_on)


def _taking_part(evaluation: Evaluation) -> Q:
    """The zone's college, and the partners of every enterprise that ever worked in it."""
    enterprises = evaluation.zone.partnerships.values("enterprise")
    return _college(evaluation) | Q(role=Role.PARTNER, organization__in=enterprises)


def _college(evaluation: Evaluation) -> Q:
    return Q(role=Role.COLLEGE_ADMIN, organization=evaluation.zone.college_id)


def _reviewing(evaluation: Evaluation) -> Q:
    return Q(role=Role.EXPERT, user__in=evaluation.reviewers.values("person"))


def _tell(evaluation: Evaluation, whom: Q, kind: NoticeKind, said: str, at: datetime, day: date | None = None) -> None:
    """``said`` is a source string with places for ``evaluation`` and ``day``; each reads it in the own language."""
    people = Affiliation.objects.in_force().filter(whom, consortium=evaluation.consortium_id)

    def text() -> str:
        return _(said) % {"evaluation": evaluation, "day": date_format(day) if day else ""}

    notify(people, kind, text, evaluation.get_absolute_url(), at=at)


def tell_run(run: ReportRun, *, at: datetime) -> None:
    """Tell who ordered the run, while the role in which that was is in force, what has become of all its reports.

    Of drafts that the schedule ordered the secretariat hears so, and each college that some are there.
    """
    counts = run.reports.counted()
    failed, count = counts[AnnualReport.Status.FAILED], sum(counts.values())
    only = run.reports.with_subject().first() if count == 1 else None

    def text() -> str:
        if only:
            return (_("Failed: %(report)s") if failed else _("Finished: %(report)s")) % {"report": only}
        if failed:
            return _("Of %(count)s annual reports %(failed)s failed.") % {"count": count, "failed": failed}
        return _("%(count)s annual reports are finished.") % {"count": count}

    whom = Q(pk=run.acting_as_id)
    if run.is_scheduled:
        whom = Q(role=Role.SECRETARIAT, consortium=run.consortium_id)
        _tell_colleges(run, at=at)
    people = Affiliation.objects.in_force().filter(whom)
    url = (only or run).get_absolute_url()
    notify(people, REPORTS_FAILED if failed else REPORTS_DONE, text, url, at=at)


def _tell_colleges(run: ReportRun, *, at: datetime) -> None:
    colleges = run.reports.filter(status=AnnualReport.Status.DONE).values("zone__college")
    people = Affiliation.objects.in_force().filter(
        role=Role.COLLEGE_ADMIN, consortium=run.consortium_id, organization__in=colleges
    )

    def text() -> str:
        return _("Drafts of the annual reports of %(year)s are there: please check them.") % {"year": run.year}

    notify(people, DRAFTS_MADE, text, f"{reverse('reports:report_list')}?year={run.year}", at=at)
