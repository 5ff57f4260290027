"""Files that belong to a record: papers, pictures, proofs."""

from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from ..content import KINDS, PDF, Kind
from .people import User
from .records import About, AboutQuerySet
from .scans import FileScan


def models_with_files() -> list[type[models.Model]]:
    """The models of any app that say by ``files_act`` who hands in files to their records."""
    return [model for model in apps.get_models() if hasattr(model, "files_act")]


class AttachmentQuerySet(AboutQuerySet):
    def visible_to(self, user, *, pk: int | None = None):
        """The files of the records that one sees, removed ones too.

        With ``pk`` only that one, and only its own kind of record is asked: a page asks for each of its thumbnails.
        """
        rows = self if pk is None else self.filter(pk=pk)
        types = {ContentType.objects.get_for_model(model) for model in models_with_files()}
        if pk is not None:
            types &= {ContentType.objects.get_for_id(number) for number in rows.values_list("content_type", flat=True)}
        seen = models.Q(pk__in=[])
        for kind in types:
            records = kind.model_class()._default_manager.visible_to(user)  # type: ignore[union-attr,attr-defined]
            seen |= models.Q(content_type=kind, object_id__in=records.values("pk"))
        return rows.filter(seen)

    def present(self):
        """Those that nobody has removed; a removed one is kept and only not shown."""
        return self.filter(removed_at=None)

    def for_list(self):
        """With what the virus scanner said: ``scan_status``, None where it said nothing, and ``scan_found``."""
        scan = FileScan.objects.filter(sha256=models.OuterRef("sha256"))
        rows = self.annotate(
            scan_status=models.Subquery(scan.values("status")), scan_found=models.Subquery(scan.values("found"))
        )
        return rows.select_related("attached_by", "removed_by").order_by("pk")

    def to_scan(self, then):
        """Those at which the scanner has not looked, or could not before ``then``; several may have the same bytes."""
        looked = models.Q(tried_at__gt=then) | ~models.Q(status=FileScan.Status.PENDING)
        return self.filter(~models.Exists(FileScan.objects.filter(looked, sha256=models.OuterRef("sha256"))))


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
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "object_id", "sha256"],
                condition=models.Q(removed_at=None),
                name="attachment_once_a_record",
                violation_error_message=_("This file is there already."),
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self) -> str:
        """Where it is read: its pictures when there are any, otherwise the file itself."""
        name = "attachment_preview" if self.has_preview else "attachment_download"
        return reverse(f"consortium:{name}", args=[self.pk])

    @cached_property
    def _scan(self) -> tuple[str | None, str]:
        return FileScan.objects.filter(sha256=self.sha256).values_list("status", "found").first() or (None, "")

    @cached_property
    def scan_status(self) -> str | None:
        return self._scan[0]

    @cached_property
    def scan_found(self) -> str | None:
        return self._scan[1]

    @property
    def is_infected(self) -> bool:
        return self.scan_status == FileScan.Status.INFECTED

    @property
    def is_held(self) -> bool:
        """Whether it must not be opened: infected, or with a scanner not found clean by it. Asks when no list has."""
        return self.is_infected or bool(settings.CLAMD) and self.scan_status != FileScan.Status.CLEAN

    @property
    def kind(self) -> Kind:
        return KINDS[self.media_type]

    @property
    def has_preview(self) -> bool:
        return self.kind.is_picture or self.kind == PDF
