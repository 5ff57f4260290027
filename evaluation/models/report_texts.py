"""What people write into the annual reports of one subject and year, beside the figures."""

from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from consortium.models import User

from .report_subjects import WHOSE, AboutSubject, fits_its_scope

LONGEST = 3000  # characters of one part: a page and a half of A4


class ReportTextQuerySet(models.QuerySet):
    def about_year_of(self, report: AboutSubject, year: int | None = None) -> dict[str, "ReportText"]:
        """The parts about the subject of ``report`` and its year, or another one, by their names."""
        rows = self.filter(year=year or report.year, **report.whose).select_related("written_by")
        return {str(row.part): row for row in rows}  # type: ignore[attr-defined,misc]


class ReportText(AboutSubject):
    """One part of the text. A report made afterwards says it; those made before stay as they are."""

    class Part(models.TextChoices):
        HIGHLIGHTS = "highlights", _("Highlights")
        PROBLEMS = "problems", _("Problems")
        PLANS = "plans", _("Plans for the next year")

    part = models.CharField(_("part"), max_length=10, choices=Part)
    text = models.TextField(_("text"), blank=True, validators=[MaxLengthValidator(LONGEST)])
    facts = models.JSONField(_("sentences from the figures"), default=list, blank=True)  # keys of ``report_facts``
    version = models.PositiveIntegerField(default=0)  # counts up with each change, so that nobody overwrites unseen
    # PROTECT: who wrote it is history
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("written by"))
    written_at = models.DateTimeField(_("written at"))

    objects = ReportTextQuerySet.as_manager()

    class Meta:
        verbose_name = _("text of an annual report")
        verbose_name_plural = _("texts of annual reports")
        constraints = [
            models.UniqueConstraint("consortium", "scope", *WHOSE, "year", "part", name="report_text_once"),
            fits_its_scope("report_text_subject_of_scope"),
        ]

    def __str__(self):
        return f"{self.subject} {self.year}: {self.get_part_display()}"
