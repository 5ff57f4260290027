"""Who belongs to a consortium: organizations, their departments and memberships."""

from django.core.exceptions import ValidationError
from django.db import connection, models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from stdnum.cn import uscc
from stdnum.exceptions import InvalidChecksum
from stdnum.exceptions import ValidationError as NumberError

from ..industries import GROUPED

LAST = "\U0010ffff"  # the last character that there is


def check_credit_code(code: str) -> None:
    """Refuse a unified social credit code that is not 18 characters with a right check digit (GB 32100-2015)."""
    try:
        well_formed = uscc.validate(code) == code
    except InvalidChecksum:
        sentence = _("The check digit of this credit code does not fit. Compare it with the licence.")
        raise ValidationError(sentence) from None
    except NumberError:
        well_formed = False
    if not well_formed:
        raise ValidationError(_("A credit code has 18 digits and capital letters, without I, O, S, V and Z."))


class ConsortiumQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The consortium for which the user acts."""
        return self.filter(pk=user.affiliation.consortium_id) if user.affiliation else self.none()


class Consortium(models.Model):
    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=100)

    objects = ConsortiumQuerySet.as_manager()

    class Meta:
        verbose_name = _("consortium")
        verbose_name_plural = _("consortia")

    def __str__(self):
        return self.name


MEMBERSHIP = ("is_lead", "joined_on", "left_on", "left_reason", "tags")  # what a list of members shows of it


class OrganizationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Members of the user's consortium; an enterprise does not see the records of other enterprises."""
        affiliation = user.affiliation
        if not affiliation:
            return self.none()
        rows = self.filter(memberships__consortium=affiliation.consortium_id).distinct()
        if affiliation.sees_own_enterprise_only:
            rows = rows.filter(~Q(kind=Organization.Kind.ENTERPRISE) | Q(pk=affiliation.organization_id))
        return rows

    def with_membership(self, user):
        """With ``is_lead``, ``joined_on``, ``left_on``, ``left_reason`` and ``tags`` in the user's consortium."""
        consortium = user.affiliation.consortium_id if user.affiliation else None
        membership = Membership.objects.filter(organization=models.OuterRef("pk"), consortium=consortium)
        return self.annotate(**{name: models.Subquery(membership.values(name)) for name in MEMBERSHIP})

    def search(self, text: str):
        """Those whose name has ``text`` in it, or whose pinyin, initials or credit code fits it."""
        text = text.strip()
        found = SearchKey.objects.beginning(text).values("organization")
        return self.filter(Q(name__icontains=text) | Q(credit_code__istartswith=text) | Q(pk__in=found))

    def suggested(self, text: str, most: int):
        """``name`` and ``credit_code`` of the first ``most`` as one types, by the index alone.

        The keys are read first: in one statement SQLite begins with the memberships, all of them.
        """
        keys = SearchKey.objects.beginning(text).order_by("key").values_list("organization", flat=True)
        found = self.filter(pk__in=set(keys[: 2 * most])).order_by("name")
        return found.values("name", "credit_code")[:most]

    def members_of(self, consortium):
        return self.filter(memberships__consortium=consortium)

    def enterprises(self):
        return self.filter(kind=Organization.Kind.ENTERPRISE)

    def schools(self):
        return self.filter(kind__in=Organization.Kind.schools())


class Organization(models.Model):
    class Kind(models.TextChoices):
        PARK = "park", _("Park")
        ENTERPRISE = "enterprise", _("Enterprise")
        SECONDARY_VOCATIONAL = "secondary_vocational", _("Secondary vocational school")
        HIGHER_VOCATIONAL = "higher_vocational", _("Higher vocational college")
        UNDERGRADUATE = "undergraduate", _("Undergraduate school")
        GOVERNMENT = "government", _("Government body")
        INSTITUTE = "institute", _("Research institute")
        ASSOCIATION = "association", _("Industry association")

        @classmethod
        def schools(cls) -> list["Organization.Kind"]:
            return [cls.SECONDARY_VOCATIONAL, cls.HIGHER_VOCATIONAL, cls.UNDERGRADUATE]

    class Size(models.TextChoices):
        """The four sizes of the national standard for enterprises (Statistics Bureau, 2017)."""

        LARGE = "large", _("Large")
        MEDIUM = "medium", _("Medium")
        SMALL = "small", _("Small")
        MICRO = "micro", _("Micro")

    name = models.CharField(_("organization name"), max_length=200)
    credit_code = models.CharField(
        _("unified social credit code"),
        max_length=18,
        unique=True,
        validators=[check_credit_code],
        error_messages={"unique": _("This credit code is registered already.")},
        help_text=_("18 characters, as on the licence."),
    )
    kind = models.CharField(_("kind"), max_length=24, choices=Kind)
    industry = models.CharField(
        _("industry"), max_length=3, blank=True, choices=GROUPED, help_text=_("Division of GB/T 4754-2017.")
    )
    size = models.CharField(_("size"), max_length=8, blank=True, choices=Size)
    park = models.ForeignKey(
        "self", models.PROTECT, related_name="residents", null=True, blank=True, limit_choices_to={"kind": "park"},
        verbose_name=_("park"),
    )  # PROTECT: where an enterprise sits is said of it  # fmt: skip
    pinyin = models.CharField(max_length=200, blank=True, editable=False, db_index=True)  # lists are sorted by it
    contact_name = models.CharField(_("contact"), max_length=60, blank=True)
    contact_phone = models.CharField(_("telephone"), max_length=40, blank=True)

    files_act = "organization.change"
    objects = OrganizationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organization")
        verbose_name_plural = _("organizations")
        ordering = ["kind", "name"]

    def __str__(self):
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("consortium:organization_detail", args=[self.pk])

    @property
    def is_enterprise(self) -> bool:
        return self.kind == self.Kind.ENTERPRISE


class SearchKeyQuerySet(models.QuerySet):
    def beginning(self, text: str):
        """Keys that begin with ``text``: a range of the index, which a LIKE is on PostgreSQL alone."""
        text = "".join(text.split()).casefold()[: SearchKey.LONGEST]
        if connection.vendor == "postgresql":
            return self.filter(key__startswith=text)
        return self.filter(key__gte=text, key__lt=text + LAST)


class SearchKey(models.Model):
    """A beginning by which a member is found as one types: every tail of its name, its pinyin, its initials; its code.

    A part of the organization, kept by the service: a beginning is looked up in an index, however many members.
    """

    LONGEST = 40

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="keys", verbose_name=_("organization"))
    key = models.CharField(_("key"), max_length=LONGEST, db_index=True)

    objects = SearchKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("search key")
        verbose_name_plural = _("search keys")

    def __str__(self):
        return self.key


class ContactQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(organization__in=Organization.objects.visible_to(user))


class Contact(models.Model):
    """A further person to whom one turns in an organization, beside its contact."""

    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="contacts", verbose_name=_("organization"), editable=False
    )  # a part of it
    name = models.CharField(_("name"), max_length=60)
    post = models.CharField(_("post"), max_length=60, blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("further contact")
        verbose_name_plural = _("further contacts")
        ordering = ["organization", "pk"]

    def __str__(self):
        return self.name


class DepartmentQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(organization__in=Organization.objects.visible_to(user))


class Department(models.Model):
    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="departments", verbose_name=_("organization")
    )  # a part of it
    name = models.CharField(_("department"), max_length=100)

    objects = DepartmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        ordering = ["organization", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"],
                name="department_once",
                violation_error_message=_("This department is registered already."),
            )
        ]

    def __str__(self):
        return self.name


class MembershipQuerySet(models.QuerySet):
    def visible_to(self, user):
        if not user.affiliation:
            return self.none()
        return self.filter(
            consortium=user.affiliation.consortium_id, organization__in=Organization.objects.visible_to(user)
        )

    def in_force(self, day=None):
        day = day or timezone.localdate()
        return self.filter(Q(left_on=None) | Q(left_on__gt=day), joined_on__lte=day)

    def for_list(self):
        return self.select_related("organization", "consortium").order_by("-is_lead", "organization__kind", "pk")


class Membership(models.Model):
    # PROTECT: who was a member when is history
    consortium = models.ForeignKey(Consortium, models.PROTECT, related_name="memberships", verbose_name=_("consortium"))
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="memberships", verbose_name=_("organization")
    )
    is_lead = models.BooleanField(_("lead"), default=False)
    joined_on = models.DateField(_("joined on"))
    left_on = models.DateField(_("left on"), null=True, blank=True)
    left_reason = models.CharField(_("reason for leaving"), max_length=200, blank=True)
    tags = models.CharField(_("tags"), max_length=200, blank=True, help_text=_("Several: separate with “、”."))

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(
                fields=["consortium", "organization"],
                name="membership_once",
                violation_error_message=_("This organization is a member already."),
            ),
            models.CheckConstraint(
                condition=Q(left_on=None) | Q(left_on__gte=F("joined_on")),
                name="membership_dates",
                violation_error_message=_("A membership cannot end before it begins."),
            ),
            models.CheckConstraint(
                condition=Q(left_reason="") | Q(left_on__isnull=False),
                name="membership_left_reason",
                violation_error_message=_("Give the day of leaving too."),
            ),
        ]

    def __str__(self):
        return f"{self.organization} · {self.consortium}"
