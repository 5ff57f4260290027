"""A year's table and its tasks."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from consortium.models import Affiliation, Consortium, Organization

from ..words import tidy, tidy_names, tidy_phones

Role = Affiliation.Role


def sees_whole_plans(affiliation: Affiliation) -> bool:
    """Who reads the whole table: the office, the bureau, auditors and every college of the consortium."""
    return affiliation.sees_whole_consortium or affiliation.role == Role.COLLEGE_ADMIN


class PlanQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Whole plans for those who read the table; others see the plans in which their organization has a task."""
        affiliation = user.affiliation
        if not affiliation:
            return self.none()
        rows = self.filter(consortium=affiliation.consortium_id)
        return rows if sees_whole_plans(affiliation) else rows.filter(pk__in=_own_tasks(affiliation).values("plan"))

    def for_list(self):
        """With ``task_count``, ``milestone_count`` and ``confirmed_count``, newest year first."""
        milestones = Count("tasks__milestones", distinct=True)
        return (
            self.select_related("issuer")
            .annotate(
                task_count=Count("tasks", distinct=True),
                milestone_count=milestones,
                confirmed_count=Count(
                    "tasks__milestones", filter=Q(tasks__milestones__status="confirmed"), distinct=True
                ),
            )
            .order_by("-year", "unit", "pk")
        )


class Plan(models.Model):
    """One year's table of tasks (年度任务分解一览表) of one issuing unit."""

    # PROTECT: a table is a public document; it outlives memberships
    consortium = models.ForeignKey(
        Consortium, models.PROTECT, related_name="plans", verbose_name=_("consortium"), editable=False
    )
    issuer = models.ForeignKey(
        Organization, models.PROTECT, related_name="plans", verbose_name=_("issuing member"), null=True, blank=True,
        help_text=_("The member that issued the table, when it is one."),
    )  # fmt: skip
    year = models.PositiveSmallIntegerField(_("year"), validators=[MinValueValidator(2000), MaxValueValidator(2100)])
    title = models.CharField(_("title"), max_length=200)
    unit = models.CharField(_("reporting unit"), max_length=200, help_text=_("As it stands above the table."))
    document_number = models.CharField(_("document number"), max_length=60, blank=True)
    reported_on = models.DateField(_("reported on"), null=True, blank=True)

    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        constraints = [
            models.UniqueConstraint(
                fields=["consortium", "unit", "year"],
                name="plan_once_a_year",
                violation_error_message=_("This unit has a table for this year already."),
            ),
            models.UniqueConstraint(
                fields=["consortium", "issuer", "year"],
                name="plan_once_a_year_by_issuer",
                violation_error_message=_("This member has a table for this year already."),
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("tasks:plan_detail", args=[self.pk])

    def clean(self):
        """Texts are tidied as the reader of files does it, so that what is written as a file is read back the same.

        Milestones are due in the plan's year, so it stays once there are tasks.
        """
        self.title, self.unit = tidy(self.title), tidy(self.unit)
        if self.pk and self.tasks.exclude(plan__year=self.year).exists():
            raise ValidationError({"year": _("This cannot be changed any more.")})


class TaskQuerySet(models.QuerySet):
    def visible_to(self, user):
        affiliation = user.affiliation
        if not affiliation:
            return self.none()
        if sees_whole_plans(affiliation):
            return self.filter(plan__consortium=affiliation.consortium_id)
        return self.filter(pk__in=_own_tasks(affiliation))

    def for_matrix(self):
        """Tasks in the order of the table, with milestones and their progress: four queries whatever the size."""
        return (
            self.select_related("plan", "responsible_organization")
            .prefetch_related(
                models.Prefetch("milestones__progress", to_attr="reports"),
                models.Prefetch("milestones__supervisions", to_attr="urgings"),
            )
            .order_by("number")
        )


def _own_tasks(affiliation: Affiliation) -> "TaskQuerySet":
    """Tasks of the organization one acts for; experts and enterprises have none."""
    if affiliation.role == Role.EXPERT or affiliation.sees_own_enterprise_only:
        return Task.objects.none()
    return Task.objects.filter(
        plan__consortium=affiliation.consortium_id, responsible_organization=affiliation.organization_id
    )


class Task(models.Model):
    """One goal of a plan (目标任务) and who answers for it."""

    plan = models.ForeignKey(
        Plan, models.CASCADE, related_name="tasks", verbose_name=_("plan"), editable=False
    )  # a row of it
    number = models.PositiveSmallIntegerField(_("number"), validators=[MinValueValidator(1)])
    goal = models.CharField(_("goal"), max_length=300)
    explanation = models.TextField(_("explanation"), blank=True)
    leader = models.CharField(
        _("leader"), max_length=100, blank=True, help_text=_("Several names: separate with “、”.")
    )
    responsible_person = models.CharField(_("responsible person"), max_length=100, blank=True)
    phone = models.CharField(_("telephone"), max_length=100, blank=True)
    # PROTECT: who answered for a task is history
    responsible_organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="tasks", verbose_name=_("responsible member"), null=True, blank=True,
        help_text=_("Its college administrators report progress."),
    )  # fmt: skip
    responsible_unit = models.CharField(
        _("responsible unit"), max_length=200, blank=True, help_text=_("Departments, as the table names them.")
    )
    # SET_NULL: where it comes from; a task that a newer copy of last year's table leaves out takes the link with it
    continues = models.ForeignKey(
        "self",
        models.SET_NULL,
        related_name="continued_by",
        null=True,
        editable=False,
        verbose_name=_("carried over from"),
    )

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        ordering = ["plan", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "number"],
                name="task_number_once",
                violation_error_message=_("This plan has a task with this number already."),
            ),
        ]

    def __str__(self):
        return f"{self.number} {self.goal}"

    def get_absolute_url(self) -> str:
        return reverse("tasks:task_detail", args=[self.pk])

    def clean(self):
        """As the plan's: one line, names and telephones joined by “、”."""
        self.goal, self.responsible_unit = tidy(self.goal), tidy(self.responsible_unit)
        self.leader, self.responsible_person = tidy_names(self.leader), tidy_names(self.responsible_person)
        self.phone = tidy_phones(self.phone)

    @property
    def responsible(self) -> str:
        """The responsible member and its departments, in one line."""
        return " ".join(str(part) for part in (self.responsible_organization, self.responsible_unit) if part)

    def phone_for(self, user) -> str:
        """The telephone; only its end for those who neither run the plan nor answer for the task."""
        affiliation = user.affiliation
        inside = affiliation and (
            affiliation.role in {Role.BUREAU, Role.SECRETARIAT}
            or affiliation.organization_id == self.responsible_organization_id
        )
        return self.phone if inside or not self.phone else f"****{self.phone[-2:]}"
