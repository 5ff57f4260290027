"""What an enterprise gave beside hours and money, and which students it took on: the two ends of its one page."""

from django.db import models
from django.db.models import Q, Sum
from django.utils.translation import gettext_lazy as _

from consortium.models import Affiliation

from .classes import Student
from .verification import Verified, VerifiedQuerySet, enterprise_key, positive, yuan

Role = Affiliation.Role


class Contribution(Verified):
    """Equipment and donations have a value in yuan; of places the number counts, with a value where one is agreed."""

    class Kind(models.TextChoices):
        EQUIPMENT = "equipment", _("Equipment put in")
        DONATION = "donation", _("Donation")
        PRACTICE_PLACE = "practice_place", _("Places of practice in the enterprise")
        TRAINING_PLACE = "training_place", _("Places of training for teachers")

    THING = "contribution"
    files_act = "contribution.change"
    SUMS = {"amount": Sum("amount", default=0)}

    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    title = models.CharField(_("what was given"), max_length=120)
    enterprise = enterprise_key()
    date = models.DateField(_("given on"))
    amount = yuan(
        _("value (yuan)"),
        null=True,
        blank=True,
        help_text=_("As the invoice, contract or valuation in the files says."),
    )
    quantity = models.PositiveIntegerField(
        _("quantity"), null=True, blank=True, help_text=_("Pieces; of places how many people they are for.")
    )
    qualifies = models.BooleanField(
        _("counts as investment in vocational education"),
        default=False,
        help_text=_(
            "As Caishui 2019 No. 46 says: building or running vocational education, or building training bases for "
            "the integration of industry and education. The tax credit is computed from these."
        ),
    )

    objects = VerifiedQuerySet.as_manager()

    class Meta(Verified.Meta):
        verbose_name = _("contribution of an enterprise")
        verbose_name_plural = _("contributions of enterprises")
        constraints = [
            *Verified.Meta.constraints,
            models.UniqueConstraint(
                fields=["zone", "enterprise", "kind", "title", "date"],
                name="contribution_once",
                violation_error_code="title",
                violation_error_message=_("This contribution is recorded already."),
            ),
            positive("amount", "contribution_amount"),
            positive("quantity", "contribution_quantity"),
            models.CheckConstraint(
                condition=Q(kind__in=["practice_place", "training_place"]) | Q(amount__isnull=False),
                name="contribution_valued",
                violation_error_code="amount",
                violation_error_message=_("Say what equipment or a donation is worth."),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["equipment", "donation"]) | Q(quantity__isnull=False),
                name="contribution_counted",
                violation_error_code="quantity",
                violation_error_message=_("Say how many places there are."),
            ),
            models.CheckConstraint(
                condition=Q(qualifies=False) | Q(amount__isnull=False),
                name="contribution_qualifies",
                violation_error_code="amount",
                violation_error_message=_("What counts as investment needs a value."),
            ),
        ]

    def __str__(self):
        return self.title


class HireQuerySet(VerifiedQuerySet):
    def visible_to(self, user):
        """As every register, but for mentors: it names students whom they need not know."""
        if user.affiliation and user.affiliation.role == Role.MENTOR:
            return self.none()
        return super().visible_to(user)


class Hire(Verified):
    """A student of the zone whom a partner enterprise has employed."""

    THING = "hire"
    files_act = "hire.change"
    TEXTS = ["post"]  # names of students are masked, and what is masked cannot be searched

    student = models.ForeignKey(Student, models.PROTECT, related_name="+", verbose_name=_("student"))
    enterprise = enterprise_key()
    post = models.CharField(_("post"), max_length=60)
    date = models.DateField(_("employed from"))

    objects = HireQuerySet.as_manager()

    class Meta(Verified.Meta):
        verbose_name = _("student employed")
        verbose_name_plural = _("students employed")
        constraints = [
            *Verified.Meta.constraints,
            models.UniqueConstraint(
                fields=["student", "enterprise"],
                name="hire_once",
                violation_error_code="student",
                violation_error_message=_("That this enterprise employs the student is recorded already."),
            ),
        ]

    def __str__(self):
        return self.post
