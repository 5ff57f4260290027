"""Runs: annual reports that somebody ordered together."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from consortium.models import Affiliation, Consortium, User

from .reports import AnnualReport

Role = Affiliation.Role


class ReportRunQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Secretariat, bureau, auditor: all of the consortium; a college administrator: what the college ordered."""
        affiliation = user.affiliation
        if not affiliation:
            return self.none()
        rows = self.filter(consortium=affiliation.consortium_id)
        if affiliation.sees_whole_consortium:
            return rows
        if affiliation.role == Role.COLLEGE_ADMIN:
            return rows.filter(acting_as__organization=affiliation.organization_id)
        return self.none()

    def for_list(self):
        """With ``total``, ``made`` and ``failed``: how many reports belong to it, and how many of them are so far."""
        status = AnnualReport.Status
        return (
            self.annotate(
                total=Count("reports"),
                made=Count("reports", filter=Q(reports__status=status.DONE)),
                failed=Count("reports", filter=Q(reports__status=status.FAILED)),
            )
            .select_related("ordered_by", "acting_as__organization")
            .order_by("-pk")
        )

    def for_page(self):
        return self.select_related("consortium", "ordered_by", "acting_as__organization")

    def going(self):
        """Neither done nor cancelled."""
        return self.filter(status__in=ReportRun.Status.going())

    def complete(self):
        """Still going, though none of its reports is open: what the finishing step looks for."""
        open_ones = AnnualReport.objects.open().filter(runs=OuterRef("pk"))
        return self.going().filter(~Exists(open_ones))


class ReportRun(models.Model):
    """One order of annual reports of a year. A report that waits when it is ordered again belongs to both runs."""

    class Status(models.TextChoices):
        RUNNING = "running", _("In work")
        PAUSED = "paused", _("Paused")
        DONE = "done", _("Finished")
        CANCELLED = "cancelled", _("Cancelled")

        @classmethod
        def going(cls) -> list["ReportRun.Status"]:
            return [cls.RUNNING, cls.PAUSED]

    TRANSITIONS = {
        Status.RUNNING: {Status.PAUSED, Status.DONE, Status.CANCELLED},
        Status.PAUSED: {Status.RUNNING, Status.DONE, Status.CANCELLED},
        Status.DONE: {Status.RUNNING},  # what failed is tried again
    }

    # PROTECT: who ordered what is history
    consortium = models.ForeignKey(Consortium, models.PROTECT, related_name="report_runs", verbose_name=_("consortium"))
    year = models.PositiveSmallIntegerField(_("year"), validators=[MinValueValidator(2000), MaxValueValidator(2100)])
    status = models.CharField(_("state"), max_length=12, choices=Status, default=Status.RUNNING)
    ordered_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ordered by")
    )  # null: by a command or on the day of the schedule
    acting_as = models.ForeignKey(
        Affiliation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("acting as")
    )
    is_scheduled = models.BooleanField(_("on the day of the schedule"), default=False)
    ordered_at = models.DateTimeField(_("ordered at"))
    finished_at = models.DateTimeField(_("finished at"), null=True, editable=False)
    reports = models.ManyToManyField(AnnualReport, related_name="runs", verbose_name=_("annual reports"))

    objects = ReportRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("run of annual reports")
        verbose_name_plural = _("runs of annual reports")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ordered_by=None, acting_as=None) | Q(ordered_by__isnull=False, acting_as__isnull=False),
                name="report_run_ordered_as",
                violation_error_message=_("Who orders reports acts in a role."),
            )
        ]

    def __str__(self):
        return str(_("Annual reports of %(year)s, run %(number)s")) % {"year": self.year, "number": self.pk}

    def get_absolute_url(self) -> str:
        return reverse("reports:run_detail", args=[self.pk])

    @property
    def is_going(self) -> bool:
        return self.status in self.Status.going()

    @property
    def organization_id(self) -> int | None:
        """Whose people ordered it; None: nobody's."""
        return self.acting_as.organization_id if self.acting_as else None

    def file_name(self) -> str:
        """The name under which a browser saves all files of the run."""
        return f"{self}.zip"
