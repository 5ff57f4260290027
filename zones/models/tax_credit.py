"""What the credit of enterprises on the cultivation list hangs on: the list, and the surcharges of each year."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from consortium.models import Affiliation, Consortium, Organization

from .verification import not_negative, yuan


class OfEnterpriseQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The offices of the consortium see all of them, an enterprise's partner its own: these are tax matters."""
        affiliation = user.affiliation
        if not affiliation:
            return self.none()
        rows = self.filter(consortium=affiliation.consortium_id)
        if affiliation.sees_whole_consortium:
            return rows
        if affiliation.role == Affiliation.Role.PARTNER:
            return rows.filter(enterprise=affiliation.organization_id)
        return self.none()


class CultivationListing(models.Model):
    """An enterprise's time on the province's list of enterprises that integrate industry and education."""

    # PROTECT both: the figures of former years hang on it
    consortium = models.ForeignKey(Consortium, models.PROTECT, related_name="+", verbose_name=_("consortium"))
    enterprise = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name=_("enterprise"))
    listed_on = models.DateField(_("on the list since"))
    removed_on = models.DateField(_("on the list until"), null=True, blank=True, help_text=_("Empty: still on it."))
    source = models.CharField(_("document of the list"), max_length=200, help_text=_("Issuer, number and day."))

    objects = OfEnterpriseQuerySet.as_manager()

    class Meta:
        verbose_name = _("place on the cultivation list")
        verbose_name_plural = _("places on the cultivation list")
        constraints = [
            models.UniqueConstraint(
                fields=["consortium", "enterprise"],
                name="cultivation_listing_once",
                violation_error_code="listed_on",
                violation_error_message=_("This enterprise is on the list already."),
            ),
            models.CheckConstraint(
                condition=Q(removed_on=None) | Q(removed_on__gte=F("listed_on")),
                name="cultivation_listing_dates",
                violation_error_code="removed_on",
                violation_error_message=_("It ends before it begins."),
            ),
        ]

    def __str__(self):
        return f"{self.enterprise} · {self.source}"

    def get_absolute_url(self) -> str:
        return reverse("zones:enterprise_ledger", args=[self.enterprise_id])


class SurchargeYear(models.Model):
    """The education surcharge and the local education surcharge that an enterprise owes for one year, together."""

    # PROTECT both: the carry-over of later years hangs on it
    consortium = models.ForeignKey(Consortium, models.PROTECT, related_name="+", verbose_name=_("consortium"))
    enterprise = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name=_("enterprise"))
    year = models.PositiveSmallIntegerField(_("year"), validators=[MinValueValidator(2019), MaxValueValidator(2100)])
    due = yuan(_("surcharges due (yuan)"), help_text=_("Education surcharge and local education surcharge together."))
    source = models.CharField(_("where the figure stands"), max_length=200, help_text=_("The tax return, for one."))

    objects = OfEnterpriseQuerySet.as_manager()

    class Meta:
        verbose_name = _("surcharges of a year")
        verbose_name_plural = _("surcharges of years")
        ordering = ["year"]
        constraints = [
            models.UniqueConstraint(
                fields=["consortium", "enterprise", "year"],
                name="surcharge_year_once",
                violation_error_code="year",
                violation_error_message=_("The surcharges of this year are entered already."),
            ),
            not_negative("due", "surcharge_year_due"),
        ]

    def __str__(self):
        return f"{self.enterprise} {self.year}"

    def get_absolute_url(self) -> str:
        return f"{reverse('zones:enterprise_ledger', args=[self.enterprise_id])}?year={self.year}"
