"""Project hours: who worked when on what, and whether the other side has countersigned it."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q, Sum
from django.db.models.functions import Mod
from django.db.models.lookups import Exact
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consortium.models import Affiliation, Organization, User

from .projects import Activity, Project, ProjectModule

Role = Affiliation.Role
ENTERPRISE = Organization.Kind.ENTERPRISE
ONE_DAY = _("A day has 24 hours, so one entry holds at most 24.")
IN_QUARTERS = _("Hours go in quarter hours: 0.25, 0.5, 0.75, 1 and so on.")
TWICE = _("There is an entry of this person, project, day and activity already. Change that one.")


class LoggedQuerySet(models.QuerySet):
    """What people say of their work: ``project``, ``person`` and ``organization`` decide who reads it."""

    def visible_to(self, user):
        """An enterprise sees its own projects' and people's, never a rival's; a mentor only the mentor's own."""
        affiliation = user.affiliation
        if not affiliation:
            return self.none()
        rows = self.filter(project__zone__consortium=affiliation.consortium_id)
        if affiliation.sees_whole_consortium:
            return rows
        if affiliation.role == Role.COLLEGE_ADMIN:
            return rows.filter(project__zone__college=affiliation.organization_id)
        if affiliation.role == Role.PARTNER:
            return rows.filter(
                Q(project__enterprise=affiliation.organization_id) | Q(organization=affiliation.organization_id)
            )
        if affiliation.role == Role.MENTOR:
            return rows.filter(person=user)
        return self.none()


class HourEntryQuerySet(LoggedQuerySet):
    def approved(self):
        return self.filter(status=HourEntry.Status.APPROVED)

    def in_year(self, year: int):
        return self.filter(date__year=year)

    def to_countersign(self, user):
        """Submitted entries that wait for this user: the other side's, and never one's own."""
        affiliation = user.affiliation
        rows = self.visible_to(user).filter(status=HourEntry.Status.SUBMITTED).exclude(person=user)
        if affiliation and affiliation.role == Role.COLLEGE_ADMIN:
            return rows.filter(organization__kind=ENTERPRISE)
        if affiliation and affiliation.role == Role.PARTNER:
            return rows.exclude(organization__kind=ENTERPRISE).filter(project__enterprise=affiliation.organization_id)
        return self.none()

    def returned_to(self, user):
        """What came back to this user to be put right: a partner's own people's entries, a mentor's own."""
        affiliation = user.affiliation
        rows = self.visible_to(user).filter(status=HourEntry.Status.RETURNED)
        if affiliation and affiliation.role == Role.PARTNER:
            return rows.filter(organization=affiliation.organization_id)
        return rows if affiliation and affiliation.role == Role.MENTOR else self.none()

    def counting_towards_the_day(self):
        """Entries that fill a day's 24 hours: a correction that lowers frees time only once it is approved."""
        without_effect = Q(status=HourEntry.Status.RETURNED) | ~Q(status=HourEntry.Status.APPROVED) & Q(hours__lt=0)
        return self.exclude(without_effect, corrects__isnull=False)

    def total(self) -> Decimal:
        """The sum of hours, 0 for none."""
        return self.aggregate(total=Sum("hours"))["total"] or Decimal(0)

    def totals_by(self, *names: str):
        """Rows of dicts: the named lookups and the sum of ``hours``, in their order."""
        return self.order_by().values(*names).annotate(hours=Sum("hours")).order_by(*names)

    def for_list(self):
        return self.select_related("project__zone", "project__enterprise", "person", "organization", "module").order_by(
            "-date", "-pk"
        )


class HourEntry(models.Model):
    """One person's hours of one day on one project, or module of it, of one activity; a correction: the difference."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Submitted")
        APPROVED = "approved", _("Approved")
        RETURNED = "returned", _("Returned")

        @classmethod
        def editable(cls) -> list["HourEntry.Status"]:
            return [cls.DRAFT, cls.RETURNED]

    TRANSITIONS = {
        Status.DRAFT: {Status.SUBMITTED},
        Status.SUBMITTED: {Status.APPROVED, Status.RETURNED},
        Status.RETURNED: {Status.SUBMITTED},
    }

    # PROTECT throughout: hours are the evidence under every yearly figure
    project = models.ForeignKey(Project, models.PROTECT, related_name="hours", verbose_name=_("enterprise project"))
    person = models.ForeignKey(User, models.PROTECT, related_name="hours", verbose_name=_("person"))
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="hours", verbose_name=_("organization"))
    date = models.DateField(_("date"))
    hours = models.DecimalField(
        _("hours"),
        max_digits=4,
        decimal_places=2,
        error_messages={
            "max_digits": _("Hours are more than 0 and at most 24, in quarter hours."),
            "max_whole_digits": ONE_DAY,
            "max_decimal_places": IN_QUARTERS,
        },
    )
    activity = models.CharField(_("activity"), max_length=24, choices=Activity)
    # PROTECT: a module on which somebody has worked stays
    module = models.ForeignKey(
        ProjectModule,
        models.PROTECT,
        related_name="hours",
        null=True,
        blank=True,
        verbose_name=_("module"),
        help_text=_("Empty when the work belongs to the project as a whole."),
    )
    note = models.CharField(_("note"), max_length=300, blank=True)
    status = models.CharField(_("state"), max_length=16, choices=Status, default=Status.DRAFT)
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)
    approved_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("approved by")
    )
    return_reason = models.CharField(_("reason of return"), max_length=300, blank=True)
    corrects = models.ForeignKey(
        "self", models.PROTECT, related_name="corrections", null=True, blank=True, verbose_name=_("corrects")
    )
    # what a countersigner read is what is approved: every write sets this stamp
    changed_at = models.DateTimeField(_("changed at"), default=timezone.now)

    objects = HourEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("project hours")
        verbose_name_plural = _("project hours")
        indexes = [
            # project and zone pages, sums below a list, reports: all that they add up is in the index itself
            models.Index(fields=["project", "date", "status", "organization", "hours", "id"], name="hours_of_project"),
            models.Index(fields=["date", "id"], name="hours_by_day"),  # the list, the newest first, and a month's
            models.Index(fields=["person", "date"], name="hours_of_person"),  # the week, and the 24 hours of a day
            models.Index(fields=["status", "project"], name="hours_by_status"),  # what waits to be countersigned
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(hours__gt=0) | (Q(corrects__isnull=False) & ~Q(hours=0)),
                name="hours_positive",
                violation_error_code="hours",
                violation_error_message=_("Hours must be more than 0."),
            ),
            models.CheckConstraint(
                condition=Q(hours__gte=-24, hours__lte=24),
                name="hours_one_day",
                violation_error_code="hours",
                violation_error_message=ONE_DAY,
            ),
            models.CheckConstraint(
                condition=Exact(Mod(F("hours") * 4, 1), 0),
                name="hours_in_quarters",
                violation_error_code="hours",
                violation_error_message=IN_QUARTERS,
            ),
            # what a person did of one activity on one day of a project is one entry, or one a module; two constraints,
            # for SQLite takes two empty modules for different ones
            models.UniqueConstraint(
                fields=["person", "project", "date", "activity"],
                condition=Q(corrects=None, module=None),
                name="hours_once_a_day",
                violation_error_code="date",
                violation_error_message=TWICE,
            ),
            models.UniqueConstraint(
                fields=["person", "project", "date", "activity", "module"],
                condition=Q(corrects=None, module__isnull=False),
                name="hours_once_a_day_and_module",
                violation_error_code="date",
                violation_error_message=TWICE,
            ),
            models.CheckConstraint(
                condition=~Q(status="returned") | ~Q(return_reason=""),
                name="hours_return_reason",
                violation_error_code="return_reason",
                violation_error_message=_("Say why the entry is returned."),
            ),
        ]

    def __str__(self):
        return f"{self.person} {self.date.isoformat()} {self.project} {self.hours}"

    def get_absolute_url(self) -> str:
        return reverse("zones:hours_detail", args=[self.pk])

    @property
    def is_editable(self) -> bool:
        return self.status in self.Status.editable()

    @property
    def is_enterprise_side(self) -> bool:
        return self.organization.is_enterprise

    @property
    def stamp(self) -> str:
        """Changes with every write: what was read and what is approved are compared by it."""
        return self.changed_at.isoformat()
