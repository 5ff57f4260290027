"""Who reviews, until when, who must not, who may come in by a link, and the talk about scores far apart."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Max, Min
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from consortium.models import Affiliation, Agreement, AgreementParty, Organization, User
from consortium.services import Refused, create, record
from zones.models import Mentor, ProjectMember, Zone

from ..models import Evaluation, GuestLink, Indicator, Reviewer, Score, Side, Talk
from .evaluations import lock
from .notices import tell_reviewer

Status = Evaluation.Status
BEFORE_REVIEW_ENDS = (Status.PREPARING, Status.SELF_ASSESSMENT, Status.REVIEW)
LINK_DAYS = 60  # the longest that a guest's link is open


def avoidances(people: Iterable[User], zone: Zone) -> dict[int, str]:
    """Why some of these people may not review this zone: a sentence for the key of each of those.

    The organization of a person is the zone's college or was ever its partner, or has an agreement in force with the
    college; or the person is or was a mentor of one of its classes or works on one of its projects.
    The same number of queries for any number of people.
    """
    keys = {person.pk for person in people}
    sentences = {
        **_by_agreement(keys, zone),
        **_by_work(keys, zone),
        **_by_affiliation(keys, zone),  # the plainest reason is the one that is said
    }
    return dict(sorted(sentences.items()))


def _by_affiliation(keys: set[int], zone: Zone) -> dict[int, str]:
    partners = set(zone.partnerships.values_list("enterprise", flat=True))
    acting = Affiliation.objects.in_force().filter(user__in=keys, organization__in=[zone.college_id, *partners])
    sentences = {}
    for row in acting.select_related("user", "organization").order_by("-pk"):
        names = {"person": row.user, "organization": row.organization}
        if row.organization_id == zone.college_id:
            sentences[row.user_id] = _("%(person)s cannot review: %(organization)s hosts this zone.") % names
        else:
            sentences[row.user_id] = _("%(person)s cannot review: %(organization)s is a partner of this zone.") % names
    return sentences


def _by_work(keys: set[int], zone: Zone) -> dict[int, str]:
    sentences = {}
    for member in ProjectMember.objects.filter(person__in=keys, project__zone=zone).select_related("person", "project"):
        names = {"person": member.person, "project": member.project}
        sentences[member.person_id] = _("%(person)s cannot review: works on the project %(project)s.") % names
    mentors = Mentor.objects.filter(person__in=keys, innovation_class__zone=zone)
    for mentor in mentors.select_related("person", "innovation_class"):
        names = {"person": mentor.person, "class": mentor.innovation_class}
        sentences[mentor.person_id] = _("%(person)s cannot review: mentor of the class %(class)s.") % names
    return sentences


def _by_agreement(keys: set[int], zone: Zone) -> dict[int, str]:
    with_college = Agreement.objects.in_force().filter(parties__organization=zone.college_id)
    parties = AgreementParty.objects.filter(agreement__in=with_college).exclude(organization=zone.college_id)
    titles = dict(parties.order_by("-pk").values_list("organization", "agreement__title"))
    acting = Affiliation.objects.in_force().filter(user__in=keys, organization__in=titles)
    return {
        row.user_id: _("%(person)s cannot review: %(organization)s has the agreement “%(title)s” with the host.")
        % {"person": row.user, "organization": row.organization, "title": titles[row.organization_id]}
        for row in acting.select_related("user", "organization").order_by("-pk")
    }


@transaction.atomic
def assign_reviewer(
    evaluation: Evaluation, person: User, side: str, *, by: User | None, due_on: date | None = None
) -> Reviewer:
    """Let an expert of the consortium review for a side until ``due_on``. Who has to avoid the zone is refused."""
    lock(evaluation, *BEFORE_REVIEW_ENDS)
    experts = person.affiliations.in_force().filter(role=Affiliation.Role.EXPERT, consortium=evaluation.consortium_id)
    if not experts.exists():
        raise Refused(_("%(person)s is not an expert of this consortium.") % {"person": person})
    if sentence := avoidances([person], evaluation.zone).get(person.pk):
        raise Refused(sentence)
    reviewer = Reviewer(evaluation=evaluation, person=person, side=side, due_on=due_on)
    reviewer.full_clean()
    reviewer.save()
    record(evaluation, by=by, what=gettext_noop("Reviewer assigned"), new=_with_day(reviewer))
    tell_reviewer(reviewer, at=timezone.now())
    return reviewer


@transaction.atomic
def move_due(reviewer: Reviewer, day: date | None, *, by: User) -> None:
    """Give a reviewer who has not handed in another last day; there is a reminder of the new one."""
    lock(reviewer.evaluation, *BEFORE_REVIEW_ENDS)
    old = _with_day(reviewer)
    moved = Reviewer.objects.filter(pk=reviewer.pk, submitted_at=None).update(due_on=day, reminded_on=None)
    if not moved:
        raise Refused(_("These scores are submitted already."))
    reviewer.due_on = day
    record(reviewer.evaluation, by=by, what=gettext_noop("Last day of a reviewer"), old=old, new=_with_day(reviewer))
    tell_reviewer(reviewer, at=timezone.now())


@transaction.atomic
def withdraw_reviewer(reviewer: Reviewer, *, by: User, reason: str) -> None:
    """Take a reviewer and the scores given out of an evaluation that is not in publicity yet; a guest's link ends."""
    lock(reviewer.evaluation, *BEFORE_REVIEW_ENDS)
    record(reviewer.evaluation, by=by, what=gettext_noop("Reviewer withdrawn"), old=str(reviewer), reason=reason)
    if GuestLink.objects.filter(reviewer=reviewer).exists():
        _end_guest(reviewer, timezone.localdate())
    reviewer.delete()


@transaction.atomic
def return_scores(reviewer: Reviewer, *, by: User, reason: str) -> None:
    """Give submitted scores back to their reviewer during the review."""
    lock(reviewer.evaluation, Status.REVIEW)
    if not Reviewer.objects.filter(pk=reviewer.pk).exclude(submitted_at=None).update(submitted_at=None):
        raise Refused(_("These scores are not submitted."))
    record(reviewer.evaluation, by=by, what=gettext_noop("Scores returned"), old=str(reviewer), reason=reason)


# scores far apart


@dataclass(frozen=True)
class Gap:
    """An indicator scored further apart than the scheme allows without a talk, and whether they have talked."""

    indicator: Indicator
    lowest: Decimal
    highest: Decimal
    is_talked: bool


def gaps(evaluation: Evaluation) -> list[Gap]:
    """Of the sheets handed in. A talk counts as long as the scores do not lie further apart than at the time of it."""
    scores = Score.objects.filter(reviewer__evaluation=evaluation).exclude(reviewer__submitted_at=None)
    ends = scores.order_by("indicator__number").values("indicator").annotate(low=Min("score"), high=Max("score"))
    wide = {
        row["indicator"]: (row["low"], row["high"])
        for row in ends
        if row["high"] - row["low"] > evaluation.scheme.talk_above
    }
    rows = Indicator.objects.in_bulk(wide)
    held = list(evaluation.talks.filter(indicator__in=wide))
    return [
        Gap(
            rows[key],
            low,
            high,
            any(row.indicator_id == key and row.lowest <= low and high <= row.highest for row in held),
        )
        for key, (low, high) in wide.items()
    ]


@transaction.atomic
def record_talk(evaluation: Evaluation, indicator: Indicator, *, held_on: date, outcome: str, by: User | None) -> Talk:
    """Keep what the reviewers said of an indicator that they scored far apart. Sheets may be returned after it."""
    lock(evaluation, Status.REVIEW)
    gap = next((gap for gap in gaps(evaluation) if gap.indicator == indicator), None)
    if gap is None:
        raise Refused(_("The scores of this indicator do not lie so far apart that a talk is needed."))
    if held_on > timezone.localdate():
        raise Refused(_("A talk is recorded after it was held."))
    talk = Talk(
        evaluation=evaluation,
        indicator=indicator,
        held_on=held_on,
        lowest=gap.lowest,
        highest=gap.highest,
        outcome=outcome,
        recorded_by=by,
    )
    talk.full_clean()
    talk.save()
    record(evaluation, by=by, what=gettext_noop("Talk recorded"), new=f"{talk}\n{outcome}")
    return talk


# a third party by a link


@transaction.atomic
def invite_guest(
    evaluation: Evaluation, name: str, organization: Organization, *, days: int, by: User, now: datetime
) -> GuestLink:
    """Let somebody without an account review this one evaluation for the third party, by a link of ``days`` days.

    Makes an account without a password whose role of an expert ends with the link. The ``secret`` of the link is on
    this instance only.
    """
    lock(evaluation, *BEFORE_REVIEW_ENDS)
    ends_on = timezone.localdate(now) + timedelta(days=days)
    guest = User(username=f"guest-{get_random_string(9, '0123456789')}", name=name)
    guest.set_unusable_password()
    create(guest, by=by)
    affiliation = Affiliation(
        user=guest,
        organization=organization,
        consortium=evaluation.consortium,
        role=Affiliation.Role.EXPERT,
        started_on=timezone.localdate(now),
        ended_on=ends_on,
    )
    create(affiliation, by=by)
    reviewer = assign_reviewer(evaluation, guest, Side.THIRD_PARTY, by=by, due_on=ends_on - timedelta(days=1))
    link = GuestLink(reviewer=reviewer)
    _renew(link, ends_on)
    link.save()
    record(evaluation, by=by, what=gettext_noop("Link for a guest made"), new=_with_day(reviewer))
    return link


@transaction.atomic
def renew_guest_link(link: GuestLink, *, days: int, by: User, now: datetime) -> None:
    """Give a guest another link, ``days`` days from now; the one before is dead."""
    reviewer = link.reviewer
    lock(reviewer.evaluation, *BEFORE_REVIEW_ENDS)
    ends_on = timezone.localdate(now) + timedelta(days=days)
    _renew(link, ends_on)
    link.save(update_fields=["secret_hash", "expires_at"])
    _end_guest(reviewer, ends_on)
    Reviewer.objects.filter(pk=reviewer.pk).update(due_on=ends_on - timedelta(days=1), reminded_on=None)
    reviewer.due_on = ends_on - timedelta(days=1)
    record(reviewer.evaluation, by=by, what=gettext_noop("Link for a guest made"), new=_with_day(reviewer))


def closed_link(reviewer: Reviewer, *, now: datetime) -> GuestLink:
    """The place of a guest's link that lets nobody in, for the correction of a result: the office sends another."""
    link = GuestLink(reviewer=reviewer)
    _renew(link, timezone.localdate(now))
    link.save()
    return link


def find_guest(secret: str, now: datetime) -> Reviewer | None:
    """Whom the link with this secret lets in: its evaluation is not over, and its last day neither."""
    links = GuestLink.objects.filter(
        secret_hash=_hash(secret),
        expires_at__gt=now,
        reviewer__person__is_active=True,
        reviewer__evaluation__status__in=BEFORE_REVIEW_ENDS,
    )
    link = links.select_related("reviewer__person", "reviewer__evaluation__zone__college").first()
    return link.reviewer if link else None


def _renew(link: GuestLink, ends_on: date) -> None:
    link.secret = secrets.token_urlsafe(24)
    link.secret_hash = _hash(link.secret)
    link.expires_at = timezone.make_aware(datetime.combine(ends_on, time()))


def _end_guest(reviewer: Reviewer, day: date) -> None:
    Affiliation.objects.filter(user=reviewer.person_id, consortium=reviewer.evaluation.consortium_id).update(
        ended_on=day
    )


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _with_day(reviewer: Reviewer) -> str:
    return f"{reviewer} · {date_format(reviewer.due_on)}" if reviewer.due_on else str(reviewer)
