"""Hours from an Excel file: the order that keeps the file, what was found in it, and what became of it."""

from datetime import date, timedelta
from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consortium.models import Affiliation, Attachment, User

Role = Affiliation.Role
KEPT = timedelta(days=30)  # of a file from which nothing was written; what was written stays with its file
AT_ONCE = 500  # rows that are checked and written while one waits; a worker does longer files


class HourImportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own, while one acts as when one handed the file in."""
        affiliation = user.affiliation
        if not affiliation or affiliation.role not in {Role.PARTNER, Role.MENTOR}:
            return self.none()
        return self.filter(user=user, acting_as=affiliation)

    def waiting(self, now):
        """Queued, or begun by a worker that has not been heard of since its lease ran out. Oldest first."""
        Status = HourImport.Status
        return self.filter(Q(status=Status.QUEUED) | Q(status=Status.RUNNING, lease_until__lt=now)).order_by("pk")

    def over(self, then):
        """Ended before ``then`` without anything written, or never accepted."""
        Status = HourImport.Status
        return self.filter(status__in=[Status.CHECKED, Status.REFUSED, Status.FAILED], finished_at__lt=then)

    def for_list(self):
        return self.order_by("-pk")


class HourImport(models.Model):
    """One file of hours: checked as a whole, shown as a preview, and written as a whole once it is accepted.

    ``result`` is what the check found: ``rows`` with how many are new, changed and unchanged, ``hours`` of those to be
    written, ``faults`` and ``changes`` by row, ``notes`` about the file, ``seen``, by which acceptance knows that
    everything is still as the person read it.
    """

    class Status(models.TextChoices):
        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Under way")
        CHECKED = "checked", _("Checked, to be accepted")
        REFUSED = "refused", _("To be put right")
        DONE = "done", _("Written")
        FAILED = "failed", _("Failed")

        @classmethod
        def open(cls) -> list["HourImport.Status"]:
            return [cls.QUEUED, cls.RUNNING]

    TRANSITIONS = {
        Status.QUEUED: {Status.RUNNING},
        Status.RUNNING: {Status.CHECKED, Status.REFUSED, Status.DONE, Status.FAILED},
        Status.CHECKED: {Status.QUEUED},
    }

    # PROTECT: the hours that came from the file name it in their history
    user = models.ForeignKey(User, models.PROTECT, related_name="hour_imports", verbose_name=_("person"))
    acting_as = models.ForeignKey(Affiliation, models.PROTECT, related_name="+", verbose_name=_("acting as"))
    name = models.CharField(_("file name"), max_length=200)
    language = models.CharField(max_length=10)
    status = models.CharField(_("state"), max_length=8, choices=Status, default=Status.QUEUED)
    attempt = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, editable=False)
    rows_total = models.PositiveIntegerField(_("rows"), default=0)
    rows_done = models.PositiveIntegerField(default=0)
    submits = models.BooleanField(_("submitted when written"), default=False)
    result: Any = models.JSONField(_("result"), default=dict, blank=True)
    error = models.CharField(_("error"), max_length=300, blank=True)
    ordered_at = models.DateTimeField(_("handed in at"))
    accepted_at = models.DateTimeField(_("accepted at"), null=True, editable=False)
    finished_at = models.DateTimeField(_("finished at"), null=True, editable=False)

    files_act = "hour_import.add"
    objects = HourImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import of hours")
        verbose_name_plural = _("imports of hours")
        indexes = [
            models.Index(fields=["id"], condition=Q(status__in=["queued", "running"]), name="hour_imports_waiting")
        ]  # the drain

    def __str__(self):
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("zones:hour_import_detail", args=[self.pk])

    @property
    def goes_on(self) -> date | None:
        """The day after which it is removed; None where hours were written or are about to be."""
        kept = self.is_open or self.status == self.Status.DONE or self.finished_at is None
        return None if kept else timezone.localdate(self.finished_at) + KEPT

    @property
    def is_open(self) -> bool:
        return self.status in self.Status.open()

    @property
    def is_long(self) -> bool:
        return self.rows_total > AT_ONCE

    @property
    def percent(self) -> int:
        """How far it is, 0–100."""
        return self.rows_done * 100 // self.rows_total if self.rows_total else 0

    @property
    def file(self) -> Attachment | None:
        """The one file that was handed in with it."""
        return Attachment.objects.about(self).first()

    @property
    def files_closed(self) -> str:
        return str(_("The file of an import stays as it was handed in.")) if self.file else ""
