"""Excel files of long lists, which a worker writes."""

from datetime import timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .people import Affiliation, User

KEPT = timedelta(days=7)  # a file; who wants it later exports anew what then is
LONGEST = 2000  # characters of an address


class ExportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own, while one acts as when one asked."""
        return self.filter(user=user, acting_as=user.affiliation) if user.affiliation else self.none()

    def waiting(self, now):
        """Queued, or begun by a worker that has not been heard of since its lease ran out. Oldest first."""
        Status = Export.Status
        queued, dead = models.Q(status=Status.QUEUED), models.Q(status=Status.RUNNING, lease_until__lt=now)
        return self.filter(queued | dead).order_by("pk")

    def over(self, then):
        """Finished before ``then``, with a file still."""
        return self.filter(status=Export.Status.DONE, finished_at__lt=then).exclude(file="")

    def for_list(self):
        return self.order_by("-pk")


class Export(models.Model):
    """One order: the list's address with its filters, for one person acting as somebody."""

    class Status(models.TextChoices):
        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Being made")
        DONE = "done", _("Finished")
        FAILED = "failed", _("Failed")

        @classmethod
        def open(cls) -> list["Export.Status"]:
            return [cls.QUEUED, cls.RUNNING]

    TRANSITIONS = {
        Status.QUEUED: {Status.RUNNING},
        Status.RUNNING: {Status.DONE, Status.FAILED},
    }

    user = models.ForeignKey(User, models.CASCADE, related_name="exports")  # a part of the person's desk
    acting_as = models.ForeignKey(Affiliation, models.PROTECT, related_name="+", verbose_name=_("acting as"))
    title = models.CharField(_("list"), max_length=100)
    address = models.CharField(_("address"), max_length=LONGEST)  # path and query of the list
    reason = models.CharField(
        _("reason"), max_length=300, blank=True, default=""
    )  # why with personal data; empty: these are masked
    language = models.CharField(max_length=10)
    status = models.CharField(_("state"), max_length=8, choices=Status, default=Status.QUEUED)
    attempt = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, editable=False)
    rows_total = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    file = models.CharField(max_length=200, blank=True)  # below MEDIA_ROOT
    size = models.PositiveIntegerField(_("size in bytes"), default=0)
    error = models.CharField(_("error"), max_length=300, blank=True)
    ordered_at = models.DateTimeField(_("ordered at"))
    finished_at = models.DateTimeField(_("finished at"), null=True, editable=False)

    objects = ExportQuerySet.as_manager()

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        indexes = [
            models.Index(
                fields=["id"], condition=models.Q(status__in=["queued", "running"]), name="exports_waiting"
            )  # the drain
        ]

    def __str__(self):
        return self.title

    @property
    def is_open(self) -> bool:
        return self.status in self.Status.open()

    @property
    def percent(self) -> int:
        """How far it is, 0–100."""
        if self.status == self.Status.DONE:
            return 100
        return self.rows_done * 100 // self.rows_total if self.rows_total else 0

    @property
    def file_name(self) -> str:
        """The name under which a browser saves the file: the list and the day, like that of a short list."""
        return f"{self.title}-{timezone.localdate(self.finished_at):%Y%m%d}.xlsx"

    @property
    def kept_until(self):
        """The day on which the file is removed; the order itself stays."""
        return timezone.localdate(self.finished_at) + KEPT
