"""Who saw, took away or was given whose personal data, and why."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .members import Consortium, Organization
from .people import Affiliation, User
from .records import About, AboutQuerySet


class PersonalDataAccessQuerySet(AboutQuerySet):
    def visible_to(self, user):
        """The secretariat and the auditor see all of the consortium; others what their own organization did."""
        affiliation = user.affiliation
        if not affiliation:
            return self.none()
        rows = self.filter(consortium=affiliation.consortium_id)
        if affiliation.role in {Affiliation.Role.SECRETARIAT, Affiliation.Role.AUDITOR}:
            return rows
        return rows.filter(acting_as__organization=affiliation.organization_id)

    def for_list(self):
        rows = self.select_related("by", "acting_as__organization", "recipient", "content_type")
        return rows.prefetch_related("record").order_by("-pk")


class PersonalDataAccess(About):
    """One person's data (``record``) looked at in the clear, exported, or disclosed to an enterprise."""

    class Kind(models.TextChoices):
        REVEAL = "reveal", _("Revealed")
        EXPORT = "export", _("Exported")
        DISCLOSURE = "disclosure", _("Disclosed")

    # PROTECT everywhere: this is what an inspection asks for
    consortium = models.ForeignKey(Consortium, models.PROTECT, related_name="+", verbose_name=_("consortium"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    fields = models.JSONField(_("fields"))  # names of the record's fields
    recipient = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="+", verbose_name=_("given to"))
    basis = models.CharField(_("basis"), max_length=200, blank=True)  # of a disclosure: consent, contract, law
    reason = models.TextField(_("reason"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("who"))
    acting_as = models.ForeignKey(Affiliation, models.PROTECT, related_name="+", verbose_name=_("acting as"))
    at = models.DateTimeField(_("at"))
    keep_until = models.DateField(_("kept until"))  # three years for a disclosure

    objects = PersonalDataAccessQuerySet.as_manager()

    class Meta:
        verbose_name = _("access to personal data")
        verbose_name_plural = _("accesses to personal data")
        indexes = [
            models.Index(fields=["content_type", "object_id", "-id"], name="access_to_record"),  # a person's page
            models.Index(fields=["consortium", "-id"], name="access_in_consortium"),  # the whole list, newest first
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="disclosure", recipient__isnull=False) & ~models.Q(basis="")
                | ~models.Q(kind="disclosure"),
                name="disclosure_names_recipient_and_basis",
                violation_error_message=_("A disclosure names who receives the data and on what basis."),
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d %H:%M}"
