"""What the virus scanner said of the bytes of files."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class FileScan(models.Model):
    """What was found in the bytes with this hash; bytes without a row, and those pending, are not looked at yet.

    A row of its own and no fields of the attachment: bytes are stored once however often they are attached, and
    attachments of a published evaluation are kept as they are by the database.
    """

    class Status(models.TextChoices):
        PENDING = "pending", _("Waits for the virus scan")
        CLEAN = "clean", _("No virus found")
        INFECTED = "infected", _("Virus found")

    sha256 = models.CharField("SHA-256", max_length=64, unique=True)
    status = models.CharField(_("virus scan"), max_length=8, choices=Status, default=Status.PENDING)
    # of infected bytes the scanner's name for it; of pending ones why the scanner could not look at them
    found = models.CharField(_("found"), max_length=200, blank=True)
    tried_at = models.DateTimeField(_("scanned at"), null=True)

    class Meta:
        verbose_name = _("virus scan")
        verbose_name_plural = _("virus scans")

    def __str__(self):
        return f"{self.sha256[:12]} · {self.get_status_display()}"
