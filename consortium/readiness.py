"""What a meeting still lacks: seats that will come, papers read, objections, and what each item says and does not say.

The page of a meeting and the secretariat's home show the same figures; each leads to the rows that made it.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone

from .models import AgendaItem, Attachment, Meeting, MeetingSeat, Opinion, PaperReceipt, User


@dataclass(frozen=True)
class Row:
    """An item: cost, IP and signature are "none" (not concerned), "said" or "missing"; papers none, there or sent."""

    item: AgendaItem
    cost: str
    ip: str
    signing: str
    papers: str
    read: int
    opinions: int


@dataclass(frozen=True)
class Readiness:
    meeting: Meeting
    rows: list[Row]
    seats: list[MeetingSeat]
    coming: int
    present: int
    needed: int
    read: int  # seats that have read everything that was sent
    opinions: int
    unanswered: int
    days_left: int

    @property
    def lacks(self) -> int:
        """How many places are still open: terms that are not said, papers not sent, opinions without answer."""
        missing = sum([row.cost, row.ip, row.signing].count("missing") for row in self.rows)
        return missing + sum(row.papers != "sent" for row in self.rows) + self.unanswered

    @property
    def unread(self) -> int:
        return len(self.seats) - self.read

    @property
    def enough_coming(self) -> bool:
        return self.coming >= self.needed


def readiness(meeting: Meeting, user: User) -> Readiness:
    """The figures of one meeting as ``user`` sees them: six queries, however many items and seats there are."""
    standing = Q(opinions__withdrawn_at=None, opinions__isnull=False)
    items = list(
        AgendaItem.objects.visible_to(user)
        .filter(meeting=meeting)
        .for_list()
        .annotate(said=Count("opinions", filter=standing, distinct=True), readers=Count("receipts", distinct=True))
        .order_by("number")
    )
    for item in items:
        item.meeting = meeting
    files = Attachment.objects.present().about(*items).values_list("object_id", flat=True) if items else []
    with_papers = set(files)
    seats = list(meeting.called.select_related("seat__organization").order_by("seat__number"))
    sent = [item for item in items if item.papers_sent_at]
    read = meeting.called.filter(seat__in=_readers(meeting, len(sent))).count() if sent else 0
    opinions = Opinion.objects.visible_to(user).standing().filter(item__meeting=meeting)
    counts = opinions.aggregate(all=Count("pk"), open=Count("pk", filter=Q(answered_at=None)))
    base = len(seats) or meeting.council.seats.in_force().count()
    return Readiness(
        meeting=meeting,
        rows=[_row(item, with_papers) for item in items],
        seats=seats,
        coming=sum(seat.coming == MeetingSeat.Coming.YES for seat in seats),
        present=sum(seat.present for seat in seats),
        needed=meeting.needed(base),
        read=read,
        opinions=counts["all"],
        unanswered=counts["open"],
        days_left=(meeting.day - timezone.localdate()).days,
    )


def _readers(meeting: Meeting, sent: int) -> Any:
    """Seats with a receipt for each item whose papers were sent."""
    read = PaperReceipt.objects.filter(item__meeting=meeting, item__papers_sent_at__isnull=False)
    return read.order_by().values("seat").annotate(n=Count("pk")).filter(n=sent).values("seat")


def _row(item: Any, with_papers: set[int]) -> Row:
    unsaid = "missing" if item.needs_terms else "none"
    cost, ip, signing = ("said" if getattr(item, name).strip() else unsaid for name in AgendaItem.TERMS)
    papers = "sent" if item.papers_sent_at else "there" if item.pk in with_papers else "none"
    return Row(item, cost, ip, signing, papers, item.readers, item.said)
