"""Milestones that wait for somebody, and what people are told about them."""

from collections.abc import Iterator
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consortium.inbox import Waiting, notice_kind, waits
from consortium.models import Affiliation, Notice, User

from .models import Milestone, Supervision

Role, Mail = Affiliation.Role, Notice.Mail

MILESTONE_RETURNED = notice_kind(
    "milestone_returned", gettext_lazy("A milestone is returned"), Role.COLLEGE_ADMIN, mail=Mail.NOW
)
MILESTONE_CONFIRMED = notice_kind(
    "milestone_confirmed", gettext_lazy("A milestone is confirmed"), Role.COLLEGE_ADMIN, mail=Mail.DIGEST
)
# they stand in the list of what waits anyway
MILESTONE_TO_CONFIRM = notice_kind(
    "milestone_to_confirm", gettext_lazy("Milestones to confirm"), Role.BUREAU, is_shown=False, mail=Mail.DIGEST
)
REPORT_DUE = notice_kind(
    "report_due", gettext_lazy("A month's report is due in 3 days"), Role.COLLEGE_ADMIN, mail=Mail.DIGEST
)
MILESTONE_DUE = notice_kind(
    "milestone_due", gettext_lazy("A milestone is due in 14 or 3 days"), Role.COLLEGE_ADMIN, mail=Mail.DIGEST
)
MILESTONE_OVERDUE = notice_kind(
    "milestone_overdue",
    gettext_lazy("A milestone is overdue"),
    *(Role.COLLEGE_ADMIN, Role.BUREAU),
    mail=Mail.DIGEST,
)
SUPERVISED = notice_kind("supervised", gettext_lazy("A milestone is urged"), Role.COLLEGE_ADMIN, mail=Mail.NOW)
SUPERVISION_ANSWERED = notice_kind(
    "supervision_answered", gettext_lazy("An urging is answered"), Role.BUREAU, is_shown=False, mail=Mail.DIGEST
)
SUPERVISION_CLIMBED = notice_kind(
    "supervision_climbed",
    gettext_lazy("An urging was not answered in time"),
    *(Role.BUREAU, Role.COLLEGE_ADMIN, Role.SECRETARIAT, Role.AUDITOR),
    mail=Mail.NOW,
)


@waits("milestones", gettext_lazy("Quarterly tasks"))
def milestones_in_hand(user: User, today: date) -> Iterator[Waiting]:
    is_bureau = user.affiliation is not None and user.affiliation.role == Role.BUREAU
    for milestone in Milestone.objects.waiting_for(user, today).select_related("task"):
        yield Waiting(
            f"{milestone.task.number} {milestone.task.goal} · {milestone.get_quarter_display()}",
            milestone.text,
            f"{reverse('tasks:plan_detail', args=[milestone.task.plan_id])}?milestone={milestone.pk}#panel",
            _("Review") if is_bureau else _("Report"),
            milestone.due,
        )


@waits("supervisions", gettext_lazy("Urgings"))
def supervisions_in_hand(user: User, today: date) -> Iterator[Waiting]:
    is_bureau = user.affiliation is not None and user.affiliation.role == Role.BUREAU
    for supervision in Supervision.objects.waiting_for(user).for_list():
        yield Waiting(
            f"{supervision} · {supervision.task} · {supervision.milestone.get_quarter_display()}",
            supervision.answer if is_bureau else supervision.text,
            supervision.get_absolute_url(),
            _("Read the answer") if is_bureau else _("Answer"),
            None if is_bureau else supervision.deadline,
        )
