"""Whom an annual report is about: the same fields and words for its versions and for what people write into it."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from consortium.models import Consortium, Membership, Organization
from zones.models import InnovationClass, Zone

Subject = Zone | InnovationClass | Membership | Consortium  # a membership: the organization as one of this consortium
WHOSE = [Coalesce(name, Value(0)) for name in ("zone", "innovation_class", "organization")]  # NULLs are never equal


class Scope(models.TextChoices):
    ZONE = "zone", _("Special zone")
    CLASS = "class", _("Innovation class")
    ENTERPRISE = "enterprise", _("Enterprise")
    COLLEGE = "college", _("College")
    CONSORTIUM = "consortium", _("Consortium")

    @classmethod
    def of_enterprises(cls) -> list["Scope"]:
        """Those that an enterprise may see when it is the only one that they name."""
        return [cls.ZONE, cls.CLASS, cls.ENTERPRISE]


class AboutSubject(models.Model):
    """A year of one zone, class, organization or the whole consortium, as the scope says."""

    SUBJECT = ("consortium_id", "scope", "zone_id", "innovation_class_id", "organization_id")

    # PROTECT throughout: a stamped report stays with whom it names
    consortium = models.ForeignKey(Consortium, models.PROTECT, related_name="+", verbose_name=_("consortium"))
    zone = models.ForeignKey(Zone, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("zone"))
    innovation_class = models.ForeignKey(
        InnovationClass, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("innovation class")
    )
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("organization")
    )
    year = models.PositiveSmallIntegerField(_("year"), validators=[MinValueValidator(2000), MaxValueValidator(2100)])
    scope = models.CharField(_("scope"), max_length=12, choices=Scope, default=Scope.ZONE)

    class Meta:
        abstract = True

    @staticmethod
    def about(subject: Subject) -> dict:
        """The fields that say that a report is about ``subject``."""
        if isinstance(subject, Zone):
            return {"consortium_id": subject.consortium_id, "scope": Scope.ZONE, "zone": subject}
        if isinstance(subject, InnovationClass):
            return {"consortium_id": subject.zone.consortium_id, "scope": Scope.CLASS, "innovation_class": subject}
        if isinstance(subject, Consortium):
            return {"consortium_id": subject.pk, "scope": Scope.CONSORTIUM}
        in_school = subject.organization.kind in Organization.Kind.schools()
        scope = Scope.COLLEGE if in_school else Scope.ENTERPRISE
        return {"consortium_id": subject.consortium_id, "scope": scope, "organization": subject.organization}

    @property
    def subject(self) -> Zone | InnovationClass | Organization | Consortium:
        """What it is about."""
        return self.zone or self.innovation_class or self.organization or self.consortium

    @property
    def whose(self) -> dict:
        """The fields by which another row about the same subject is found."""
        return {name: getattr(self, name) for name in self.SUBJECT}


def fits_its_scope(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(zone__isnull=False, innovation_class=None, organization=None, scope="zone")
        | Q(zone=None, innovation_class__isnull=False, organization=None, scope="class")
        | Q(zone=None, innovation_class=None, organization__isnull=False, scope__in=["enterprise", "college"])
        | Q(zone=None, innovation_class=None, organization=None, scope="consortium"),
        name=name,
        violation_error_message=_("Name what the report is about, as its kind asks, and nothing else."),
    )
