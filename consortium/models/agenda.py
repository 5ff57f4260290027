"""What a meeting treats: items with their papers, who has read these, and how the seats voted.

A meeting is decidable before it is held (003: enterprises "attend" rather than decide, because costs and ownership
come too late): what an item on money, IP or a contract means is written down before anybody is called.
"""

from django.db import models
from django.db.models import Count, Q
from django.db.models.functions import ExtractYear
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from .councils import CouncilSeat
from .meetings import Meeting, OfMeetings
from .people import User


class AgendaItemQuerySet(OfMeetings):
    def for_list(self):
        """With ``objections``: how many written objections have no answer yet."""
        waiting = Q(opinions__kind="objection", opinions__answered_at=None, opinions__withdrawn_at=None)
        return (
            self.select_related("meeting__council", "proposed_by__organization")
            .annotate(objections=Count("opinions", filter=waiting, distinct=True))
            .order_by("-meeting__held_at", "meeting", "number")
        )

    def shares_by_year(self):
        """Of meetings that were called: year, ``total`` items and those ``enterprise`` seats proposed."""
        enterprise = Q(proposed_by__side=CouncilSeat.Side.ENTERPRISE)
        return (
            self.exclude(meeting__status__in=[Meeting.Status.DRAFT, Meeting.Status.CANCELLED])
            .annotate(year=ExtractYear("meeting__held_at"))
            .order_by()
            .values("year")
            .annotate(total=Count("pk"), enterprise=Count("pk", filter=enterprise))
            .order_by("-year")
        )


class AgendaItem(models.Model):
    class Kind(models.TextChoices):
        INFORMATION = "information", _("Information")
        DISCUSSION = "discussion", _("Discussion")
        DECISION = "decision", _("Decision")

    class Rule(models.TextChoices):
        SIMPLE = "simple", _("Simple majority: more than half of the seats present")
        TWO_THIRDS = "two_thirds", _("At least two thirds of the seats present")
        UNANIMOUS = "unanimous", _("Unanimous: every seat present votes for it")

    class Status(models.TextChoices):
        PLANNED = "planned", _("Not treated yet")
        VOTING = "voting", _("Voting")
        PASSED = "passed", _("Passed")
        DEFEATED = "defeated", _("Not passed")
        NOTED = "noted", _("Treated")
        DEFERRED = "deferred", _("Deferred")

    TRANSITIONS = {
        Status.PLANNED: {Status.VOTING, Status.NOTED, Status.DEFERRED},
        Status.VOTING: {Status.PASSED, Status.DEFEATED, Status.PLANNED},
    }
    TERMS = ["cost_share", "ip_ownership", "signing_unit"]

    meeting = models.ForeignKey(
        Meeting, models.CASCADE, related_name="items", verbose_name=_("meeting"), editable=False
    )  # a part of it; a meeting that was called is never deleted
    number = models.PositiveSmallIntegerField(_("item number"), editable=False)
    title = models.CharField(_("item"), max_length=200)
    kind = models.CharField(_("kind of item"), max_length=12, choices=Kind, default=Kind.DECISION)
    rule = models.CharField(
        _("passes with"), max_length=12, choices=Rule, blank=True, help_text=_("Only for a decision.")
    )
    proposed_by = models.ForeignKey(
        CouncilSeat,
        models.PROTECT,
        related_name="proposals",
        null=True,
        blank=True,
        verbose_name=_("proposed by"),
        help_text=_("Empty: the secretariat itself."),
    )
    text = models.TextField(_("what it is about"), blank=True)
    on_money = models.BooleanField(_("it concerns money"), default=False)
    on_ip = models.BooleanField(_("it concerns intellectual property"), default=False)
    on_contract = models.BooleanField(_("it concerns a contract"), default=False)
    cost_share = models.CharField(
        _("cost share"), max_length=300, blank=True, help_text=_("Who bears how much; or why nobody bears anything.")
    )
    ip_ownership = models.CharField(
        _("ownership of IP"), max_length=300, blank=True, help_text=_("Who owns what; or why nothing arises.")
    )
    signing_unit = models.CharField(
        _("signing unit"), max_length=300, blank=True, help_text=_("Who signs; or why nothing is signed.")
    )
    papers_sent_at = models.DateTimeField(_("papers sent at"), null=True, editable=False)
    late_reason = models.CharField(_("why papers were late"), max_length=200, blank=True, editable=False)
    status = models.CharField(_("state"), max_length=10, choices=Status, default=Status.PLANNED, editable=False)
    notes = models.TextField(_("what was said"), blank=True, editable=False)
    # what the vote came to; written when it ends
    votes_for = models.PositiveSmallIntegerField(_("votes for"), null=True, editable=False)
    votes_against = models.PositiveSmallIntegerField(_("votes against"), null=True, editable=False)
    abstentions = models.PositiveSmallIntegerField(_("abstentions"), null=True, editable=False)
    absent = models.PositiveSmallIntegerField(_("absent seats"), null=True, editable=False)

    files_act = "agenda_item.change"
    objects = AgendaItemQuerySet.as_manager()
    objections: int  # by for_list

    class Meta:
        verbose_name = _("agenda item")
        verbose_name_plural = _("agenda items")
        ordering = ["meeting", "number"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "number"], name="agenda_number_once"),
            models.CheckConstraint(
                condition=Q(kind="decision") & ~Q(rule="") | ~Q(kind="decision") & Q(rule=""),
                name="a_decision_has_a_rule",
                violation_error_code="rule",
                violation_error_message=_("A decision needs the rule by which it passes; anything else has none."),
            ),
            models.CheckConstraint(
                condition=Q(votes_for=None, votes_against=None, abstentions=None, absent=None)
                | Q(
                    votes_for__isnull=False,
                    votes_against__isnull=False,
                    abstentions__isnull=False,
                    absent__isnull=False,
                    status__in=["passed", "defeated"],
                ),
                name="agenda_item_counted",
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("consortium:agenda_item_detail", args=[self.pk])

    @property
    def is_decision(self) -> bool:
        return self.kind == self.Kind.DECISION

    @property
    def needs_terms(self) -> bool:
        """On money, IP or a contract: its cost share, IP ownership and signing unit are asked for (003)."""
        return self.on_money or self.on_ip or self.on_contract

    @property
    def missing(self) -> list[str]:
        """The names of the terms that are asked for and not written."""
        if not self.needs_terms:
            return []
        return [name for name in self.TERMS if not getattr(self, name).strip()]

    def missing_label(self) -> str:
        return "、".join(map(self.term_label, self.missing))

    def term_label(self, name: str) -> str:
        """What one of ``TERMS`` is called."""
        return str(self._meta.get_field(name).verbose_name)  # type: ignore[union-attr]

    def proposer(self) -> str:
        return str(self.proposed_by) if self.proposed_by else str(_("The secretariat"))

    @property
    def files_closed(self) -> str:
        if self.papers_sent_at:
            return str(_("These papers have been sent. Recall them before you change them."))
        if self.meeting.status not in {Meeting.Status.DRAFT, Meeting.Status.CALLED}:
            return str(_("The meeting has begun, and its papers stay as they are."))
        return ""

    @classmethod
    def passes(cls, rule: str, votes_for: int, present: int) -> bool:
        """Whether so many votes of the seats present are enough; abstentions count as present. Nobody: never.

        More than half: exactly half is too little. Two thirds: exactly two thirds is enough (Civil Code, art. 1259:
        “以上” includes the figure, “过半数” does not). Whole numbers only.
        """
        if not present:
            return False
        return {
            cls.Rule.SIMPLE: votes_for * 2 > present,
            cls.Rule.TWO_THIRDS: votes_for * 3 >= present * 2,
            cls.Rule.UNANIMOUS: votes_for == present,
        }[cls.Rule(rule)]


class OfItems(models.QuerySet):
    def visible_to(self, user):
        return self.filter(item__in=AgendaItem.objects.visible_to(user))


class PaperReceipt(models.Model):
    """That a seat has read an item's papers as they were sent; a part of the item."""

    item = models.ForeignKey(AgendaItem, models.CASCADE, related_name="receipts", verbose_name=_("item"))
    # PROTECT: who read is history
    seat = models.ForeignKey(CouncilSeat, models.PROTECT, related_name="+", verbose_name=_("seat"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("read by"))
    at = models.DateTimeField(_("read at"))

    class Meta:
        verbose_name = _("receipt of papers")
        verbose_name_plural = _("receipts of papers")
        constraints = [models.UniqueConstraint(fields=["item", "seat"], name="papers_read_once")]

    def __str__(self):
        return f"{self.item} · {self.seat}"


class Vote(models.Model):
    """The vote of a seat that is present; until the vote is closed it can be changed. Absent seats have none."""

    class Choice(models.TextChoices):
        FOR = "for", _("For")
        AGAINST = "against", _("Against")
        ABSTAIN = "abstain", _("Abstains")

    # PROTECT: who voted how is history
    item = models.ForeignKey(AgendaItem, models.PROTECT, related_name="votes", verbose_name=_("item"))
    seat = models.ForeignKey(CouncilSeat, models.PROTECT, related_name="votes", verbose_name=_("seat"))
    choice = models.CharField(_("vote"), max_length=8, choices=Choice)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("entered by"))
    by_hand = models.BooleanField(_("recorded by the secretariat"), default=False)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("vote")
        verbose_name_plural = _("votes")
        constraints = [models.UniqueConstraint(fields=["item", "seat"], name="one_vote_a_seat")]

    def __str__(self):
        return f"{self.seat} {self.get_choice_display()}"
