"""Hours, deliveries and records that wait for somebody, and what people are told about them."""

from collections.abc import Iterator
from datetime import date

from django.db.models import CharField, Count, QuerySet, Sum, Value
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from consortium.inbox import Waiting, notice_kind, waits
from consortium.models import Affiliation, Notice, User
from consortium.templatetags.look import hours as plain

from .compliance import breaches
from .models import REGISTERS, HourEntry, Outcome, Project, Verified, ZoneCharter
from .services.months import closable_months, lacking_months, last_of_month, month_name

Role, Mail = Affiliation.Role, Notice.Mail
WRITERS = (Role.PARTNER, Role.MENTOR)

HOURS_RETURNED = notice_kind("hours_returned", gettext_lazy("My hours are returned"), *WRITERS, mail=Mail.NOW)
HOURS_APPROVED = notice_kind("hours_approved", gettext_lazy("My hours are countersigned"), *WRITERS)
HOURS_IMPORTED = notice_kind(
    "hours_imported", gettext_lazy("A file of hours that I handed in is checked or written"), *WRITERS
)
# they stand in the list of what waits anyway
HOURS_TO_COUNTERSIGN = notice_kind(
    "hours_to_countersign",
    gettext_lazy("Hours to countersign"),
    *(Role.COLLEGE_ADMIN, Role.PARTNER),
    is_shown=False,
    mail=Mail.DIGEST,
)
DELIVERED = notice_kind(
    "delivered",
    gettext_lazy("Something is delivered to my enterprise"),
    Role.PARTNER,
    is_shown=False,
    mail=Mail.DIGEST,
)
DELIVERY_RETURNED = notice_kind(
    "delivery_returned", gettext_lazy("A delivery of my college is returned"), Role.COLLEGE_ADMIN, mail=Mail.NOW
)
DELIVERY_ACCEPTED = notice_kind(
    "delivery_accepted", gettext_lazy("A delivery of my college is accepted"), Role.COLLEGE_ADMIN
)
RECORD_RETURNED = notice_kind(
    "record_returned",
    gettext_lazy("An outcome or resource that I recorded is turned down"),
    *(Role.COLLEGE_ADMIN, *WRITERS),
    mail=Mail.NOW,
)
RECORD_VERIFIED = notice_kind(
    "record_verified",
    gettext_lazy("An outcome or resource that I recorded is verified"),
    *(Role.COLLEGE_ADMIN, *WRITERS),
)


@waits("hours", gettext_lazy("Project hours"))
def hours_in_hand(user: User, today: date) -> Iterator[Waiting]:
    yield from _to_countersign(user)
    yield from _returned(user)


def _to_countersign(user: User) -> Iterator[Waiting]:
    rows = HourEntry.objects.to_countersign(user)
    sums = rows.aggregate(entries=Count("pk"), hours=Sum("hours"), zones=Count("project__zone", distinct=True))
    if sums["entries"]:
        sums["hours"] = plain(sums["hours"])
        yield Waiting(
            _("Countersign hours"),
            _("%(entries)s entries, %(hours)s hours, from %(zones)s zones") % sums,
            reverse("zones:hours_countersign"),
            _("Countersign"),
        )


@waits("months", gettext_lazy("Months of hours"))
def months_in_hand(user: User, today: date) -> Iterator[Waiting]:
    """Months of which somebody for whom the user logs has filled in nothing; for a college the months to close."""
    role = user.affiliation.role if user.affiliation else None
    if role in WRITERS:
        for month, places in sorted(lacking_months(user, today).items()):
            names = "、".join(dict.fromkeys(str(place.project) for place in places))
            yield Waiting(
                _("Fill in the hours of %(month)s") % {"month": month_name(month)},
                _("Neither hours nor “no work”: %(names)s") % {"names": names},
                f"{reverse('zones:hours_week')}?day={min(last_of_month(month), today).isoformat()}",
                _("Fill in"),
                last_of_month(month),
            )
    elif role == Role.COLLEGE_ADMIN:
        for zone, month in closable_months(user, today):
            yield Waiting(
                _("Close %(month)s of %(zone)s") % {"month": month_name(month), "zone": zone},
                _("See what is still open, then close the month."),
                f"{reverse('zones:month_list', args=[zone.pk])}?year={month.year}",
                _("Open"),
            )


def _returned(user: User) -> Iterator[Waiting]:
    """What came back and has to be put right: a partner's own people's entries, a mentor's own."""
    count = HourEntry.objects.returned_to(user).count()
    if count:
        yield Waiting(
            _("Put returned hours right"),
            ngettext("%(count)s entry was returned", "%(count)s entries were returned", count) % {"count": count},
            f"{reverse('zones:hours_list')}?status={HourEntry.Status.RETURNED}",
            _("Correct"),
        )


@waits("deliveries", gettext_lazy("Deliveries of projects"))
def deliveries_in_hand(user: User, today: date) -> Iterator[Waiting]:
    """What the enterprise has to accept or return; what the college has to put right and deliver again."""
    accepts = user.affiliation is not None and user.affiliation.role == Role.PARTNER
    for project in Project.objects.deliveries_for(user):
        modules = "、".join(str(module) for module in project.modules_in_hand)
        if accepts:
            title, verb = _("Accept or return: %(project)s"), pgettext("delivery", "Decide")
        else:
            title, verb = _("Returned, to be delivered again: %(project)s"), _("Look")
        detail = _("Modules: %(names)s") % {"names": modules} if modules else _("The whole project")
        yield Waiting(title % {"project": project}, detail, project.get_absolute_url(), verb)


@waits("charters", gettext_lazy("Zone charters"))
def charters_to_agree(user: User, today: date) -> Iterator[Waiting]:
    for charter in ZoneCharter.objects.to_agree(user).for_list():
        detail = charter.summary or _("Read it and agree for your side.")
        yield Waiting(str(charter), detail, charter.get_absolute_url(), _("Read"))


@waits("compliance", gettext_lazy("Compliance of students at work"))
def rules_broken(user: User, today: date) -> Iterator[Waiting]:
    """A college's warnings without an answer and what has to be put right; an enterprise hears of its own."""
    if not user.affiliation or user.affiliation.role not in (Role.COLLEGE_ADMIN, Role.PARTNER):
        return
    count = sum(breach.answer is None for breach in breaches(user))
    if count:
        yield Waiting(
            _("Look at what breaks a rule"),
            ngettext("%(count)s finding is open", "%(count)s findings are open", count) % {"count": count},
            f"{reverse('zones:breach_list')}?answered=no",
            _("Look"),
        )


@waits("registers", gettext_lazy("Outcomes and resources"))
def records_in_hand(user: User, today: date) -> Iterator[Waiting]:
    """Of outcomes and each register what waits for this person, to be verified or put right; in one query."""
    models: list[type[Verified]] = [Outcome, *REGISTERS]
    parts = [part for model in models for part in (_counted(model, "verify", user), _counted(model, "returned", user))]
    found = {(row["register"], row["mine"]): row["rows"] for row in parts[0].union(*parts[1:], all=True)}
    for model in models:
        name, page = capfirst(model._meta.verbose_name_plural), reverse(f"zones:{model.THING}_list")
        if count := found.get((model.THING, "verify")):
            yield Waiting(
                _("Verify: %(name)s") % {"name": name},
                ngettext("%(count)s entry waits", "%(count)s entries wait", count) % {"count": count},
                f"{page}?mine=verify",
                _("Verify"),
            )
        if count := found.get((model.THING, "returned")):
            yield Waiting(
                _("Put right: %(name)s") % {"name": name},
                ngettext("%(count)s entry was rejected", "%(count)s entries were rejected", count) % {"count": count},
                f"{page}?mine=returned",
                _("Correct"),
            )


def _counted(model: type[Verified], mine: str, user: User) -> QuerySet:
    """At most one row: the register's name, what has to be done, how many."""
    rows = model.objects.to_verify(user) if mine == "verify" else model.objects.returned_to(user)
    names = {"register": Value(model.THING, CharField()), "mine": Value(mine, CharField())}
    return rows.order_by().values("status").annotate(**names, rows=Count("pk")).values("register", "mine", "rows")
