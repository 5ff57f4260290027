"""The bureau's urging (督办): what shall be answered by when, and the answer."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consortium.models import Affiliation, Consortium, User

from .milestones import Milestone

Role = Affiliation.Role


class SupervisionQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(milestone__in=Milestone.objects.visible_to(user))

    def running(self):
        return self.exclude(status=Supervision.Status.CLOSED)

    def unanswered(self, today: date):
        """Without an answer after the day by which there should be one: these have climbed to the leader."""
        return self.filter(status=Supervision.Status.OPEN, deadline__lt=today)

    def for_list(self):
        return self.select_related(
            "milestone__task__plan", "milestone__task__responsible_organization", "by", "answered_by"
        ).order_by("-pk")

    def waiting_for(self, user):
        """What the user has to do: the responsible unit answers, the bureau reads the answer."""
        affiliation = user.affiliation
        rows = self.visible_to(user)
        if affiliation and affiliation.role == Role.BUREAU:
            return rows.filter(status=Supervision.Status.ANSWERED)
        if affiliation and affiliation.role == Role.COLLEGE_ADMIN:
            own = {"milestone__task__responsible_organization": affiliation.organization_id}
            return rows.filter(status=Supervision.Status.OPEN, **own)
        return self.none()


class Supervision(models.Model):
    """One urging of one milestone. It is numbered through a year, as the sheet that is printed of it."""

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("urging", "To be answered")
        ANSWERED = "answered", pgettext_lazy("urging", "Answered")
        CLOSED = "closed", pgettext_lazy("urging", "Closed")

    TRANSITIONS = {
        Status.OPEN: {Status.ANSWERED, Status.CLOSED},
        Status.ANSWERED: {Status.CLOSED, Status.OPEN},
    }

    # PROTECT: what the bureau urged and what was answered is history
    consortium = models.ForeignKey(
        Consortium, models.PROTECT, related_name="+", verbose_name=_("consortium"), editable=False
    )
    milestone = models.ForeignKey(
        Milestone, models.PROTECT, related_name="supervisions", verbose_name=_("milestone"), editable=False
    )
    year = models.PositiveSmallIntegerField(_("year"), editable=False)
    number = models.PositiveIntegerField(_("number"), editable=False)
    text = models.TextField(_("what is asked"), max_length=2000)
    deadline = models.DateField(_("to be answered by"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("urged by"), editable=False)
    at = models.DateTimeField(_("urged at"), editable=False)
    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.OPEN, editable=False)
    answer = models.TextField(_("answer"), blank=True, max_length=2000)
    answered_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", null=True, editable=False, verbose_name=_("answered by")
    )
    answered_at = models.DateTimeField(_("answered at"), null=True, editable=False)
    closed_at = models.DateTimeField(_("closed at"), null=True, editable=False)
    climbed_at = models.DateTimeField(_("brought before the leader at"), null=True, editable=False)

    objects = SupervisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("urging")
        verbose_name_plural = _("urgings")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["consortium", "year", "number"], name="supervision_number_once"),
            models.UniqueConstraint(
                fields=["milestone"],
                condition=~Q(status="closed"),
                name="supervision_one_at_a_time",
                violation_error_message=_("This milestone has been urged already, and that urging is still running."),
            ),
            models.CheckConstraint(
                condition=Q(status="open") | Q(status="closed") | Q(answered_at__isnull=False),
                name="supervision_answered_at",
            ),
            models.CheckConstraint(
                condition=Q(status="closed", closed_at__isnull=False) | ~Q(status="closed") & Q(closed_at=None),
                name="supervision_closed_at",
            ),
        ]

    def __str__(self):
        return str(_("Urging [%(year)s] No. %(number)s") % {"year": self.year, "number": self.number})

    def get_absolute_url(self) -> str:
        return reverse("tasks:supervision_detail", args=[self.pk])

    @property
    def task(self):
        return self.milestone.task

    def has_climbed(self, today: date) -> bool:
        """Whether it stands before the task's leader, because nobody answered in time."""
        return self.status == self.Status.OPEN and self.deadline < today

    def light(self, today: date) -> str:
        """The kind of light of its deadline: late, soon (three days) or plan; done once it is closed."""
        if self.status == self.Status.CLOSED:
            return "done"
        if self.status == self.Status.ANSWERED:
            return "plan"
        left = (self.deadline - today).days
        return "late" if left < 0 else "soon" if left <= 3 else "plan"
