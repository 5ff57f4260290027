"""What people are told: notices about one thing, and the secretariat's announcements to many."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .members import Consortium, Organization
from .people import Affiliation, User


class NoticeQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(user=user)

    def unread(self):
        return self.filter(read_at=None)


class Notice(models.Model):
    """One sentence for one person, with the address where it leads."""

    class Mail(models.TextChoices):
        NONE = "none", _("none")
        NOW = "now", _("at once")
        DIGEST = "digest", _("in the daily digest")

    user = models.ForeignKey(User, models.CASCADE, related_name="notices")  # a part: no notice outlives its reader
    kind = models.CharField(_("kind"), max_length=40)
    text = models.CharField(_("notice"), max_length=300)
    url = models.CharField(_("address"), max_length=300)
    at = models.DateTimeField(_("at"))
    read_at = models.DateTimeField(_("read at"), null=True)
    mail = models.CharField(_("e-mail"), max_length=8, choices=Mail, default=Mail.NONE)
    mailed_at = models.DateTimeField(_("mailed at"), null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        indexes = [
            models.Index(fields=["user", "-id"], name="notices_of_user"),  # one's own list, newest first
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
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True)

    objects = AnnouncementQuerySet.as_manager()

    class Meta:
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")

    def __str__(self):
        return self.title


class AnnouncementAudience(models.Model):
    """A kind of member organizations that an announcement is addressed to."""

    announcement = models.ForeignKey(Announcement, models.CASCADE, related_name="audiences")  # a part
    kind = models.CharField(_("kind"), max_length=24, choices=Organization.Kind)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["announcement", "kind"], name="audience_once")]

    def __str__(self):
        return self.get_kind_display()


class AnnouncementReceipt(models.Model):
    """That a person opened an announcement, as whom and when first."""

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
