"""What members agree on with one another: parties, the four clauses, and versions of the same agreement."""

from datetime import date, timedelta

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .members import Consortium, Organization
from .people import Affiliation, User

Role = Affiliation.Role
PERCENT = [MinValueValidator(0), MaxValueValidator(100)]
SOON = timedelta(days=90)  # before the end; from then on people are warned


class JointWork(models.TextChoices):
    """The ten joint works of a school and an enterprise, from admission to assessment (002, part three)."""

    ADMISSION = "admission", _("Setting the admission plan together")
    MAJORS = "majors", _("Building majors together")
    COURSES = "courses", _("Developing courses together")
    RESOURCES = "resources", _("Making and sharing resources together")
    BASE = "base", _("Building training bases together")
    TEACHERS = "teachers", _("Forming the teaching staff together")
    CHARACTER = "character", _("Forming character together")
    RULES = "rules", _("Making and keeping rules together")
    RESEARCH = "research", _("Producing research results together")
    ASSESSMENT = "assessment", _("Assessing the training together")


class Clause(models.TextChoices):
    """What an agreement has to say (domain: a missing clause is said, never guessed)."""

    COST = "cost", _("Cost sharing")
    IP = "ip", _("IP ownership")
    SECRECY = "secrecy", _("Confidentiality")
    TRANSFER = "transfer", _("Result transfer")


class AgreementQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The office, the bureau and auditors see all; colleges and enterprises those to which they are a party."""
        affiliation = user.affiliation
        if not affiliation:
            return self.none()
        rows = self.filter(consortium=affiliation.consortium_id)
        if affiliation.sees_whole_consortium:
            return rows
        if affiliation.role not in {Role.COLLEGE_ADMIN, Role.PARTNER}:
            return self.none()
        return rows.filter(
            pk__in=AgreementParty.objects.filter(organization=affiliation.organization_id).values("agreement")
        )

    def with_clauses(self):
        """With ``lacks_cost``, ``lacks_ip``, ``lacks_secrecy``, ``lacks_transfer``: which clause has no answer.

        A clause is answered when its figures stand there, or the reason why it does not concern this agreement.
        """
        parties = AgreementParty.objects.filter(agreement=OuterRef("pk"))
        owned = Ownership.objects.filter(agreement=OuterRef("pk")).order_by().values("agreement")
        all_kinds = owned.annotate(n=Count("pk")).filter(n=len(Ownership.Result))
        return self.annotate(
            lacks_cost=Q(cost_excluded="") & ~Exists(parties.filter(cost_percent__isnull=False)),
            lacks_ip=Q(ip_excluded="") & ~Exists(all_kinds),
            lacks_secrecy=Q(secrecy_excluded="", secrecy_months=None),
            lacks_transfer=Q(transfer_excluded="") & ~Exists(parties.filter(transfer_percent__isnull=False)),
        )

    def lacking(self):
        """Those in which a clause has no answer."""
        return self.with_clauses().filter(
            Q(lacks_cost=True) | Q(lacks_ip=True) | Q(lacks_secrecy=True) | Q(lacks_transfer=True)
        )

    def in_force(self, day=None):
        """Signed, begun and not ended on that day."""
        day = day or timezone.localdate()
        return self.filter(status=Agreement.Status.SIGNED, starts_on__lte=day, ends_on__gte=day)

    def ending(self, day=None):
        """In force, with less than 90 days to go, and nothing signed yet to follow; the next to end first."""
        day = day or timezone.localdate()
        followed = Q(successor__status=Agreement.Status.SIGNED)
        return self.in_force(day).filter(ends_on__lte=day + SOON).exclude(followed).order_by("ends_on", "pk")

    def for_list(self):
        parties = AgreementParty.objects.select_related("organization").order_by("number")
        return (
            self.with_clauses()
            .select_related("successor")
            .prefetch_related(models.Prefetch("parties", queryset=parties), "works")
            .order_by("-signed_on", "-pk")
        )


class Agreement(models.Model):
    """One version of an agreement. A renewal or an amendment is a version of its own that names the one before."""

    class Type(models.TextChoices):
        ORDER_CLASS = "order_class", _("Order class")
        INDUSTRY_COLLEGE = "industry_college", pgettext_lazy("agreement", "Industry college")
        APPRENTICESHIP = "apprenticeship", _("Apprenticeship")
        TECHNICAL_SERVICE = "technical_service", _("Technical service")
        EQUIPMENT_SHARING = "equipment_sharing", _("Equipment sharing")
        RESULT_TRANSFER = "result_transfer", _("Transfer of results")

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        IN_APPROVAL = "in_approval", _("In approval")
        SIGNED = "signed", _("Signed")
        EXPIRED = "expired", _("Expired")
        TERMINATED = "terminated", _("Terminated")
        SUPERSEDED = "superseded", pgettext_lazy("agreement", "Superseded")

        @classmethod
        def open(cls) -> list["Agreement.Status"]:
            """In these its duties are kept and files come in."""
            return [cls.DRAFT, cls.IN_APPROVAL, cls.SIGNED]

    class Change(models.TextChoices):
        RENEWAL = "renewal", _("Renewal")
        AMENDMENT = "amendment", _("Amendment")

    TRANSITIONS = {
        Status.DRAFT: {Status.IN_APPROVAL},
        Status.IN_APPROVAL: {Status.DRAFT, Status.SIGNED},
        Status.SIGNED: {Status.EXPIRED, Status.TERMINATED, Status.SUPERSEDED},
    }

    # PROTECT throughout: what was agreed, and by whom, is history
    consortium = models.ForeignKey(
        Consortium, models.PROTECT, related_name="agreements", verbose_name=_("consortium"), editable=False
    )
    title = models.CharField(_("agreement title"), max_length=200)
    number = models.CharField(
        _("agreement number"), max_length=60, blank=True, help_text=_("As it stands on the paper.")
    )
    type = models.CharField(_("type"), max_length=20, choices=Type)
    starts_on = models.DateField(_("in force from"))
    ends_on = models.DateField(_("in force until"))
    signed_on = models.DateField(_("signed on"), null=True, blank=True, editable=False)
    status = models.CharField(_("state"), max_length=12, choices=Status, default=Status.DRAFT, editable=False)
    version = models.PositiveSmallIntegerField(_("version"), default=1, editable=False)
    replaces = models.OneToOneField(
        "self", models.PROTECT, related_name="successor", null=True, editable=False, verbose_name=_("version before")
    )
    change = models.CharField(_("what changes"), max_length=10, choices=Change, blank=True, editable=False)
    ended_on = models.DateField(_("ended on"), null=True, editable=False)
    end_reason = models.CharField(_("reason of the end"), max_length=300, blank=True, editable=False)
    cost_terms = models.TextField(_("cost terms"), blank=True)
    cost_excluded = models.CharField(_("why no cost sharing"), max_length=200, blank=True)
    ip_terms = models.TextField(_("IP terms"), blank=True)
    ip_excluded = models.CharField(_("why no IP ownership"), max_length=200, blank=True)
    secrecy_terms = models.TextField(_("what is confidential"), blank=True)
    secrecy_months = models.PositiveSmallIntegerField(
        _("confidential for (months)"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(1200)],
        help_text=_("Counted from the end of the agreement; 0: only until it ends."),
    )
    secrecy_excluded = models.CharField(_("why no confidentiality"), max_length=200, blank=True)
    transfer_terms = models.TextField(_("transfer terms"), blank=True)
    transfer_excluded = models.CharField(_("why no result transfer"), max_length=200, blank=True)

    files_act = "agreement.change"
    objects = AgreementQuerySet.as_manager()
    lacks_cost: bool  # these four by with_clauses
    lacks_ip: bool
    lacks_secrecy: bool
    lacks_transfer: bool

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        indexes = [
            models.Index(
                fields=["consortium", "status", "ends_on"], name="agreements_ending"
            ),  # warnings, the home page
            models.Index(fields=["consortium", "-signed_on", "-id"], name="agreements_in_order"),  # the list
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="agreement_ends_after_it_begins",
                violation_error_code="ends_on",
                violation_error_message=_("An agreement cannot end before it begins."),
            ),
            models.CheckConstraint(
                condition=Q(replaces=None, change="", version=1)
                | Q(replaces__isnull=False, version__gt=1) & ~Q(change=""),
                name="agreement_version",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "in_approval"], signed_on=None)
                | ~Q(status__in=["draft", "in_approval"]) & Q(signed_on__isnull=False),
                name="agreement_signed",
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("consortium:agreement_detail", args=[self.pk])

    @property
    def missing(self) -> list[Clause]:
        """The clauses without an answer, in their order; needs ``with_clauses``."""
        return [clause for clause in Clause if getattr(self, f"lacks_{clause.value}")]

    def missing_label(self) -> str:
        return "、".join(str(clause.label) for clause in self.missing)

    def party_names(self) -> str:
        """The parties in the order of the paper."""
        return "、".join(party.organization.name for party in self.parties.all())

    @property
    def is_draft(self) -> bool:
        return self.status == self.Status.DRAFT

    @property
    def is_open(self) -> bool:
        return self.status in self.Status.open()

    def days_left(self, today: date | None = None) -> int | None:
        """Days until a signed agreement ends; None of any other."""
        today = today or timezone.localdate()
        return (self.ends_on - today).days if self.status == self.Status.SIGNED else None

    @property
    def next_version(self) -> "Agreement | None":
        return getattr(self, "successor", None)

    @property
    def files_closed(self) -> str:
        return "" if self.is_open else str(_("This agreement has ended, and its files stay as they are."))


class AgreementWork(models.Model):
    """One of the ten joint works that an agreement covers; a part of it."""

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="works", verbose_name=_("agreement"))
    work = models.CharField(_("joint work"), max_length=12, choices=JointWork)

    class Meta:
        verbose_name = _("joint work of an agreement")
        verbose_name_plural = _("joint works of agreements")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["agreement", "work"], name="agreement_work_once")]

    def __str__(self):
        return self.get_work_display()


class OfAgreements(models.QuerySet):
    """Parts of an agreement are seen with it."""

    def visible_to(self, user):
        return self.filter(agreement__in=Agreement.objects.visible_to(user))


class AgreementParty(models.Model):
    """A member that is bound by an agreement, who signs for it, and its shares of costs and of what results bring."""

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="parties", verbose_name=_("agreement"))
    number = models.PositiveSmallIntegerField(_("place on the paper"), editable=False)  # 1 is 甲方
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="agreement_parties", verbose_name=_("organization")
    )
    signatory = models.CharField(_("signatory"), max_length=60, blank=True, help_text=_("Who signs for this party."))
    signatory_post = models.CharField(_("post of the signatory"), max_length=60, blank=True)
    cost_percent = models.DecimalField(
        _("share of the costs (%)"), max_digits=5, decimal_places=2, null=True, blank=True, validators=PERCENT
    )
    transfer_percent = models.DecimalField(
        _("share of the proceeds (%)"), max_digits=5, decimal_places=2, null=True, blank=True, validators=PERCENT
    )
    # PROTECT: who agreed is history
    agreed_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", null=True, editable=False, verbose_name=_("agreed by")
    )
    agreed_on = models.DateField(_("agreed on"), null=True, editable=False)

    objects = OfAgreements.as_manager()

    class Meta:
        verbose_name = _("party to an agreement")
        verbose_name_plural = _("parties to agreements")
        ordering = ["agreement", "number"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "number"], name="party_number_once"),
            models.UniqueConstraint(
                fields=["agreement", "organization"],
                name="party_once",
                violation_error_message=_("This organization is a party already."),
            ),
        ]

    def __str__(self):
        return f"{self.letter} {self.organization}"

    @property
    def letter(self) -> str:
        """What the paper calls this party: 甲方, 乙方, 丙方 …"""
        return str(LETTERS[self.number - 1]) if self.number <= len(LETTERS) else str(self.number)


LETTERS = [_("Party A"), _("Party B"), _("Party C"), _("Party D"), _("Party E"), _("Party F")]


class Ownership(models.Model):
    """Who owns one kind of result; a part of the agreement. Without an owner it belongs to all parties together."""

    class Result(models.TextChoices):
        PATENT = "patent", _("Patents")
        SOFTWARE = "software", _("Software copyright")
        TEACHING = "teaching", _("Teaching materials and resources")
        KNOW_HOW = "know_how", _("Technical know-how")

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="ownerships", verbose_name=_("agreement"))
    result = models.CharField(_("kind of result"), max_length=10, choices=Result)
    owner = models.ForeignKey(
        AgreementParty, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("owner")
    )  # PROTECT: a party that owns something does not leave the paper unnoticed

    class Meta:
        verbose_name = _("ownership of results")
        verbose_name_plural = _("ownership of results")
        constraints = [models.UniqueConstraint(fields=["agreement", "result"], name="ownership_once")]

    def __str__(self):
        return f"{self.get_result_display()}: {self.owner_label}"

    @property
    def owner_label(self) -> str:
        return str(self.owner) if self.owner else str(_("All parties together"))


class AgreementWarning(models.Model):
    """That people were warned of an agreement's end, once for each of 90, 30 and 7 days ahead; a part of it."""

    DAYS = (90, 30, 7)

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="warnings", verbose_name=_("agreement"))
    days = models.PositiveSmallIntegerField(_("days ahead"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("warning of an agreement's end")
        verbose_name_plural = _("warnings of agreements' ends")
        constraints = [models.UniqueConstraint(fields=["agreement", "days"], name="agreement_warning_once")]

    def __str__(self):
        return f"{self.agreement} · {self.days}"
