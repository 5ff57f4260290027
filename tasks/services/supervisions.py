"""Urging what is late, the unit's answer, and what happens when none comes."""

from collections.abc import Callable, Iterable
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from consortium.models import Affiliation, Consortium, Organization, User
from consortium.services import Refused, create, move, record
from consortium.services.notices import notify, take_back

from ..inbox import SUPERVISED, SUPERVISION_ANSWERED, SUPERVISION_CLIMBED
from ..lights import missing_months
from ..models import Milestone, Supervision

Role, Status = Affiliation.Role, Supervision.Status


def why_not_urged(milestone: Milestone, today: date) -> str:
    """Why this milestone cannot be urged today; nothing when it can: it is late, or lacks a month's report."""
    sentence = _why_not_urged(milestone, today)
    return sentence and sentence % {"number": milestone.task.number, "quarter": milestone.get_quarter_display()}


def _why_not_urged(milestone: Milestone, today: date) -> str:
    if milestone.task.responsible_organization_id is None:
        return _("Task %(number)s, %(quarter)s has no responsible member that could answer.")
    if milestone.status == Milestone.Status.CONFIRMED:
        return _("Task %(number)s, %(quarter)s is confirmed.")
    if milestone.status == Milestone.Status.SUBMITTED:
        return _("Task %(number)s, %(quarter)s waits for the bureau itself.")
    if milestone.due < today or any(month < today.replace(day=1) for month in missing_months(milestone, today)):
        return ""
    return _("Task %(number)s, %(quarter)s is neither overdue nor lacks a report.")


def urged_already(milestone: Milestone, urging: Supervision) -> str:
    return _("Task %(task)s, %(quarter)s has been urged already: %(urging)s.") % {
        "task": milestone.task.number,
        "quarter": milestone.get_quarter_display(),
        "urging": urging,
    }


@transaction.atomic
def urge(milestones: Iterable[Milestone], *, deadline: date, text: str, by: User, now: datetime) -> list[Supervision]:
    """Urge each of the milestones, all or none. Each gets a number and a sheet of its own, and its unit is told.

    Raises ValidationError on a bad deadline or without a text, and Refused when a milestone is not late, waits for
    the bureau, or has been urged already.
    """
    today, text = timezone.localdate(now), text.strip()
    if deadline < today:
        raise ValidationError({"deadline": _("The answer cannot be due before today.")})
    if not text:
        raise ValidationError({"text": _("Say what is asked of the unit.")})
    rows = sorted(milestones, key=lambda milestone: (milestone.task.number, milestone.quarter))
    if not rows:
        raise Refused(_("Choose at least one milestone."))
    consortium = Consortium.objects.select_for_update(no_key=True).get(pk=rows[0].task.plan.consortium_id)
    running = Supervision.objects.filter(milestone__in=rows).running().select_related("milestone__task")
    for earlier in running:
        raise Refused(urged_already(earlier.milestone, earlier))
    for milestone in rows:
        if reason := why_not_urged(milestone, today):
            raise Refused(reason)
    taken = Supervision.objects.filter(consortium=consortium, year=today.year).aggregate(last=Max("number"))
    made = []
    for number, milestone in enumerate(rows, (taken["last"] or 0) + 1):
        row = Supervision(
            consortium=consortium, milestone=milestone, year=today.year, number=number, text=text, deadline=deadline,
            by=by, at=now,
        )  # fmt: skip
        create(row, by=by)
        record(milestone, by=by, what=gettext_noop("Urged"), new=row, reason=text)
        _tell_unit(row, lambda: _("Task %(number)s, %(quarter)s is urged: answer by %(day)s."), at=now)
        made.append(row)
    return made


@transaction.atomic
def answer_supervision(supervision: Supervision, answer: str, *, by: User, now: datetime) -> None:
    """The responsible unit says what it does about it. Raises ValidationError without a text, and Refused."""
    answer = answer.strip()
    if not answer:
        raise ValidationError({"answer": _("Say how things stand and what happens next.")})
    move(supervision, Status.ANSWERED, by=by, reason=answer, answer=answer, answered_by=by, answered_at=now)
    take_back(SUPERVISION_CLIMBED, supervision.get_absolute_url())
    notify(
        _bureau(supervision),
        SUPERVISION_ANSWERED,
        lambda: _("%(urging)s is answered.") % {"urging": supervision},
        supervision.get_absolute_url(),
        at=now,
    )


@transaction.atomic
def close_supervision(supervision: Supervision, *, by: User, now: datetime, comment: str = "") -> None:
    """The bureau has read the answer, or takes an unanswered urging back, which needs a reason."""
    comment = comment.strip()
    if supervision.status == Status.OPEN and not comment:
        raise ValidationError({"comment": _("Nobody has answered yet. Say why this urging is closed.")})
    move(supervision, Status.CLOSED, by=by, reason=comment, closed_at=now)
    take_back(SUPERVISED, supervision.get_absolute_url())
    take_back(SUPERVISION_CLIMBED, supervision.get_absolute_url())


@transaction.atomic
def ask_again(supervision: Supervision, *, comment: str, deadline: date, by: User, now: datetime) -> None:
    """The answer will not do: the unit answers once more, by a new day. The answers before stay in the history."""
    comment = comment.strip()
    if not comment:
        raise ValidationError({"comment": _("Say what the answer lacks.")})
    if deadline < timezone.localdate(now):
        raise ValidationError({"deadline": _("The answer cannot be due before today.")})
    move(supervision, Status.OPEN, by=by, reason=comment, deadline=deadline, climbed_at=None)
    _tell_unit(supervision, lambda: _("Task %(number)s, %(quarter)s is urged again: answer by %(day)s."), at=now)


def close_for_confirmed(milestone: Milestone, *, by: User, now: datetime) -> None:
    """What is confirmed is no longer urged."""
    for supervision in milestone.supervisions.running():
        close_supervision(supervision, by=by, now=now, comment=_("The milestone is confirmed."))


def climb(now: datetime) -> int:
    """Bring what nobody answered in time before the task's leader, once each; how many there were. Safe to repeat."""
    rows = Supervision.objects.unanswered(timezone.localdate(now)).filter(climbed_at=None)
    return sum(_climb(row, now) for row in rows.select_related("milestone__task__plan"))


@transaction.atomic
def _climb(supervision: Supervision, now: datetime) -> bool:
    """Tell the leader, the bureau and the unit. The UPDATE is the lock: of two jobs one tells them."""
    due = Supervision.objects.filter(pk=supervision.pk, status=Status.OPEN, climbed_at=None)
    if not due.update(climbed_at=now):
        return False
    leader = supervision.task.leader
    record(supervision, by=None, what="climbed_at", new=timezone.localtime(now).isoformat(), reason=leader)
    people = [*_leaders(supervision), *_bureau(supervision), *_unit(supervision)]

    def text() -> str:
        sentence = (
            _("%(urging)s was not answered in time and stands before the leader: %(leader)s.")
            if leader
            else _("%(urging)s was not answered in time; the task names no leader.")
        )
        return sentence % {"urging": supervision, "leader": leader}

    notify(people, SUPERVISION_CLIMBED, text, supervision.get_absolute_url(), at=now)
    return True


def _tell_unit(supervision: Supervision, sentence: Callable[[], str], *, at: datetime) -> None:
    milestone = supervision.milestone

    def text() -> str:
        return sentence() % {
            "number": milestone.task.number,
            "quarter": milestone.get_quarter_display(),
            "day": date_format(supervision.deadline),
        }

    notify(_unit(supervision), SUPERVISED, text, supervision.get_absolute_url(), at=at)


def _people(supervision: Supervision):
    return Affiliation.objects.in_force().filter(consortium=supervision.consortium_id)


def _unit(supervision: Supervision):
    return _people(supervision).filter(
        role=Role.COLLEGE_ADMIN, organization=supervision.task.responsible_organization_id
    )


def _bureau(supervision: Supervision):
    return _people(supervision).filter(role=Role.BUREAU)


def _leaders(supervision: Supervision):
    """People of the bureau or the responsible member who are called as one of the task's leaders.

    The table knows a leader by name only; somebody of that name elsewhere is another person.
    """
    names = supervision.task.leader.split("、") if supervision.task.leader else []
    return _people(supervision).filter(
        Q(organization__kind=Organization.Kind.GOVERNMENT)
        | Q(organization=supervision.task.responsible_organization_id),
        role__in=[Role.BUREAU, Role.SECRETARIAT, Role.AUDITOR, Role.COLLEGE_ADMIN],
        user__name__in=names,
    )
