"""Who works in a zone: its partners, seconded people and mentors, in one query, because its page shows them all."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from django.db.models import CharField, DateField, OuterRef, Subquery, Value

from consortium.models import Agreement, Organization, User

from .models import Mentor, SecondedPerson, Zone, ZonePartner


@dataclass
class Partner:
    """An enterprise with its times in the zone, the newest first: it may have left and come back.

    ``agreement_ends`` is the day on which the first of its signed agreements with the college ends.
    """

    enterprise: Organization
    agreement_ends: date | None
    times: list[ZonePartner] = field(default_factory=list)


@dataclass
class People:
    partners: list[Partner]
    seconded: list[SecondedPerson]
    mentors: dict[int, list[Mentor]]  # by class


def people_of_zone(zone: Zone, user: User) -> People:
    """As far as ``user`` sees them; those who have left stand behind those at work."""
    word, day = Value("", CharField()), Value(None, DateField())
    partners = ZonePartner.objects.visible_to(user).filter(zone=zone).select_related(None)
    seconded = SecondedPerson.objects.visible_to(user).filter(zone=zone)
    mentors = Mentor.objects.filter(innovation_class__zone=zone)
    of, name = "organization", "organization__name"
    signed = Agreement.objects.visible_to(user).filter(status=Agreement.Status.SIGNED)
    signed = signed.filter(parties__organization=zone.college_id).filter(parties__organization=OuterRef("enterprise"))
    ends = Subquery(signed.order_by("ends_on").values("ends_on")[:1])
    rows = (
        partners.order_by()
        .values_list(
            Value("partner", CharField()), "pk", "role", word, "since", "until", "enterprise", "enterprise__name", ends
        )
        .union(
            seconded.order_by().values_list(
                Value("seconded", CharField()), "pk", "name", "post", "since", "until", of, name, day
            ),
            mentors.order_by().values_list(
                Value("mentor", CharField()), "pk", "side", word, day, day, "innovation_class", "person__name", day
            ),
            all=True,
        )
    )
    by_enterprise: dict[int, Partner] = {}
    people: list[SecondedPerson] = []
    by_class: dict[int, list[Mentor]] = defaultdict(list)
    for kind, pk, first, second, since, until, number, title, ending in sorted(rows, key=lambda row: row[:2]):
        if kind == "partner":
            partner = by_enterprise.setdefault(number, Partner(Organization(pk=number, name=title), ending))
            partner.times.append(ZonePartner(pk=pk, zone=zone, role=first, since=since, until=until))
        elif kind == "seconded":
            sender = Organization(pk=number, name=title)
            people.append(
                SecondedPerson(pk=pk, zone=zone, name=first, post=second, since=since, until=until, organization=sender)
            )
        else:
            by_class[number].append(Mentor(pk=pk, side=first, person=User(name=title)))
    for partner in by_enterprise.values():
        partner.times.sort(key=lambda time: time.since, reverse=True)
    found = sorted(by_enterprise.values(), key=lambda one: (one.times[0].until is not None, one.times[-1].since))
    people.sort(key=lambda person: (person.until is not None, person.since, person.pk))
    return People(found, people, by_class)
