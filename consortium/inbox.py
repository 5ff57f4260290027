"""What can wait for whom, and what people are told. The apps above register both here, so that layers hold.

An app's ``inbox.py`` is loaded when the program starts. What waits is computed from the records whenever it is asked
for: nothing is stored, so what is done disappears by itself.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .models import (
    Affiliation,
    AgendaItem,
    Agreement,
    AgreementParty,
    Announcement,
    CouncilSeat,
    Duty,
    Meeting,
    Notice,
    Opinion,
    Resolution,
    User,
)

THIS_WEEK, SOON = timedelta(days=7), timedelta(days=14)
DUTY_AHEAD = timedelta(days=30)  # before a duty is due it waits for its party
MOST_ENDING = 20  # agreements; the list has all


@dataclass(frozen=True)
class Waiting:
    """One thing that waits: what it is, where it is done, the one verb of its button, and until when."""

    title: str
    detail: str
    url: str
    verb: str
    due: date | None = None
    source: str = ""  # the name under which it is filtered

    def group(self, today: date) -> int:
        """0 overdue, 1 this week, 2 later, 3 without a date."""
        if self.due is None:
            return 3
        return 0 if self.due < today else 1 if self.due <= today + THIS_WEEK else 2


@dataclass(frozen=True)
class Due:
    """How the day of a thing is shown: ``light`` is late, soon (14 days), plan or none, ``word`` says the same."""

    light: str
    word: str


@dataclass(frozen=True)
class Source:
    """One kind of things that can wait. ``find`` needs the same number of queries however many there are."""

    label: Any
    find: Callable[[User, date], Iterator[Waiting]]


SOURCES: dict[str, Source] = {}


def waits(name: str, label: Any) -> Callable:
    """Register a function ``(user, today) -> Iterator[Waiting]``: what waits for a person who has a role."""

    def register(find: Callable[[User, date], Iterator[Waiting]]) -> Callable[[User, date], Iterator[Waiting]]:
        SOURCES[name] = Source(label, find)
        return find

    return register


def waiting_for(user: User, today: date) -> list[Waiting]:
    """Everything that waits for ``user``, acting as now: overdue first, then by day, at last what has no day."""
    if user.affiliation is None:
        return []
    found = [replace(item, source=name) for name, source in SOURCES.items() for item in source.find(user, today)]
    return sorted(found, key=lambda item: (item.group(today), item.due or date.max))


def grouped(items: Iterable[Waiting], today: date) -> list[tuple[str, list[tuple[Due, Waiting]]]]:
    """The items under their headings, each with its day; a heading without items is left out."""
    labels = [_("Overdue"), _("Today and this week"), _("Later"), _("Without a date")]
    groups: list[tuple[str, list[tuple[Due, Waiting]]]] = [(label, []) for label in labels]
    for item in items:
        groups[item.group(today)][1].append((_due(item.due, today), item))
    return [group for group in groups if group[1]]


def _due(day: date | None, today: date) -> Due:
    if day is None:
        return Due("none", "")
    if day < today:
        return Due("late", _("Overdue by %(days)s d") % {"days": (today - day).days})
    return Due("soon" if day <= today + SOON else "plan", _("Today") if day == today else date_format(day))


# --- notices ----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class NoticeKind:
    """One kind of notices, and how people get it who have chosen nothing else.

    ``roles`` are those whom it can concern, all when empty: nobody is asked about what never comes.
    """

    name: str
    label: Any
    roles: frozenset[Affiliation.Role]
    is_shown: bool
    mail: Notice.Mail


KINDS: dict[str, NoticeKind] = {}


def notice_kind(
    name: str, label: Any, *roles: Affiliation.Role, is_shown: bool = True, mail: Notice.Mail = Notice.Mail.NONE
) -> NoticeKind:
    """Register a kind of notices. ``name`` is stored with every notice and never changes."""
    KINDS[name] = NoticeKind(name, label, frozenset(roles), is_shown, mail)
    return KINDS[name]


def kind_label(name: str) -> str:
    """The kind's name for people; of one that the program has no longer, nothing."""
    return str(KINDS[name].label) if name in KINDS else ""


ANNOUNCEMENT = notice_kind("announcement", gettext_lazy("Announcements"), mail=Notice.Mail.NOW)
ROLE_GIVEN = notice_kind("role_given", gettext_lazy("A role is given to me"), mail=Notice.Mail.NOW)
ROLE_ENDED = notice_kind("role_ended", gettext_lazy("A role of mine ends"), mail=Notice.Mail.NOW)
INVITATION_ACCEPTED = notice_kind(
    "invitation_accepted",
    gettext_lazy("My invitation is accepted"),
    *(Affiliation.Role.SECRETARIAT, Affiliation.Role.COLLEGE_ADMIN, Affiliation.Role.PARTNER),
)
AGREEMENT_TO_AGREE = notice_kind(
    "agreement_to_agree",
    gettext_lazy("An agreement waits for my side"),
    *(Affiliation.Role.COLLEGE_ADMIN, Affiliation.Role.PARTNER),
    mail=Notice.Mail.NOW,
)
AGREEMENT_RETURNED = notice_kind(
    "agreement_returned", gettext_lazy("An agreement is returned by a party"), Affiliation.Role.SECRETARIAT
)
AGREEMENT_ENDING = notice_kind(
    "agreement_ending",
    gettext_lazy("An agreement ends in 90, 30 or 7 days"),
    *(Affiliation.Role.SECRETARIAT, Affiliation.Role.COLLEGE_ADMIN, Affiliation.Role.PARTNER),
    mail=Notice.Mail.DIGEST,
)
DUTY_DUE = notice_kind(
    "duty_due",
    gettext_lazy("A duty of an agreement is due in 7 days"),
    *(Affiliation.Role.COLLEGE_ADMIN, Affiliation.Role.PARTNER),
    mail=Notice.Mail.DIGEST,
)


FILE_INFECTED = notice_kind("file_infected", gettext_lazy("A virus is found in a file"), mail=Notice.Mail.NOW)
SEATED = (
    Affiliation.Role.BUREAU,
    Affiliation.Role.COLLEGE_ADMIN,
    Affiliation.Role.PARTNER,
    Affiliation.Role.MENTOR,
    Affiliation.Role.EXPERT,
)
MEETING_CALLED = notice_kind(
    "meeting_called", gettext_lazy("I am called to a meeting of the council"), *SEATED, mail=Notice.Mail.NOW
)
MEETING_CHANGED = notice_kind(
    "meeting_changed", gettext_lazy("A meeting is moved or cancelled"), *SEATED, mail=Notice.Mail.NOW
)
PAPERS_SENT = notice_kind("papers_sent", gettext_lazy("Papers of a meeting are sent"), *SEATED, mail=Notice.Mail.NOW)
OPINION_GIVEN = notice_kind(
    "opinion_given", gettext_lazy("A seat gives a written opinion"), Affiliation.Role.SECRETARIAT
)
OPINION_ANSWERED = notice_kind("opinion_answered", gettext_lazy("My written opinion is answered"), *SEATED)
MINUTES_TO_APPROVE = notice_kind(
    "minutes_to_approve", gettext_lazy("Minutes wait for my approval"), *SEATED, mail=Notice.Mail.NOW
)


@waits("announcements", gettext_lazy("Announcements"))
def announcements_to_read(user: User, today: date) -> Iterator[Waiting]:
    for announcement in Announcement.objects.to_read(user).for_list():
        yield Waiting(
            announcement.title,
            _("Announcement of %(day)s") % {"day": date_format(announcement.day)},
            announcement.get_absolute_url(),
            _("Read"),
        )


@waits("agreements", gettext_lazy("Agreements"))
def agreements_in_hand(user: User, today: date) -> Iterator[Waiting]:
    """For the office what is agreed on and what ends soon; for a party what it has to agree on, and its duties."""
    affiliation = user.affiliation
    role = affiliation.role if affiliation else None
    rows = Agreement.objects.visible_to(user)
    if role == Affiliation.Role.SECRETARIAT:
        for agreement in rows.filter(status=Agreement.Status.IN_APPROVAL).exclude(parties__agreed_on=None):
            detail = _("All parties have agreed; the signatures are to be recorded")
            yield Waiting(agreement.title, detail, agreement.get_absolute_url(), _("Sign"))
        for agreement in rows.ending(today).with_clauses()[:MOST_ENDING]:
            detail = _("Ends in %(left)s days") % {"left": agreement.days_left(today)}
            if agreement.missing:
                detail += _("; lacks: %(clauses)s") % {"clauses": agreement.missing_label()}
            yield Waiting(
                _("Renew or let end: %(title)s") % {"title": agreement.title},
                detail, agreement.get_absolute_url(), _("Open"), agreement.ends_on,
            )  # fmt: skip
    if affiliation and role in {Affiliation.Role.COLLEGE_ADMIN, Affiliation.Role.PARTNER}:
        mine = AgreementParty.objects.filter(organization=affiliation.organization_id)
        asked = rows.filter(status=Agreement.Status.IN_APPROVAL, parties__in=mine.filter(agreed_on=None))
        for agreement in asked.order_by("pk"):
            yield Waiting(
                agreement.title,
                _("An agreement waits for your side"),
                agreement.get_absolute_url(),
                _("Read and agree"),
            )
        duties = Duty.objects.visible_to(user).in_hand().filter(party__in=mine, due__lte=today + DUTY_AHEAD)
        for duty in duties.for_list():
            detail = _("Duty from “%(agreement)s”") % {"agreement": duty.agreement.title}
            yield Waiting(duty.text, detail, duty.get_absolute_url(), _("Report"), duty.due)


@waits("meetings", gettext_lazy("Council"))
def meetings_in_hand(user: User, today: date) -> Iterator[Waiting]:
    """For the office what a meeting still lacks; for who speaks for a seat what the seat has to read, vote, approve."""
    affiliation = user.affiliation
    meetings = Meeting.objects.visible_to(user).select_related("council")
    if affiliation and affiliation.role == Affiliation.Role.SECRETARIAT:
        yield from _meetings_of_the_office(user, meetings)
    elif affiliation and affiliation.role in SEATED and (mine := list(CouncilSeat.objects.spoken_for_by(affiliation))):
        yield from _meetings_of_a_seat(user, meetings, mine)


def _meetings_of_the_office(user: User, meetings: QuerySet) -> Iterator[Waiting]:
    """Papers to send, opinions to answer, a meeting to call, to hold or to write up, resolutions that are due."""
    Status = Meeting.Status
    rows = meetings.exclude(status__in=[Status.APPROVED, Status.CANCELLED]).order_by("held_at", "pk")
    open_ones = list(rows)
    verbs = {
        Status.DRAFT: (_("Call: %(meeting)s"), _("The agenda is in preparation")),
        Status.CALLED: (_("Hold: %(meeting)s"), ""),
        Status.IN_SESSION: (_("Hold: %(meeting)s"), ""),
        Status.MINUTES: (_("Minutes to approve: %(meeting)s"), _("The chair approves them")),
    }
    for meeting in open_ones:
        title, detail = verbs[Status(meeting.status)]
        due = {Status.DRAFT: meeting.papers_due, Status.MINUTES: None}.get(Status(meeting.status), meeting.day)
        yield Waiting(
            title % {"meeting": meeting}, detail or meeting.place, meeting.get_absolute_url(), _("Open"), due
        )  # fmt: skip
    if any(meeting.status == Status.CALLED for meeting in open_ones):
        yield from _before_a_meeting(user)
    for resolution in Resolution.objects.visible_to(user).open().for_list():
        yield Waiting(
            _("Resolution %(code)s: %(text)s") % {"code": resolution.code, "text": resolution.text},
            str(resolution.organization), resolution.get_absolute_url(), _("Open"), resolution.due,
        )  # fmt: skip


def _before_a_meeting(user: User) -> Iterator[Waiting]:
    """Papers to send, opinions to answer."""
    unsent = AgendaItem.objects.visible_to(user).filter(meeting__status=Meeting.Status.CALLED, papers_sent_at=None)
    for item in unsent.select_related("meeting__council").order_by("meeting", "number"):
        yield Waiting(
            _("Send the papers: %(item)s") % {"item": item}, str(item.meeting),
            item.get_absolute_url(), _("Open"), item.meeting.papers_due,
        )  # fmt: skip
    for opinion in Opinion.objects.visible_to(user).waiting().for_list():
        yield Waiting(
            _("Answer: %(kind)s of %(seat)s") % {"kind": opinion.get_kind_display(), "seat": opinion.seat},
            str(opinion.item), opinion.get_absolute_url(), _("Answer"), opinion.item.meeting.day,
        )  # fmt: skip


def _meetings_of_a_seat(user: User, meetings: QuerySet, mine: list[CouncilSeat]) -> Iterator[Waiting]:
    called = meetings.filter(called__seat__in=mine)
    for meeting in called.filter(status=Meeting.Status.CALLED, called__coming="", called__seat__in=mine).distinct():
        yield Waiting(
            _("Say whether you will come: %(meeting)s") % {"meeting": meeting}, meeting.place,
            meeting.get_absolute_url(), _("Answer"), meeting.day,
        )  # fmt: skip
    unread = AgendaItem.objects.visible_to(user).filter(meeting__in=called).exclude(papers_sent_at=None)
    unread = unread.filter(meeting__status=Meeting.Status.CALLED).exclude(receipts__seat__in=mine)
    papers: dict[Meeting, int] = {}
    for item in unread.select_related("meeting__council").order_by("meeting__held_at", "number"):
        papers[item.meeting] = papers.get(item.meeting, 0) + 1
    for meeting, count in papers.items():
        yield Waiting(
            _("Read the papers: %(meeting)s") % {"meeting": meeting}, _("%(n)d items") % {"n": count},
            meeting.get_absolute_url(), _("Read"), meeting.day,
        )  # fmt: skip
    voting = AgendaItem.objects.visible_to(user).filter(status=AgendaItem.Status.VOTING, meeting__in=called)
    present = voting.filter(meeting__called__seat__in=mine, meeting__called__present=True).distinct()
    for item in present.exclude(votes__seat__in=mine).select_related("meeting__council"):
        yield Waiting(
            _("Vote: %(item)s") % {"item": item}, str(item.meeting), item.get_absolute_url(), _("Vote"),
            item.meeting.day,
        )  # fmt: skip
    chaired = [seat for seat in mine if seat.is_chair]
    for meeting in called.filter(status=Meeting.Status.MINUTES, called__seat__in=chaired).distinct():
        yield Waiting(
            _("Minutes to approve: %(meeting)s") % {"meeting": meeting}, _("You speak for the chair"),
            meeting.get_absolute_url(), _("Read and approve"),
        )  # fmt: skip
