"""Enterprise projects: what is done in a zone, in modules, by people of both sides."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consortium.models import Affiliation, Organization, User

from .zones import Side, Zone

Role = Affiliation.Role


class Activity(models.TextChoices):
    """What hours are spent on, as the zones' annual performance table divides them."""

    TEACHING = "teaching", _("Teaching")
    MENTORING = "mentoring", _("Mentoring")
    RESEARCH_DEVELOPMENT = "research_development", _("Research and development")
    TECHNICAL_SERVICE = "technical_service", _("Technical service")
    PRODUCTION_TRAINING = "production_training", _("Production training")
    STAFF_TRAINING = "staff_training", _("Staff training")


def returned_with_reason(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=~Q(status="returned") | ~Q(return_reason=""),
        name=name,
        violation_error_code="return_reason",
        violation_error_message=_("Say why it is returned."),
    )


class ProjectQuerySet(models.QuerySet):
    def visible_to(self, user):
        """An enterprise sees its own projects, never a rival's in the same zone; a mentor those one is on."""
        affiliation = user.affiliation
        if not affiliation:
            return self.none()
        rows = self.filter(zone__consortium=affiliation.consortium_id)
        if affiliation.sees_whole_consortium:
            return rows
        if affiliation.role == Role.COLLEGE_ADMIN:
            return rows.filter(zone__college=affiliation.organization_id)
        if affiliation.role == Role.PARTNER:
            return rows.filter(enterprise=affiliation.organization_id)
        if affiliation.role == Role.MENTOR:
            return rows.filter(pk__in=ProjectMember.objects.filter(person=user).values("project"))
        return self.none()

    def for_list(self):
        return self.select_related("zone", "enterprise").order_by("-starts_on", "code")

    def with_modules(self):
        """With ``module_count`` and ``accepted_count``: how many modules, and how many of them are accepted."""
        accepted = Q(modules__status=ProjectModule.Status.ACCEPTED)
        return self.annotate(
            module_count=models.Count("modules"), accepted_count=models.Count("modules", filter=accepted)
        )

    def deliveries_for(self, user):
        """Projects that are, or have modules, in the user's hands: delivered for an enterprise, returned for a college.

        Each with ``modules_in_hand``.
        """
        role = user.affiliation.role if user.affiliation else None
        states = {Role.PARTNER: Project.Status.DELIVERED, Role.COLLEGE_ADMIN: Project.Status.RETURNED}
        if role not in states:
            return self.none()
        modules = ProjectModule.objects.filter(status=states[role])
        rows = self.visible_to(user).filter(Q(status=states[role]) | Q(pk__in=modules.values("project")))
        return rows.prefetch_related(models.Prefetch("modules", modules, to_attr="modules_in_hand")).order_by("pk")


class Project(models.Model):
    class Status(models.TextChoices):
        PLANNED = "planned", _("Planned")
        ACTIVE = "active", _("Under way")
        DELIVERED = "delivered", _("Delivered")
        ACCEPTED = "accepted", _("Accepted")
        RETURNED = "returned", _("Returned")

        @classmethod
        def begun(cls) -> list["Project.Status"]:
            """Begun and not accepted: there is work to do."""
            return [cls.ACTIVE, cls.DELIVERED, cls.RETURNED]

    THING = "project"  # its name in addresses and in the table of permissions
    TRANSITIONS = {
        Status.PLANNED: {Status.ACTIVE},
        Status.ACTIVE: {Status.DELIVERED},
        Status.DELIVERED: {Status.ACCEPTED, Status.RETURNED},
        Status.RETURNED: {Status.DELIVERED},
    }

    # PROTECT both: hours and reports hang from them
    zone = models.ForeignKey(Zone, models.PROTECT, related_name="projects", verbose_name=_("special zone"))
    enterprise = models.ForeignKey(Organization, models.PROTECT, related_name="projects", verbose_name=_("enterprise"))
    code = models.SlugField(_("code"), max_length=40, help_text=_("Small letters, digits and hyphens."))
    name = models.CharField(_("project name"), max_length=120)
    description = models.TextField(_("description"), blank=True)
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"))
    planned_hours = models.DecimalField(
        _("planned hours"), max_digits=7, decimal_places=2, default=0, validators=[MinValueValidator(0)]
    )
    status = models.CharField(_("state"), max_length=16, choices=Status, default=Status.PLANNED)
    return_reason = models.CharField(_("reason of return"), max_length=300, blank=True, editable=False)

    files_act = "project.change"
    objects = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("enterprise project")
        verbose_name_plural = _("enterprise projects")
        constraints = [
            models.UniqueConstraint(
                fields=["zone", "code"],
                name="project_code_once",
                violation_error_code="code",
                violation_error_message=_("Another project of this zone has this code."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="project_dates",
                violation_error_code="ends_on",
                violation_error_message=_("A project cannot end before it begins."),
            ),
            returned_with_reason("project_return_reason"),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("zones:project_detail", args=[self.pk])


class ProjectModuleQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The modules of the projects that one sees."""
        return self.filter(project__in=Project.objects.visible_to(user))


class ProjectModule(models.Model):
    """A part of a project that is delivered and accepted by itself."""

    class Status(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("module", "Not delivered")
        DELIVERED = "delivered", _("Delivered")
        ACCEPTED = "accepted", _("Accepted")
        RETURNED = "returned", _("Returned")

        @classmethod
        def deliverable(cls) -> list["ProjectModule.Status"]:
            return [cls.PLANNED, cls.RETURNED]

    THING = "module"
    TRANSITIONS = {
        Status.PLANNED: {Status.DELIVERED},
        Status.DELIVERED: {Status.ACCEPTED, Status.RETURNED},
        Status.RETURNED: {Status.DELIVERED},
    }

    project = models.ForeignKey(
        Project, models.CASCADE, related_name="modules", verbose_name=_("enterprise project")
    )  # a part
    number = models.PositiveSmallIntegerField(_("module number"))
    name = models.CharField(_("module name"), max_length=120)
    acceptance_standard = models.TextField(_("acceptance standard"), blank=True)
    planned_hours = models.DecimalField(
        _("planned hours"), max_digits=7, decimal_places=2, default=0, validators=[MinValueValidator(0)]
    )

    status = models.CharField(_("state"), max_length=16, choices=Status, default=Status.PLANNED, editable=False)
    return_reason = models.CharField(_("reason of return"), max_length=300, blank=True, editable=False)

    objects = ProjectModuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("project module")
        verbose_name_plural = _("project modules")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "number"],
                name="module_number_once",
                violation_error_code="number",
                violation_error_message=_("Another module of this project has this number."),
            ),
            returned_with_reason("module_return_reason"),
        ]

    def __str__(self):
        return f"{self.number} {self.name}"

    def get_absolute_url(self) -> str:
        """It has no page of its own: it stands on its project's."""
        return self.project.get_absolute_url()


class ProjectMemberQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The members of the projects that one sees."""
        return self.filter(project__in=Project.objects.visible_to(user))

    def loggable_by(self, user):
        """The memberships whose hours the user may log: a partner for own people, a mentor for oneself."""
        affiliation = user.affiliation
        rows = self.visible_to(user)
        if affiliation and affiliation.role == Role.PARTNER:
            return rows.filter(organization=affiliation.organization_id)
        if affiliation and affiliation.role == Role.MENTOR:
            return rows.filter(person=user)
        return self.none()


class ProjectMember(models.Model):
    """A person assigned to a project, for an organization, which gives the side."""

    project = models.ForeignKey(
        Project, models.CASCADE, related_name="members", verbose_name=_("enterprise project")
    )  # a part
    # PROTECT both: hours name them
    person = models.ForeignKey(User, models.PROTECT, related_name="project_places", verbose_name=_("person"))
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name=_("organization"))
    activity = models.CharField(_("usual activity"), max_length=24, choices=Activity, default=Activity.MENTORING)
    since = models.DateField(_("since"), null=True, blank=True)
    until = models.DateField(_("until"), null=True, blank=True)

    objects = ProjectMemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("project member")
        verbose_name_plural = _("project members")
        ordering = ["organization", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "person"],
                name="project_member_once",
                violation_error_code="person",
                violation_error_message=_("This person is on the project already."),
            ),
            models.CheckConstraint(
                condition=Q(since=None) | Q(until=None) | Q(until__gte=F("since")),
                name="project_member_dates",
                violation_error_code="until",
                violation_error_message=_("Somebody cannot leave a project before joining it."),
            ),
        ]

    def __str__(self):
        return f"{self.person} · {self.project}"

    @property
    def side(self) -> Side:
        return Side.ENTERPRISE if self.organization.is_enterprise else Side.COLLEGE

    def covers(self, day) -> bool:
        """Whether the person is on the project on that day."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)
