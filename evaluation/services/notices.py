"""Who hears of an evaluation or a report."""

from collections.abc import Callable, Iterable
from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from consortium.inbox import NoticeKind
from consortium.models import Affiliation, User
from consortium.services.notices import notify

from ..inbox import (
    ASSESSMENT_ASKED,
    ASSESSMENT_DUE,
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
from ..models import AnnualReport, Evaluation, Objection, Reviewer

Role = Affiliation.Role


def tell_assessment(evaluation: Evaluation, *, at: datetime) -> None:
    day = evaluation.assessment_due_on
    _tell(
        evaluation,
        _college(evaluation),
        ASSESSMENT_ASKED,
        lambda: (
            _("%(evaluation)s: the self-assessment is asked for until %(day)s.")
            % {"evaluation": evaluation, "day": date_format(day)}
            if day
            else _("%(evaluation)s: the self-assessment is asked for.") % {"evaluation": evaluation}
        ),
        at,
    )


def tell_assessment_due(evaluation: Evaluation, *, at: datetime) -> None:
    day = evaluation.assessment_due_on
    _tell(
        evaluation,
        _college(evaluation),
        ASSESSMENT_DUE,
        lambda: (
            _("%(evaluation)s: the self-assessment is to be handed in until %(day)s.")
            % {"evaluation": evaluation, "day": date_format(day) if day else ""}
        ),
        at,
    )


def tell_more_asked(evaluation: Evaluation, *, at: datetime) -> None:
    """The college, which has the work, and the reviewers, whose sheets are open again."""
    reviewing = Q(role=Role.EXPERT, user__in=evaluation.reviewers.values("person"))
    _tell(
        evaluation,
        _college(evaluation) | reviewing,
        MORE_ASKED,
        lambda: (
            _("%(evaluation)s: the self-assessment was returned for more; the reason stands on its page.")
            % {"evaluation": evaluation}
        ),
        at,
    )


def tell_publicity(evaluation: Evaluation, *, at: datetime) -> None:
    day = evaluation.publicity_ends_on
    _tell(
        evaluation,
        _taking_part(evaluation),
        PUBLICITY_BEGUN,
        lambda: (
            _("%(evaluation)s: the result is in publicity until %(day)s, and you may object to it in writing.")
            % {"evaluation": evaluation, "day": date_format(day) if day else ""}
        ),
        at,
    )


def tell_published(evaluation: Evaluation, *, at: datetime) -> None:
    reviewed = Q(role=Role.EXPERT, user__in=evaluation.reviewers.values("person"))
    _tell(
        evaluation,
        _taking_part(evaluation) | reviewed,
        RESULT_PUBLISHED,
        lambda: _("%(evaluation)s: the result is published.") % {"evaluation": evaluation},
        at,
    )


def tell_objection(objection: Objection) -> None:
    evaluation = objection.evaluation
    _tell(
        evaluation,
        Q(role=Role.SECRETARIAT),
        OBJECTION_MADE,
        lambda: _("%(evaluation)s: somebody has objected.") % {"evaluation": evaluation},
        objection.made_at,
    )


def tell_answer(objection: Objection, *, at: datetime) -> None:
    evaluation = objection.evaluation
    _tell(
        evaluation,
        Q(user=objection.by_id, role__in=OBJECTION_ANSWERED.roles),
        OBJECTION_ANSWERED,
        lambda: _("%(evaluation)s: your objection is answered.") % {"evaluation": evaluation},
        at,
    )


def tell_reviewer(reviewer: Reviewer, *, at: datetime) -> None:
    evaluation = reviewer.evaluation
    _tell(
        evaluation,
        Q(role=Role.EXPERT, user=reviewer.person_id),
        REVIEW_ASSIGNED,
        lambda: (
            _("%(evaluation)s: you are asked to review it until %(day)s.")
            % {"evaluation": evaluation, "day": date_format(reviewer.due_on)}
            if reviewer.due_on
            else _("%(evaluation)s: you are asked to review it.") % {"evaluation": evaluation}
        ),
        at,
    )


def tell_review_due(reviewer: Reviewer, *, at: datetime) -> None:
    evaluation, day = reviewer.evaluation, reviewer.due_on
    _tell(
        evaluation,
        Q(role=Role.EXPERT, user=reviewer.person_id),
        REVIEW_DUE,
        lambda: (
            _("%(evaluation)s: your scoring sheet is asked for until %(day)s.")
            % {"evaluation": evaluation, "day": date_format(day) if day else ""}
        ),
        at,
    )


def _taking_part(evaluation: Evaluation) -> Q:
    """The zone's college, and the partners of every enterprise that ever worked in it."""
    enterprises = evaluation.zone.partnerships.values("enterprise")
    return _college(evaluation) | Q(role=Role.PARTNER, organization__in=enterprises)


def _college(evaluation: Evaluation) -> Q:
    return Q(role=Role.COLLEGE_ADMIN, organization=evaluation.zone.college_id)


def _tell(evaluation: Evaluation, whom: Q, kind: NoticeKind, text: Callable[[], str], at: datetime) -> None:
    people = Affiliation.objects.in_force().filter(whom, consortium=evaluation.consortium_id)
    notify(people, kind, text, evaluation.get_absolute_url(), at=at)


def lock_orderer(report: AnnualReport) -> None:
    """Of two workers that finish the last reports of one person at once, the second sees what the first did."""
    list(User.objects.select_for_update(no_key=True).filter(pk=report.requested_by_id))


def tell_orderer(report: AnnualReport, *, at: datetime) -> None:
    """Once all that was ordered together has finished or failed, tell who ordered it, in one notice.

    The caller holds ``lock_orderer``.
    """
    together = AnnualReport.objects.filter(requested_by=report.requested_by_id, queued_at=report.queued_at)
    if report.requested_by is None or together.open().exists():
        return
    counts = together.counted()
    done, failed = counts[AnnualReport.Status.DONE], counts[AnnualReport.Status.FAILED]

    def text() -> str:
        if done + failed == 1:
            sentence = _("Failed: %(report)s") if failed else _("Finished: %(report)s")
            return sentence % {"report": report}
        if failed:
            return _("Of %(count)s annual reports %(failed)s failed.") % {"count": done + failed, "failed": failed}
        return _("%(count)s annual reports are finished.") % {"count": done}

    url = report.get_absolute_url() if done + failed == 1 else reverse("reports:report_list")
    people: Iterable[Affiliation | None] = [report.requested_by.affiliation]
    notify(people, REPORTS_FAILED if failed else REPORTS_DONE, text, url, at=at)
