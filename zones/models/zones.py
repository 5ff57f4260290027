"""Special zones: where a college's department and its partner enterprises work together."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from consortium.models import Affiliation, Consortium, Department, Organization, User

Role = Affiliation.Role


class Side(models.TextChoices):
    """The two sides of every zone: a person's hours are countersigned by the other one."""

    COLLEGE = "college", _("College side")
    ENTERPRISE = "enterprise", _("Enterprise side")


class ZoneQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The office, the bureau and auditors see all; others the zones in which they or their organization work."""
        affiliation = user.affiliation
        if not affiliation:
            return self.none()
        rows = self.filter(consortium=affiliation.consortium_id)
        if affiliation.sees_whole_consortium:
            return rows
        partnered = ZonePartner.objects.filter(enterprise=affiliation.organization_id).values("zone")
        if affiliation.role == Role.COLLEGE_ADMIN:
            return rows.filter(college=affiliation.organization_id)
        if affiliation.role == Role.PARTNER:
            return rows.filter(pk__in=partnered)
        if affiliation.role == Role.MENTOR:
            return rows.filter(
                Q(college=affiliation.organization_id)
                | Q(pk__in=partnered)
                | Q(classes__mentors__person=user)
                | Q(projects__members__person=user)
            ).distinct()
        return self.none()

    def for_list(self, user):
        """With college, department and ``partners_seen``: the partners of each zone that ``user`` may see."""
        partners = models.Prefetch(
            "partnerships", queryset=ZonePartner.objects.visible_to(user), to_attr="partners_seen"
        )
        return self.select_related("college", "department", "head").prefetch_related(partners).order_by("code")

    def with_charter(self):
        """With ``charter``: the text of the newest version, None without one."""
        charters = self.model.charters.rel.related_model.objects  # type: ignore[attr-defined]
        newest = charters.filter(zone=models.OuterRef("pk")).order_by("-number")
        return self.annotate(charter=models.Subquery(newest.values("text")[:1]))


class Zone(models.Model):
    class Form(models.TextChoices):
        CONTRACT_PROCESSING = "contract_processing", _("Contract processing")
        MIXED_OWNERSHIP = "mixed_ownership", _("School-enterprise union (mixed ownership)")
        INDUSTRY_COLLEGE = "industry_college", _("Industry college")

    class Status(models.TextChoices):
        PLANNED = "planned", _("Planned")
        ACTIVE = "active", _("In operation")
        CLOSED = "closed", _("Closed")

    TRANSITIONS = {Status.PLANNED: {Status.ACTIVE}, Status.ACTIVE: {Status.CLOSED}}

    # PROTECT throughout: evaluations and reports name the zone, its college and its people for years
    consortium = models.ForeignKey(Consortium, models.PROTECT, related_name="zones", verbose_name=_("consortium"))
    college = models.ForeignKey(Organization, models.PROTECT, related_name="zones", verbose_name=_("college"))
    department = models.ForeignKey(Department, models.PROTECT, related_name="zones", verbose_name=_("department"))
    code = models.SlugField(_("code"), max_length=40, help_text=_("Small letters, digits and hyphens."))
    name = models.CharField(_("zone name"), max_length=100)
    form = models.CharField(_("form"), max_length=24, choices=Form)
    on_campus = models.BooleanField(_("on campus"), default=True)
    established_on = models.DateField(_("established on"))
    head = models.ForeignKey(
        User, models.PROTECT, related_name="headed_zones", null=True, blank=True, verbose_name=_("head")
    )
    status = models.CharField(_("state"), max_length=16, choices=Status, default=Status.PLANNED)
    partners = models.ManyToManyField(
        Organization, through="ZonePartner", related_name="partnered_zones", verbose_name=_("partner enterprises")
    )

    files_act = "zone.change"
    objects = ZoneQuerySet.as_manager()
    partners_seen: "list[ZonePartner]"  # by for_list(user)

    class Meta:
        verbose_name = _("special zone")
        verbose_name_plural = _("special zones")
        constraints = [
            models.UniqueConstraint(
                fields=["consortium", "code"],
                name="zone_code_once",
                violation_error_code="code",
                violation_error_message=_("Another zone of this consortium has this code."),
            )
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("zones:zone_detail", args=[self.pk])

    def partner_names(self) -> str:
        """The partners that the reader may see, as ``for_list`` fetched them."""
        return "、".join(dict.fromkeys(partner.enterprise.name for partner in self.partners_seen))


class ZonePartnerQuerySet(models.QuerySet):
    def on(self, day):
        """In force on that day."""
        return self.filter(Q(until=None) | Q(until__gte=day), since__lte=day)

    def visible_to(self, user):
        """The partners of the zones that one sees; an enterprise sees only itself among them."""
        rows = self.filter(zone__in=Zone.objects.visible_to(user))
        if user.affiliation and user.affiliation.sees_own_enterprise_only:
            rows = rows.filter(enterprise=user.affiliation.organization_id)
        return rows.select_related("enterprise")


class ZonePartner(models.Model):
    """A time in which an enterprise works in a zone, of which this row is a part; it may end and come back."""

    zone = models.ForeignKey(Zone, models.CASCADE, related_name="partnerships", verbose_name=_("special zone"))
    enterprise = models.ForeignKey(
        Organization, models.PROTECT, related_name="partnerships", verbose_name=_("enterprise")
    )  # PROTECT: what it did there is history
    role = models.CharField(_("part in the zone"), max_length=200, blank=True)
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)

    objects = ZonePartnerQuerySet.as_manager()

    class Meta:
        verbose_name = _("zone partner")
        verbose_name_plural = _("zone partners")
        ordering = ["since", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["zone", "enterprise"],
                condition=Q(until=None),
                name="zone_partner_once",
                violation_error_code="enterprise",
                violation_error_message=_("This enterprise is a partner of the zone already."),
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")),
                name="zone_partner_dates",
                violation_error_code="until",
                violation_error_message=_("A partnership cannot end before it begins."),
            ),
        ]

    def __str__(self):
        return f"{self.enterprise} · {self.zone}"
