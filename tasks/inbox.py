"""Milestones that wait for somebody, and what people are told about them."""

from collections.abc import Iterator
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consortium.inbox import Waiting, notice_kind, waits
from consortium.models import Affiliation, Notice, User

from .models import Milestone

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
