"""How a consortium's annual reports look beside the standard: colours, a crest, words on the cover, a section."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from consortium.models import Consortium, User

from .report_subjects import Scope


class ReportTemplateQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The secretariat's business, as the orders of whole consortia are."""
        affiliation = user.affiliation
        if not affiliation or affiliation.role != affiliation.Role.SECRETARIAT:
            return self.none()
        return self.filter(consortium=affiliation.consortium_id)

    def for_page(self):
        return self.select_related("consortium", "uploaded_by").order_by("name")


class ReportTemplate(models.Model):
    """What a ZIP of plain files said, read once and checked; nothing in it is ever run."""

    consortium = models.ForeignKey(Consortium, models.CASCADE, related_name="report_templates")  # a part of it
    name = models.CharField(_("name"), max_length=60)
    is_chosen = models.BooleanField(_("in use"), default=False, editable=False)
    content = models.JSONField(editable=False)  # as ``report_template_files.read`` answers it
    file = models.FileField(_("file"), editable=False)  # the ZIP as it came
    crest = models.FileField(_("crest"), blank=True, editable=False)  # drawn anew, a PNG
    sha256 = models.CharField(_("SHA-256 of the file"), max_length=64, editable=False)
    size = models.PositiveIntegerField(_("size in bytes"), editable=False)
    # PROTECT: who brought it is history
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+", editable=False)
    uploaded_at = models.DateTimeField(_("uploaded at"), editable=False)

    objects = ReportTemplateQuerySet.as_manager()

    class Meta:
        verbose_name = _("template of annual reports")
        verbose_name_plural = _("templates of annual reports")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["consortium", "name"],
                name="report_template_name_once",
                violation_error_message=_(
                    "There is a template of this name. Change the name in template.toml, or delete the other one."
                ),
            ),
            models.UniqueConstraint(
                fields=["consortium", "sha256"],
                name="report_template_file_once",
                violation_error_message=_("This very file is here already."),
            ),
            models.UniqueConstraint(
                fields=["consortium"],
                condition=Q(is_chosen=True),
                name="report_template_one_chosen",
                violation_error_message=_("Another template is in use."),
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def kinds(self) -> str:
        return "、".join(str(Scope(name).label) for name in self.content["reports"])
