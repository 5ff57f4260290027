"""Evaluations and reports that wait for somebody, and what people are told about them."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consortium.inbox import Waiting, notice_kind, waits
from consortium.models import Affiliation, Notice, User
from consortium.permissions import may

from .models import AnnualReport, Evaluation, Objection

Role, Mail = Affiliation.Role, Notice.Mail
TAKING_PART = (Role.COLLEGE_ADMIN, Role.PARTNER)

ASSESSMENT_ASKED = notice_kind(
    "assessment_asked", gettext_lazy("A self-assessment is asked for"), Role.COLLEGE_ADMIN, mail=Mail.NOW
)
ASSESSMENT_DUE = notice_kind(
    "assessment_due", gettext_lazy("A self-assessment is due"), Role.COLLEGE_ADMIN, mail=Mail.NOW
)
MORE_ASKED = notice_kind(
    "more_asked", gettext_lazy("A self-assessment is returned for more"), Role.COLLEGE_ADMIN, Role.EXPERT, mail=Mail.NOW
)
PUBLICITY_BEGUN = notice_kind("publicity_begun", gettext_lazy("A result enters publicity"), *TAKING_PART, mail=Mail.NOW)
RESULT_PUBLISHED = notice_kind(
    "result_published", gettext_lazy("A result is published"), *TAKING_PART, Role.EXPERT, mail=Mail.DIGEST
)
OBJECTION_MADE = notice_kind("objection_made", gettext_lazy("An objection is made"), Role.SECRETARIAT, mail=Mail.NOW)
OBJECTION_ANSWERED = notice_kind(
    "objection_answered", gettext_lazy("My objection is answered"), *TAKING_PART, Role.MENTOR, mail=Mail.NOW
)
REVIEW_ASSIGNED = notice_kind("review_assigned", gettext_lazy("A review is assigned to me"), Role.EXPERT, mail=Mail.NOW)
REVIEW_DUE = notice_kind("review_due", gettext_lazy("A review of mine is due"), Role.EXPERT, mail=Mail.NOW)
REPORTS_DONE = notice_kind(
    "reports_done", gettext_lazy("My annual reports are finished"), Role.SECRETARIAT, Role.COLLEGE_ADMIN
)
REPORTS_FAILED = notice_kind(
    "reports_failed", gettext_lazy("My annual reports fail"), Role.SECRETARIAT, Role.COLLEGE_ADMIN, mail=Mail.NOW
)
DRAFTS_MADE = notice_kind(
    "drafts_made", gettext_lazy("Drafts of annual reports are made"), Role.COLLEGE_ADMIN, mail=Mail.DIGEST
)


@waits("evaluations", gettext_lazy("Evaluations"))
def evaluations_in_hand(user: User, today: date) -> Iterator[Waiting]:
    is_expert = user.affiliation is not None and user.affiliation.role == Role.EXPERT
    unanswered = Objection.objects.visible_to(user).filter(evaluation=OuterRef("pk")).unanswered()
    rows = Evaluation.objects.waiting_for(user, today).for_list().annotate(has_unanswered=Exists(unanswered))
    due = dict(user.reviews.filter(submitted_at=None).values_list("evaluation", "due_on")) if is_expert else {}
    for evaluation in rows:
        is_over = evaluation.status == Evaluation.Status.PUBLICITY and evaluation.publicity_over(today)
        yield Waiting(
            _("Evaluation %(year)s: %(zone)s") % {"year": evaluation.year, "zone": evaluation.zone},
            _what_waits(evaluation, is_over, is_expert),
            reverse("evaluation:evaluation_score", args=[evaluation.pk])
            if is_expert
            else evaluation.get_absolute_url(),
            _("Score") if is_expert else _("Open"),
            due.get(evaluation.pk) if is_expert else _due(evaluation, is_over),
        )


def _due(evaluation: Evaluation, is_over: bool) -> date | None:
    if evaluation.status == Evaluation.Status.SELF_ASSESSMENT:
        return evaluation.assessment_due_on
    return evaluation.publicity_ends_on if is_over else None


def _what_waits(evaluation: Any, is_over: bool, is_expert: bool) -> str:
    """What keeps the evaluation where it is, as far as it is this person's to do. The rows of ``for_list``."""
    if evaluation.has_unanswered and not is_expert:
        return _("An objection is not answered yet.")
    if is_over:
        return _("The publicity is over")
    if evaluation.status == Evaluation.Status.REVIEW and not is_expert:
        return _("All sheets are handed in") if evaluation.reviewer_count else _("No reviewers yet")
    return evaluation.get_status_display()


@waits("reports", gettext_lazy("Annual reports"))
def failed_reports(user: User, today: date) -> Iterator[Waiting]:
    if not may(user, "report.change"):
        return
    for report in AnnualReport.objects.visible_to(user).filter(status=AnnualReport.Status.FAILED).for_list():
        yield Waiting(
            _("Annual report failed: %(report)s") % {"report": report},
            report.error,
            report.get_absolute_url(),
            _("Open"),
        )
