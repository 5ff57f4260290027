"""Meetings of the council, and the seats that were called to them."""

from datetime import date, timedelta

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .councils import Council, CouncilSeat
from .people import Affiliation, User

Role = Affiliation.Role


class MeetingQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those of the councils that one sees; before the call only the office and auditors see them."""
        if not user.affiliation:
            return self.none()
        rows = self.filter(council__in=Council.objects.visible_to(user))
        office = user.affiliation.role in {Role.SECRETARIAT, Role.AUDITOR}
        return rows if office else rows.exclude(status=Meeting.Status.DRAFT)

    def to_come(self):
        """In preparation, called or being held; the next one first."""
        Status = Meeting.Status
        return self.filter(status__in=[Status.DRAFT, Status.CALLED, Status.IN_SESSION]).order_by("held_at", "pk")

    def for_list(self):
        return self.select_related("council").annotate(items_count=Count("items")).order_by("-held_at", "-pk")


class Meeting(models.Model):
    class Status(models.TextChoices):
        DRAFT = "draft", _("In preparation")
        CALLED = "called", _("Called")
        IN_SESSION = "in_session", _("In session")
        MINUTES = "minutes", _("Minutes to approve")
        APPROVED = "approved", _("Minutes approved")
        CANCELLED = "cancelled", _("Cancelled")

        @classmethod
        def held(cls) -> list["Meeting.Status"]:
            return [cls.IN_SESSION, cls.MINUTES, cls.APPROVED]

    class Quorum(models.TextChoices):
        MAJORITY = "majority", _("More than half of the seats")
        TWO_THIRDS = "two_thirds", _("At least two thirds of the seats")

    TRANSITIONS = {
        Status.DRAFT: {Status.CALLED, Status.CANCELLED},
        Status.CALLED: {Status.IN_SESSION, Status.CANCELLED},
        Status.IN_SESSION: {Status.MINUTES},
        Status.MINUTES: {Status.APPROVED, Status.IN_SESSION},
    }

    # PROTECT throughout: who decided what is history
    council = models.ForeignKey(Council, models.PROTECT, related_name="meetings", verbose_name=_("council"))
    number = models.PositiveSmallIntegerField(_("meeting number"), editable=False)
    held_at = models.DateTimeField(_("date and time"))
    place = models.CharField(_("place"), max_length=200)
    quorum = models.CharField(_("quorum"), max_length=12, choices=Quorum, default=Quorum.TWO_THIRDS)
    days_ahead = models.PositiveSmallIntegerField(
        _("papers ahead (days)"),
        default=7,
        validators=[MaxValueValidator(60)],
        help_text=_("So many days before the meeting at the latest papers are sent; later only with a reason."),
    )
    status = models.CharField(_("state"), max_length=12, choices=Status, default=Status.DRAFT, editable=False)
    called_at = models.DateTimeField(_("called at"), null=True, editable=False)
    minutes = models.TextField(_("minutes"), blank=True)
    approved_at = models.DateTimeField(_("approved at"), null=True, editable=False)
    approved_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", null=True, editable=False, verbose_name=_("approved by")
    )
    approval_note = models.CharField(_("how it was approved"), max_length=200, blank=True, editable=False)

    objects = MeetingQuerySet.as_manager()
    items_count: int  # by for_list

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        indexes = [models.Index(fields=["council", "-held_at", "-id"], name="meetings_in_order")]  # the list
        constraints = [
            models.UniqueConstraint(fields=["council", "number"], name="meeting_number_once"),
            models.CheckConstraint(
                condition=Q(approved_at=None, approved_by=None) | Q(approved_at__isnull=False, status="approved"),
                name="meeting_approved",
            ),
        ]

    def __str__(self):
        return str(
            _("Council term %(term)s, meeting %(number)s") % {"term": self.council.number, "number": self.number}
        )

    def get_absolute_url(self) -> str:
        return reverse("consortium:meeting_detail", args=[self.pk])

    @property
    def is_draft(self) -> bool:
        return self.status == self.Status.DRAFT

    @property
    def day(self) -> date:
        return timezone.localdate(self.held_at)

    @property
    def papers_due(self) -> date:
        """The last day on which papers are in time."""
        return self.day - timedelta(days=self.days_ahead)

    def needed(self, seats: int) -> int:
        """How many of so many seats make the quorum: more than half, or two thirds with the exact share included."""
        return seats // 2 + 1 if self.quorum == self.Quorum.MAJORITY else -(-2 * seats // 3)


class OfMeetings(models.QuerySet):
    def visible_to(self, user):
        return self.filter(meeting__in=Meeting.objects.visible_to(user))


class MeetingSeat(models.Model):
    """A seat that was called to a meeting: these are the base of quorum and votes; a part of the meeting."""

    class Coming(models.TextChoices):
        UNKNOWN = "", _("No answer")
        YES = "yes", _("Will come")
        NO = "no", _("Will not come")

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="called", verbose_name=_("meeting"))
    seat = models.ForeignKey(CouncilSeat, models.PROTECT, related_name="+", verbose_name=_("seat"))  # PROTECT: history
    delegate = models.CharField(_("delegate"), max_length=60)  # who spoke for the seat then
    coming = models.CharField(_("says"), max_length=3, choices=Coming, blank=True)
    present = models.BooleanField(_("present"), default=False)

    class Meta:
        verbose_name = _("seat at a meeting")
        verbose_name_plural = _("seats at meetings")
        ordering = ["meeting", "seat__number"]
        constraints = [models.UniqueConstraint(fields=["meeting", "seat"], name="meeting_seat_once")]

    def __str__(self):
        return f"{self.seat} {self.delegate}"
