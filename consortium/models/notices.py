"""What people are told: notices about one thing, and the secretariat's announcements to many."""

from datetime import date, datetime, timedelta

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .members import Consortium, Organization
from .people import Affiliation, User

WORTH_A_MAIL = timedelta(days=7)  # what could not be sent for so long is news no more; it stands in the program


class NoticeQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own, as far as they came to the role that acts now: another role's news belong to its desk."""
        return self.filter(acting_as=user.affiliation, is_shown=True) if user.affiliation else self.none()

    def unread(self):
        return self.filter(read_at=None)

    def to_mail(self, mail: "Notice.Mail", now: datetime):
        """What has to go by mail, is fresh, and is in no worker's hands."""
        rows = self.filter(mail=mail, mailed_at=None, at__gt=now - WORTH_A_MAIL)
        return rows.filter(Q(claimed_until=None) | Q(claimed_until__lt=now))


class Notice(models.Model):
    """One sentence for one person, with the address where it leads."""

    class Mail(models.TextChoices):
        NONE = "none", _("none")
        NOW = "now", _("at once")
        DIGEST = "digest", _("in the daily digest")

    # CASCADE: a part of the reader's desk
    user = models.ForeignKey(User, models.CASCADE, related_name="notices")
    acting_as = models.ForeignKey(Affiliation, models.CASCADE, related_name="+", verbose_name=_("acting as"))
    kind = models.CharField(_("kind"), max_length=40)
    text = models.CharField(_("notice"), max_length=300)
    url = models.CharField(_("address"), max_length=300)
    at = models.DateTimeField(_("at"))
    is_shown = models.BooleanField(_("in the program"), default=True)
    read_at = models.DateTimeField(_("read at"), null=True)
    mail = models.CharField(_("e-mail"), max_length=8, choices=Mail, default=Mail.NONE)
    mailed_at = models.DateTimeField(_("mailed at"), null=True)
    # a worker is sending it; if it dies, another may from then on
    claimed_until = models.DateTimeField(null=True, editable=False)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        indexes = [
            models.Index(fields=["acting_as", "-id"], name="notices_of_desk"),  # one's own list, newest first
            models.Index(
                fields=["acting_as"], condition=models.Q(read_at=None, is_shown=True), name="notices_unread"
            ),  # the number beside the bell, on every page
            models.Index(
                fields=["mail", "id"],
                condition=models.Q(mailed_at=None) & ~models.Q(mail="none"),
                name="notices_to_mail",
            ),  # what the mail job looks for
        ]

    def __str__(self):
        return self.text


class NoticeChoice(models.Model):
    """How one person wants notices of one kind; without a row the kind's own default holds."""

    user = models.ForeignKey(User, models.CASCADE, related_name="notice_choices")  # a part of the person's profile
    kind = models.CharField(_("kind"), max_length=40)
    is_shown = models.BooleanField(_("in the program"), default=True)
    mail = models.CharField(_("e-mail"), max_length=8, choices=Notice.Mail)

    class Meta:
        verbose_name = _("choice of notices")
        verbose_name_plural = _("choices of notices")
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="notice_choice_once")]

    def __str__(self):
        return f"{self.user} · {self.kind}"


class AnnouncementQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Its author's side and the auditor see all; others what is addressed to their kind of organization."""
        affiliation = user.affiliation
        if not affiliation:
            return self.none()
        rows = self.filter(consortium=affiliation.consortium_id)
        if affiliation.role in {Affiliation.Role.SECRETARIAT, Affiliation.Role.AUDITOR}:
            return rows
        return rows.filter(audiences__kind=affiliation.organization.kind, withdrawn_at=None)

    def to_read(self, user):
        """What is addressed to the user's kind of organization since the role began, and has no receipt yet."""
        affiliation = user.affiliation
        rows = self.visible_to(user).exclude(by=user).exclude(Exists(_receipts(user=user)))
        if not affiliation:
            return rows
        addressed = AnnouncementAudience.objects.filter(announcement=OuterRef("pk"), kind=affiliation.organization.kind)
        return rows.filter(Exists(addressed), withdrawn_at=None, at__gte=_midnight(affiliation.started_on))

    def with_reading(self, user):
        """With ``own_read_at``: when this user read it."""
        return self.annotate(own_read_at=models.Subquery(_receipts(user=user).values("at")))

    def for_list(self):
        return self.select_related("by").prefetch_related("audiences").order_by("-pk")


class Announcement(models.Model):
    """What the secretariat tells chosen kinds of members. It is not edited: who read what must stay true."""

    # PROTECT: who said what when is history
    consortium = models.ForeignKey(
        Consortium, models.PROTECT, related_name="announcements", verbose_name=_("consortium")
    )
    title = models.CharField(_("title"), max_length=120)
    text = models.TextField(_("text"), max_length=20_000)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("announced at"))
    reminded_at = models.DateTimeField(_("reminded at"), null=True, blank=True, editable=False)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True, editable=False)

    objects = AnnouncementQuerySet.as_manager()

    class Meta:
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")

    def __str__(self):
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("consortium:announcement_detail", args=[self.pk])

    @property
    def day(self) -> date:
        """The day here on which it was announced."""
        return timezone.localdate(self.at)

    @property
    def kinds(self) -> list[str]:
        """The kinds of organizations it is addressed to. Reads ``audiences``: prefetch it for lists."""
        return [audience.kind for audience in self.audiences.all()]

    @property
    def audience_label(self) -> str:
        """To whom, for people: the kinds of organizations, or all members."""
        labels = [str(label) for kind, label in Organization.Kind.choices if kind in self.kinds]
        return str(_("All members")) if len(labels) == len(Organization.Kind) else str(_(", ")).join(labels)

    def is_for(self, affiliation: Affiliation) -> bool:
        """Whether it is addressed to the organization of ``affiliation``."""
        return self.consortium_id == affiliation.consortium_id and affiliation.organization.kind in self.kinds

    def addressees(self):
        """Whom it was addressed to: roles in force now that had begun by its day, and whoever has read it since.

        With ``read_at``, the moment of the person's receipt.
        """
        in_force = Affiliation.objects.in_force().filter(
            consortium=self.consortium_id, organization__kind__in=self.kinds, started_on__lte=self.day
        )
        readers = self.receipts.values("acting_as")
        receipt = self.receipts.filter(user=OuterRef("user"))
        return (
            Affiliation.objects.filter(Q(pk__in=in_force.values("pk")) | Q(pk__in=readers))
            .exclude(user=self.by_id)
            .annotate(read_at=models.Subquery(receipt.values("at")))
        )


class AnnouncementAudience(models.Model):
    """A kind of member organizations that an announcement is addressed to."""

    announcement = models.ForeignKey(Announcement, models.CASCADE, related_name="audiences")  # a part
    kind = models.CharField(_("kind"), max_length=24, choices=Organization.Kind)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["announcement", "kind"], name="audience_once")]

    def __str__(self):
        return self.get_kind_display()


class AnnouncementReceipt(models.Model):
    """That a person has read an announcement, as whom and when."""

    announcement = models.ForeignKey(Announcement, models.CASCADE, related_name="receipts")  # a part
    # PROTECT: read receipts are proof
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("who"))
    acting_as = models.ForeignKey(Affiliation, models.PROTECT, related_name="+", verbose_name=_("acting as"))
    at = models.DateTimeField(_("read at"))

    class Meta:
        verbose_name = _("read receipt")
        verbose_name_plural = _("read receipts")
        constraints = [models.UniqueConstraint(fields=["announcement", "user"], name="receipt_once")]

    def __str__(self):
        return f"{self.user} · {self.announcement}"


def _receipts(**who):
    return AnnouncementReceipt.objects.filter(announcement=OuterRef("pk"), **who)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, datetime.min.time()))
