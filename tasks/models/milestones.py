"""What shall stand by the end of a quarter, and what has been reported of it."""

from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from consortium.models import Affiliation, User

from ..months import first_of_quarter, month_end, quarter_of
from ..words import tidy
from .plans import Task

if TYPE_CHECKING:
    from .supervisions import Supervision

Role = Affiliation.Role
YEAR = timedelta(days=366)  # what is overdue for longer stands in no calendar any more


class MilestoneQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(task__in=Task.objects.visible_to(user))

    def with_progress(self):
        """With all that a light needs, in the order of the tables."""
        return (
            self.select_related("task__plan", "task__responsible_organization")
            .prefetch_related(
                models.Prefetch("progress", Progress.objects.select_related("by"), to_attr="reports"),
                models.Prefetch("supervisions", to_attr="urgings"),
            )
            .order_by("task__plan", "task__number", "quarter")
        )

    def linked(self):
        """With the task and plan that a link to it names."""
        return self.select_related("task__plan").order_by("task__plan__year")

    def overdue(self, today: date):
        return self.filter(due__lt=today).exclude(status=Milestone.Status.CONFIRMED)

    def for_calendar(self, user, today: date):
        """What ``user`` has to mind and is not done: a unit its own tasks, whoever watches over the table all of it."""
        affiliation = user.affiliation
        rows = self.visible_to(user).filter(due__gte=today - YEAR).exclude(status=Milestone.Status.CONFIRMED)
        if affiliation and not affiliation.sees_whole_consortium:
            rows = rows.filter(task__responsible_organization=affiliation.organization_id)
        return rows.with_progress().order_by("due", "pk")

    def in_hand(self, today: date):
        """What somebody has still to do, of last year's tables and later: the older ones are in the archive."""
        to_do = self.filter(task__plan__year__gte=today.year - 1)
        return to_do.exclude(status__in=Milestone.Status.with_bureau())

    def waiting_for(self, user, today: date):
        """What the user has to do: the bureau reviews; the responsible unit reports what has begun or came back."""
        affiliation = user.affiliation
        if not affiliation:
            return self.none()
        rows = self.visible_to(user)
        if affiliation.role == Role.BUREAU:
            return rows.filter(status=Milestone.Status.SUBMITTED)
        if affiliation.role != Role.COLLEGE_ADMIN:
            return self.none()
        begun = Q(task__plan__year__lt=today.year) | Q(task__plan__year=today.year, quarter__lte=quarter_of(today))
        return rows.filter(
            Q(status=Milestone.Status.RETURNED) | begun, task__responsible_organization=affiliation.organization_id
        ).exclude(status__in=Milestone.Status.with_bureau())


class Milestone(models.Model):
    """A quarter's milestone of a task (季度形象进度). Its light is computed, never stored: see ``lights``."""

    class Status(models.TextChoices):
        NOT_STARTED = "not_started", _("Not started")
        IN_PROGRESS = "in_progress", _("In progress")
        SUBMITTED = "submitted", _("To be confirmed")
        CONFIRMED = "confirmed", _("Confirmed")
        RETURNED = "returned", _("Returned")

        @classmethod
        def with_bureau(cls) -> list["Milestone.Status"]:
            """The responsible unit has nothing to do in these."""
            return [cls.SUBMITTED, cls.CONFIRMED]

    TRANSITIONS = {
        Status.NOT_STARTED: {Status.IN_PROGRESS, Status.SUBMITTED},
        Status.IN_PROGRESS: {Status.SUBMITTED, Status.RETURNED},
        Status.SUBMITTED: {Status.CONFIRMED, Status.RETURNED},
        Status.RETURNED: {Status.IN_PROGRESS, Status.SUBMITTED},
    }

    task = models.ForeignKey(
        Task, models.CASCADE, related_name="milestones", verbose_name=_("task"), editable=False
    )  # a cell of its row
    quarter = models.PositiveSmallIntegerField(
        _("quarter"), choices=[(1, _("Q1")), (2, _("Q2")), (3, _("Q3")), (4, _("Q4"))]
    )
    text = models.TextField(_("milestone text"))
    due = models.DateField(_("due"), db_index=True)  # what is overdue, on home pages
    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.NOT_STARTED, editable=False)
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, editable=False)
    # SET_NULL: as that of its task
    continues = models.ForeignKey(
        "self",
        models.SET_NULL,
        related_name="continued_by",
        null=True,
        editable=False,
        verbose_name=_("carried over from"),
    )

    files_act = "progress.add"
    objects = MilestoneQuerySet.as_manager()

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        ordering = ["task", "quarter"]
        constraints = [
            models.UniqueConstraint(
                fields=["task", "quarter"],
                name="milestone_once_a_quarter",
                violation_error_message=_("This task has a milestone in this quarter already."),
            ),
            models.CheckConstraint(
                condition=Q(quarter__range=(1, 4)),
                name="milestone_quarter",
                violation_error_message=_("A quarter is a number from 1 to 4."),
            ),
            models.CheckConstraint(
                condition=Q(status="confirmed", confirmed_at__isnull=False)
                | ~Q(status="confirmed") & Q(confirmed_at=None),
                name="milestone_confirmed_at",
                violation_error_message=_("A milestone has a day of confirmation when it is confirmed, and only then."),
            ),
        ]

    def __str__(self):
        return f"{self.task.number} {self.get_quarter_display()} {self.text}"

    def get_absolute_url(self) -> str:
        return reverse("tasks:milestone_detail", args=[self.pk])

    def clean(self):
        """One line, as it stands in a cell of the table."""
        self.text = tidy(self.text)

    @property
    def files_closed(self) -> str:
        """Why its files stay as they are: what the bureau reads and has confirmed is not another thing later."""
        if self.status == self.Status.CONFIRMED:
            return str(_("This milestone is confirmed, so its files stay as they are."))
        if self.status == self.Status.SUBMITTED:
            return str(_("The bureau is reading this milestone, so its files stay as they are."))
        return ""

    @property
    def begins_on(self) -> date:
        return first_of_quarter(self.task.plan.year, self.quarter)

    @cached_property
    def reports(self) -> list["Progress"]:
        """All progress, newest first, as it stood when first asked; ``for_matrix`` and ``with_progress`` fetch it."""
        return list(self.progress.all())

    @cached_property
    def urgings(self) -> list["Supervision"]:
        """All urgings, newest first, as ``reports``."""
        return list(self.supervisions.all())

    @property
    def urging(self) -> "Supervision | None":
        """The urging that is still running."""
        return next((one for one in self.urgings if one.status != one.Status.CLOSED), None)

    @property
    def latest(self) -> "Progress | None":
        return next(iter(self.reports), None)


class ProgressQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(milestone__in=Milestone.objects.visible_to(user))


class Progress(models.Model):
    """What the responsible unit reported of one month. Rows are added; text and figures are never altered."""

    class Status(models.TextChoices):
        SUBMITTED = "submitted", _("Submitted")
        CONFIRMED = "confirmed", _("Confirmed")
        RETURNED = "returned", _("Returned")

    TRANSITIONS = {Status.SUBMITTED: {Status.CONFIRMED, Status.RETURNED}}

    # PROTECT: what has been reported stays, and so do its people
    milestone = models.ForeignKey(Milestone, models.PROTECT, related_name="progress", verbose_name=_("milestone"))
    month = models.DateField(_("month"))
    text = models.TextField(_("progress text"))
    percent = models.PositiveSmallIntegerField(
        _("percent done"), validators=[MinValueValidator(0), MaxValueValidator(100)]
    )
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("reported by"))
    at = models.DateTimeField(_("reported at"))
    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.SUBMITTED)
    comment = models.TextField(_("comment"), blank=True)
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True, editable=False)

    objects = ProgressQuerySet.as_manager()

    class Meta:
        verbose_name = _("progress report")
        verbose_name_plural = _("progress reports")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(percent__range=(0, 100)),
                name="progress_percent",
                violation_error_message=_("Percent done is a number from 0 to 100."),
            ),
            models.CheckConstraint(
                condition=Q(month__day=1),
                name="progress_month",
                violation_error_message=_("A month is written as its first day."),
            ),
        ]

    def __str__(self):
        return f"{self.month:%Y-%m} {self.percent}% {self.text}"

    @property
    def is_late(self) -> bool:
        """Sent after the end of its month, by the clock of Shanghai."""
        return timezone.localdate(self.at) > month_end(self.month.year, self.month.month)
