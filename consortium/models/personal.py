"""Who saw, took away or was given whose personal data, and why."""

from django.contrib.contenttypes.prefetch import GenericPrefetch
from django.db import models
from django.utils.translation import gettext_lazy as _

from ..personal import REGISTER, label_of
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

    def of(self, *records):
        """All accesses to a person, for those who answer for the person's data: they have fetched the records."""
        return self.about(*records)

    def for_list(self):
        rows = self.select_related("by", "acting_as__organization", "recipient", "content_type")
        records = [model._base_manager.select_related() for model in REGISTER]
        return rows.prefetch_related(GenericPrefetch("record", records)).order_by("-pk")


class PersonalDataAccess(About):
    """One person's data (``record``) looked at in the clear, exported, or disclosed to an enterprise."""

    class Kind(models.TextChoices):
        REVEAL = "reveal", _("Revealed")
        EXPORT = "export", _("Exported")
        DISCLOSURE = "disclosure", _("Disclosed")

    class Basis(models.TextChoices):
        """On what a disclosure may rest: Personal Information Protection Law, articles 13, 29 and 31."""

        CONSENT = "consent", _("Consent of the student, of a minor's guardian")
        AGREEMENT = "agreement", _("Three-party agreement of student, college and enterprise")
        LEGAL_DUTY = "legal_duty", _("Legal duty")

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

    @property
    def basis_label(self) -> str:
        return str(dict(self.Basis.choices).get(self.basis, self.basis))

    @property
    def field_labels(self) -> list[str]:
        """The fields' names for people; of a place in a class they are the student's."""
        return [label_of(self.content_type.model_class(), name) for name in self.fields]

    def __str__(self):
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d %H:%M}"
