"""Annual reports: the order for one, how far its making is, and what came out of it."""

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from consortium.models import Affiliation, Organization, User

from .report_subjects import WHOSE, AboutSubject, Scope, fits_its_scope

Role = Affiliation.Role


class AnnualReportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Secretariat, bureau and auditor see all of the consortium; a college administrator the reports of the own
        college, its zones and its classes.

        A report shows the hours of every enterprise in it side by side, so an enterprise sees a finished one of a zone,
        a class or itself only when no other enterprise is named in it. Mentors and experts see none.
        """
        affiliation = user.affiliation
        if not affiliation:
            return self.none()
        rows = self.filter(consortium=affiliation.consortium_id)
        if affiliation.sees_whole_consortium:
            return rows
        if affiliation.role == Role.COLLEGE_ADMIN:
            college = affiliation.organization_id
            in_zones = Q(zone__college=college) | Q(innovation_class__zone__college=college)
            return rows.filter(in_zones | Q(scope=AnnualReport.Scope.COLLEGE, organization=college))
        if affiliation.role == Role.PARTNER:
            named = AnnualReport.enterprises.through.objects.filter(annualreport=OuterRef("pk"))
            own = named.filter(organization=affiliation.organization_id)
            others = named.exclude(organization=affiliation.organization_id)
            finished = rows.filter(scope__in=AnnualReport.Scope.of_enterprises(), status=AnnualReport.Status.DONE)
            return finished.filter(Exists(own), ~Exists(others))
        return self.none()

    def with_subject(self):
        """With what their names and numbers say."""
        return self.select_related("consortium", "zone", "innovation_class__zone", "organization")

    def for_list(self):
        """With ``ahead``: how many open reports were ordered before this one."""
        together = Q(queued_at=OuterRef("queued_at"), pk__lt=OuterRef("pk"))
        earlier = AnnualReport.objects.open().filter(together | Q(queued_at__lt=OuterRef("queued_at")))
        ahead = earlier.order_by().annotate(one=Value(1)).values("one").annotate(count=Count("pk")).values("count")
        return (
            self.annotate(ahead=Coalesce(Subquery(ahead), 0))
            .with_subject()
            .select_related("zone__department", "zone__college", "innovation_class__zone__college", "requested_by")
            .defer("figures")
            .order_by("-year", *self.by_subject(), "-version")
        )

    @staticmethod
    def by_subject() -> list:
        """Zones by their codes, below them the other kinds."""
        return [F("zone__code").asc(nulls_last=True), "scope", "innovation_class", "organization__name"]

    def for_page(self):
        rows = self.with_subject().prefetch_related("copies")
        return rows.select_related("zone__consortium", "zone__college", "zone__department", "zone__head")

    def for_archive(self):
        """With what names and checks their files."""
        return self.with_subject().prefetch_related("copies").defer("figures").order_by(*self.by_subject(), "pk")

    def open(self):
        return self.filter(status__in=AnnualReport.Status.open())

    def waiting(self, now):
        """What a worker may take: queued reports, and running ones whose worker has gone silent; oldest first.

        A report waits as long as every run to which it still belongs is paused.
        """
        gone = Q(status=AnnualReport.Status.RUNNING, lease_until__lt=now)
        runs = AnnualReport.runs.through.objects.filter(annualreport=OuterRef("pk"))  # type: ignore[attr-defined]
        paused, wanted = (
            Exists(runs.filter(reportrun__status="paused")),
            Exists(runs.filter(reportrun__status="running")),
        )
        rows = self.filter(Q(status=AnnualReport.Status.QUEUED) | gone).filter(~paused | wanted)
        return rows.order_by("queued_at", "pk")

    def counted(self) -> dict[str, int]:
        """How many there are in each status; every status is named."""
        counts = dict(self.order_by().values_list("status").annotate(Count("pk")))
        return {status.value: counts.get(status.value, 0) for status in AnnualReport.Status}


class AnnualReport(AboutSubject):
    """One version of an annual performance report. A finished one never changes."""

    Scope = Scope

    class Status(models.TextChoices):
        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Being made")
        DONE = "done", _("Finished")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

        @classmethod
        def open(cls) -> list["AnnualReport.Status"]:
            return [cls.QUEUED, cls.RUNNING]

    TRANSITIONS = {
        Status.QUEUED: {Status.RUNNING, Status.CANCELLED},
        Status.RUNNING: {Status.DONE, Status.FAILED},
        Status.FAILED: {Status.QUEUED},
        Status.CANCELLED: {Status.QUEUED},
    }

    class Step(models.TextChoices):
        FIGURES = "figures", _("Gathering the figures")
        TYPESETTING = "typesetting", _("Typesetting")
        SAVING = "saving", _("Saving the file")

    version = models.PositiveSmallIntegerField(_("version"))
    status = models.CharField(_("state"), max_length=12, choices=Status, default=Status.QUEUED)
    requested_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ordered by")
    )  # null: by a command
    acting_as = models.ForeignKey(
        Affiliation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("acting as")
    )
    enterprises = models.ManyToManyField(Organization, related_name="+", verbose_name=_("enterprises named in it"))

    progress = models.PositiveSmallIntegerField(_("progress, %"), default=0)
    step = models.CharField(_("step"), max_length=12, choices=Step, blank=True)
    error = models.TextField(_("reason of failure"), blank=True)
    attempt = models.PositiveIntegerField(_("attempt"), default=0)
    program = models.CharField(max_length=16, blank=True, editable=False)  # which program and templates ordered it
    lease_until = models.DateTimeField(
        null=True, editable=False
    )  # a worker that has not reported by then counts as dead

    figures = models.JSONField(_("figures"), null=True, editable=False)
    figures_sha256 = models.CharField(_("SHA-256 of the figures"), max_length=64, blank=True)
    file = models.FileField(_("file"), blank=True)
    sha256 = models.CharField(_("SHA-256 of the file"), max_length=64, blank=True)
    size = models.PositiveIntegerField(_("size in bytes"), default=0)

    queued_at = models.DateTimeField(_("ordered at"))
    started_at = models.DateTimeField(_("started at"), null=True, editable=False)
    finished_at = models.DateTimeField(_("finished at"), null=True, editable=False)

    objects = AnnualReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("annual report")
        verbose_name_plural = _("annual reports")
        ordering = ["-year", "scope", "zone__code", "-version"]
        indexes = [models.Index(fields=["status", "queued_at"], name="report_waiting")]  # what the worker asks
        constraints = [
            models.UniqueConstraint(
                "consortium",
                "scope",
                *WHOSE,
                "year",
                "version",
                name="report_version_once",
                violation_error_message=_("This version of the report exists already."),
            ),
            models.UniqueConstraint(
                "consortium",
                "scope",
                *WHOSE,
                "year",
                condition=Q(status__in=["queued", "running"]),
                name="report_one_open",
                violation_error_message=_("Such a report of this year is being made already."),
            ),
            fits_its_scope("report_subject_of_scope"),
            models.CheckConstraint(
                condition=~Q(status="done") | (~Q(sha256="") & ~Q(file="") & ~Q(figures_sha256="") & Q(progress=100)),
                name="report_done_has_file",
                violation_error_message=_("A finished report has its file and checksums."),
            ),
            models.CheckConstraint(
                condition=~Q(status="failed") | ~Q(error=""),
                name="report_failed_says_why",
                violation_error_message=_("A failed report says why."),
            ),
        ]

    def __str__(self):
        return f"{self.title} · {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("reports:report_detail", args=[self.pk])

    @property
    def form_field(self) -> str:
        """Under which name the form of an order takes its subject."""
        fields = {"zone": "zones", "class": "classes", "enterprise": "enterprises", "college": "colleges"}
        return fields.get(self.scope, "consortium")

    @property
    def college_id(self) -> int | None:
        """The college whose people may order it; None: only the secretariat."""
        if self.scope == self.Scope.COLLEGE:
            return self.organization_id
        zone = self.innovation_class.zone if self.innovation_class else self.zone
        return zone.college_id if zone else None

    @property
    def title(self) -> str:
        return str(_("%(zone)s, annual performance report %(year)s")) % {"zone": self.subject, "year": self.year}

    @property
    def number(self) -> str:
        """What people quote on the telephone: year, whose, and version."""
        return f"{self.year}-{self._code().upper()}-{self.version:02}"

    def _code(self) -> str:
        if self.innovation_class:
            zone = self.innovation_class.zone.code
            return f"{zone}-{self.innovation_class.code.removeprefix(f'{zone}-')}"
        if self.zone:
            return self.zone.code
        return self.organization.credit_code if self.organization else self.consortium.code

    @property
    def is_open(self) -> bool:
        return self.status in self.Status.open()

    def file_name(self, form: str = "pdf") -> str:
        """The name under which a browser saves the file."""
        return f"{self.title} {self.number}.{form}"


class ReportCopy(models.Model):
    """The figures of a finished report in another form than the paper: to be edited, or to be calculated with."""

    class Form(models.TextChoices):
        DOCX = "docx", _("Word, to be edited")
        XLSX = "xlsx", _("Excel, for the figures")

    report = models.ForeignKey(AnnualReport, models.CASCADE, related_name="copies")  # a part of it
    form = models.CharField(_("form"), max_length=4, choices=Form)
    file = models.FileField(_("file"))
    sha256 = models.CharField(_("SHA-256 of the file"), max_length=64)
    size = models.PositiveIntegerField(_("size in bytes"))

    class Meta:
        verbose_name = _("copy of an annual report")
        verbose_name_plural = _("copies of annual reports")
        ordering = ["form"]
        constraints = [models.UniqueConstraint(fields=["report", "form"], name="report_copy_once")]

    def __str__(self):
        return self.report.file_name(self.form)
