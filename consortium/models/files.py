"""Files that belong to a record: papers, pictures, proofs."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .people import User
from .records import About, AboutQuerySet


class AttachmentQuerySet(AboutQuerySet):
    def present(self):
        """Those that nobody has removed; a removed one is kept and only not shown."""
        return self.filter(removed_at=None)

    def for_list(self):
        return self.select_related("attached_by").order_by("pk")


class Attachment(About):
    """A file of a record. Its bytes are stored once under their SHA-256, however often they are attached."""

    name = models.CharField(_("file name"), max_length=200)
    note = models.CharField(_("note"), max_length=200, blank=True)
    sha256 = models.CharField("SHA-256", max_length=64)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    media_type = models.CharField(_("type"), max_length=100)  # what the bytes are, not what the name says
    # PROTECT: who handed in what is history
    attached_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("attached by"))
    attached_at = models.DateTimeField(_("attached at"))
    removed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("removed by"))
    removed_at = models.DateTimeField(_("removed at"), null=True)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        indexes = [
            models.Index(fields=["content_type", "object_id"], name="attachment_of_record"),  # a record's page
            models.Index(fields=["sha256"], name="attachment_of_bytes"),  # the same file handed in twice
        ]

    def __str__(self):
        return self.name
