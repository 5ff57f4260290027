"""Reporting progress, and the bureau's answer."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from consortium.inbox import NoticeKind
from consortium.models import Affiliation, User
from consortium.services import Refused, create, move
from consortium.services.notices import notify

from ..inbox import MILESTONE_CONFIRMED, MILESTONE_RETURNED, MILESTONE_TO_CONFIRM
from ..lights import missing_months
from ..models import Milestone, Progress, Target
from .supervisions import close_for_confirmed
from .targets import add_figures


def month_to_report(milestone: Milestone, today: date) -> date:
    """The oldest month without a report since the quarter began, otherwise this month."""
    return next(iter(missing_months(milestone, today)), today.replace(day=1))


def refuse_confirmed(milestone: Milestone) -> None:
    """Raise Refused when the milestone is confirmed: what the bureau has confirmed is not another text later."""
    if milestone.status == Milestone.Status.CONFIRMED:
        raise Refused(_("This milestone is confirmed and is not changed any more."))


def refuse_silent_move(old: date, new: date, reason: str) -> None:
    """Raise ValidationError when a due day changes and nobody says why."""
    if old != new and not reason.strip():
        raise ValidationError({"reason": _("Say why the due day changes; the unit and the leaders will ask.")})


@transaction.atomic
def report_progress(
    milestone: Milestone,
    *,
    text: str,
    percent: int,
    by: User,
    now: datetime,
    month: date | None = None,
    figures: Iterable[tuple[Target, Decimal]] = (),
) -> Progress:
    """Add one report. At 100 % the milestone goes to the bureau to be confirmed; before, it is in progress.

    ``month`` is its first day; without it the oldest month still missing is meant. ``figures`` say what
    has been reached of the task's targets. Raises ValidationError on a bad
    value and Refused when the milestone is confirmed or waits for the bureau.
    """
    milestone = _locked(milestone)
    today = timezone.localdate(now)
    if milestone.status == Milestone.Status.CONFIRMED:
        raise Refused(_("This milestone is confirmed and takes no more progress."))
    if milestone.status == Milestone.Status.SUBMITTED:
        raise Refused(_("This milestone waits for the bureau's answer."))
    month = month or month_to_report(milestone, today)
    if month > today:
        raise ValidationError({"month": _("A month in the future cannot be reported.")})
    if month < min(milestone.begins_on, today.replace(day=1)):
        raise ValidationError({"month": _("This month lies before the milestone's quarter.")})
    progress = Progress(milestone=milestone, month=month, text=text.strip(), percent=percent, by=by, at=now)
    latest = milestone.latest
    figures = list(figures)
    if latest and not figures and latest.status == Progress.Status.SUBMITTED and _says_the_same(latest, progress):
        raise Refused(_("This report is there already."))
    create(progress, by=by)
    add_figures(progress, figures)
    to = Milestone.Status.SUBMITTED if percent == 100 else Milestone.Status.IN_PROGRESS
    if to != milestone.status:
        move(milestone, to, by=by)
    if to == Milestone.Status.SUBMITTED:
        _tell(milestone, MILESTONE_TO_CONFIRM, lambda: _("Task %(number)s, %(quarter)s waits to be confirmed."), at=now)
    return progress


def _says_the_same(one: Progress, other: Progress) -> bool:
    return (one.month, one.percent, one.text) == (other.month, other.percent, other.text)


@transaction.atomic
def confirm_progress(progress: Progress, *, by: User, now: datetime, comment: str = "") -> None:
    """The bureau accepts the latest report; one of 100 % confirms the milestone. Raises Refused."""
    milestone = _reviewable(progress)
    comment = comment.strip()
    move(progress, Progress.Status.CONFIRMED, by=by, reason=comment, comment=comment, reviewed_at=now)
    if milestone.status == Milestone.Status.SUBMITTED:
        move(milestone, Milestone.Status.CONFIRMED, by=by, reason=comment, confirmed_at=now)
        close_for_confirmed(milestone, by=by, now=now)
        _tell(milestone, MILESTONE_CONFIRMED, lambda: _("Task %(number)s, %(quarter)s is confirmed."), at=now)


@transaction.atomic
def return_progress(progress: Progress, *, by: User, now: datetime, comment: str) -> None:
    """The bureau sends the latest report back with a comment. Raises ValidationError without one, and Refused."""
    comment = comment.strip()
    if not comment:
        raise ValidationError({"comment": _("Say what is missing, so that it can be put right.")})
    milestone = _reviewable(progress)
    move(progress, Progress.Status.RETURNED, by=by, reason=comment, comment=comment, reviewed_at=now)
    move(milestone, Milestone.Status.RETURNED, by=by, reason=comment)
    _tell(
        milestone,
        MILESTONE_RETURNED,
        lambda: _("Task %(number)s, %(quarter)s was returned: %(comment)s"),
        at=now,
        comment=comment,
    )


def _tell(milestone: Milestone, kind: NoticeKind, sentence: Callable[[], str], *, at: datetime, **words: str) -> None:
    """Tell the bureau what waits for it, and the college's people that answer for the task all else."""
    task = milestone.task
    people = Affiliation.objects.in_force().filter(consortium=task.plan.consortium_id)
    if kind == MILESTONE_TO_CONFIRM:
        people = people.filter(role=Affiliation.Role.BUREAU)
    else:
        people = people.filter(role=Affiliation.Role.COLLEGE_ADMIN, organization=task.responsible_organization_id)

    def text() -> str:
        return sentence() % {"number": task.number, "quarter": milestone.get_quarter_display(), **words}

    notify(people, kind, text, milestone.get_absolute_url(), at=at)


def _reviewable(progress: Progress) -> Milestone:
    milestone = _locked(progress.milestone)
    if milestone.latest != progress:
        raise Refused(_("There is a newer report. Answer that one."))
    return milestone


def _locked(milestone: Milestone) -> Milestone:
    """The milestone as it stands now, kept for this transaction: reports and answers to it come one after another."""
    rows = Milestone.objects.select_for_update(of=("self",), no_key=True).select_related("task__plan")
    return rows.get(pk=milestone.pk)
