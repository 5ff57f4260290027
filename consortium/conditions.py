"""On what records a role may do something: the named conditions of the table of permissions.

A condition is asked with the acting affiliation and the record. It duck-types, because the records of all apps hang
from the same few: it walks up from an hour entry to its project, its zone, its college.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .models import Affiliation, Organization

PARENTS = [
    "zone", "innovation_class", "project", "task", "plan", "milestone", "reviewer", "evaluation", "assessment",
    "scheme", "acting_as", "placement", "student", "agreement", "item", "meeting", "seat", "council",
]  # fmt: skip


@dataclass(frozen=True)
class Condition:
    """``label`` is what people read in the table ("own college"); ``possible`` is asked before there is a record."""

    label: Promise
    holds: Callable[[Affiliation, Any], bool]
    possible: Callable[[Affiliation], bool]

    def __call__(self, affiliation: Affiliation, obj: Any) -> bool:
        return self.holds(affiliation, obj)


def always(affiliation: Affiliation) -> bool:
    return True


def in_a_school(affiliation: Affiliation) -> bool:
    return affiliation.organization.kind in Organization.Kind.schools()


def condition(
    label: Promise, possible: Callable[[Affiliation], bool] = always
) -> Callable[[Callable[[Affiliation, Any], bool]], Condition]:
    """Make a function of affiliation and record a condition that says of itself what it asks."""
    return lambda holds: Condition(label, holds, possible)


def of(obj: Any, name: str) -> Any:
    """The attribute ``name`` of the record, or of the nearest record above it that has one."""
    while not hasattr(obj, name):
        obj = next(getattr(obj, parent) for parent in PARENTS if hasattr(obj, parent))
    return getattr(obj, name)


def in_consortium(affiliation: Affiliation, obj: Any) -> bool:
    return of(obj, "consortium_id") == affiliation.consortium_id


# --- any record -------------------------------------------------------------------------------------------------------
@condition(_("whatever one sees"))
def anywhere(affiliation: Affiliation, obj: Any) -> bool:
    return True


@condition(_("whole consortium"))
def whole_consortium(affiliation: Affiliation, obj: Any) -> bool:
    return in_consortium(affiliation, obj)


@condition(_("oneself"))
def oneself(affiliation: Affiliation, obj: Any) -> bool:
    person = obj.user_id if hasattr(obj, "user_id") else obj.person_id
    return person == affiliation.user_id


@condition(_("own organization"))
def own_organization(affiliation: Affiliation, obj: Any) -> bool:
    organization = of(obj, "organization_id")
    return organization == affiliation.organization_id and in_consortium(affiliation, obj)


# --- members ----------------------------------------------------------------------------------------------------------
def _member(affiliation: Affiliation, obj: Any) -> Any:
    """The organization of the record when it is a member of the consortium."""
    organization = getattr(obj, "organization", obj)
    mine = getattr(obj, "consortium_id", affiliation.consortium_id) == affiliation.consortium_id
    return organization if mine and organization.memberships.filter(consortium=affiliation.consortium_id) else None


@condition(_("all members"))
def every_member(affiliation: Affiliation, obj: Any) -> bool:
    return _member(affiliation, obj) is not None


@condition(_("all member enterprises"))
def member_enterprise(affiliation: Affiliation, obj: Any) -> bool:
    return _member(affiliation, obj) is not None and obj.is_enterprise


@condition(_("own enterprise"))
def own_enterprise(affiliation: Affiliation, obj: Any) -> bool:
    return obj.is_enterprise and obj.pk == affiliation.organization_id


@condition(_("all members but other enterprises"))
def no_rival(affiliation: Affiliation, obj: Any) -> bool:
    member = _member(affiliation, obj)
    return member is not None and (not member.is_enterprise or member.pk == affiliation.organization_id)


@condition(_("all members; from an enterprise, no other enterprises"))
def no_rival_from_an_enterprise(affiliation: Affiliation, obj: Any) -> bool:
    return (no_rival if affiliation.organization.is_enterprise else every_member)(affiliation, obj)


@condition(_("everybody with a role in the consortium, now or before"))
def everybody(affiliation: Affiliation, obj: Any) -> bool:
    return obj.affiliations.filter(consortium=affiliation.consortium_id).exists()


@condition(_("people of the own organization, now or before"))
def colleagues(affiliation: Affiliation, obj: Any) -> bool:
    roles = obj.affiliations.filter(consortium=affiliation.consortium_id)
    return roles.filter(organization=affiliation.organization_id).exists()


@condition(_("in the own organization: one's own role, and mentors"))
def given(affiliation: Affiliation, obj: Any) -> bool:
    return affiliation.may_give(obj.role, obj.organization_id)


@condition(_("the one for which one acts"))
def own_consortium(affiliation: Affiliation, obj: Any) -> bool:
    return obj.pk == affiliation.consortium_id


@condition(_("addressed to the own kind of organization"))
def addressed(affiliation: Affiliation, obj: Any) -> bool:
    asked = obj.audiences.filter(kind=affiliation.organization.kind).exists()
    return in_consortium(affiliation, obj) and obj.withdrawn_at is None and asked


@condition(_("oneself, in the role to which it came"))
def own_desk(affiliation: Affiliation, obj: Any) -> bool:
    return obj.acting_as_id == affiliation.pk and obj.is_shown


@condition(_("oneself, in the role in which it was ordered"))
def own_order(affiliation: Affiliation, obj: Any) -> bool:
    return obj.acting_as_id == affiliation.pk and obj.user_id == affiliation.user_id


def _party(obj: Any) -> Any:
    """The parties of an agreement, or of the agreement of which the record is a part."""
    return getattr(obj, "agreement", obj).parties


@condition(_("to which the own organization is a party"))
def own_agreement(affiliation: Affiliation, obj: Any) -> bool:
    mine = _party(obj).filter(organization=affiliation.organization_id).exists()
    return mine and in_consortium(affiliation, obj)


@condition(_("duties of the own organization"))
def own_duty(affiliation: Affiliation, obj: Any) -> bool:
    return obj.party.organization_id == affiliation.organization_id and in_consortium(affiliation, obj)


def _council(obj: Any) -> Any:
    return obj if hasattr(obj, "seats") else of(obj, "council")


@condition(_("of councils in which one speaks for a seat"))
def seated(affiliation: Affiliation, obj: Any) -> bool:
    mine = _council(obj).seats.spoken_for_by(affiliation).exists()
    return mine and in_consortium(affiliation, obj)


@condition(_("of councils in which one speaks for a seat, once it is called"))
def seated_and_called(affiliation: Affiliation, obj: Any) -> bool:
    return not of(obj, "is_draft") and seated(affiliation, obj)


@condition(_("of the seat for which one speaks"))
def own_seat(affiliation: Affiliation, obj: Any) -> bool:
    mine = _council(obj).seats.spoken_for_by(affiliation).filter(pk=of(obj, "seat_id")).exists()
    return mine and in_consortium(affiliation, obj)


@condition(_("of councils in which one speaks for the seat that has the chair"))
def chairing(affiliation: Affiliation, obj: Any) -> bool:
    mine = _council(obj).seats.spoken_for_by(affiliation).filter(is_chair=True).exists()
    return mine and in_consortium(affiliation, obj)


# --- zones ------------------------------------------------------------------------------------------------------------
@condition(_("own college"), possible=in_a_school)
def own_college(affiliation: Affiliation, obj: Any) -> bool:
    return of(obj, "college_id") == affiliation.organization_id and in_consortium(affiliation, obj)


def _zone(obj: Any) -> Any:
    return obj if hasattr(obj, "partnerships") and hasattr(obj, "classes") else of(obj, "zone")


def _partnered(affiliation: Affiliation, zone: Any) -> bool:
    mine = zone.partnerships.filter(enterprise=affiliation.organization_id).exists()
    return mine and zone.consortium_id == affiliation.consortium_id


@condition(_("zones in which the own enterprise works"))
def partnered_zone(affiliation: Affiliation, obj: Any) -> bool:
    return _partnered(affiliation, _zone(obj))


@condition(_("the own enterprise itself"))
def own_partnership(affiliation: Affiliation, obj: Any) -> bool:
    return _partnered(affiliation, obj.zone) and obj.enterprise_id == affiliation.organization_id


@condition(_("zones in which the own organization or oneself works"))
def mentored_zone(affiliation: Affiliation, obj: Any) -> bool:
    zone, person = _zone(obj), affiliation.user_id
    return zone.consortium_id == affiliation.consortium_id and (
        zone.college_id == affiliation.organization_id
        or _partnered(affiliation, zone)
        or zone.classes.filter(mentors__person=person).exists()
        or zone.projects.filter(members__person=person).exists()
    )


@condition(_("of zones in which one works; from an enterprise, none that names another enterprise"))
def no_rivals_outcome(affiliation: Affiliation, obj: Any) -> bool:
    if affiliation.organization.is_enterprise and obj.enterprise_id not in {None, affiliation.organization_id}:
        return False
    return (partnered_zone if affiliation.role == Affiliation.Role.PARTNER else mentored_zone)(affiliation, obj)


@condition(_("of zones in which one works; from an enterprise, only itself"))
def mentored_partnership(affiliation: Affiliation, obj: Any) -> bool:
    if affiliation.organization.is_enterprise and obj.enterprise_id != affiliation.organization_id:
        return False
    return mentored_zone(affiliation, obj)


def _no_rivals_person(affiliation: Affiliation, obj: Any) -> bool:
    return obj.organization_id in {affiliation.organization_id, obj.zone.college_id}


@condition(_("of zones in which the own enterprise works: the college's people and the own"))
def own_secondment(affiliation: Affiliation, obj: Any) -> bool:
    return _partnered(affiliation, obj.zone) and _no_rivals_person(affiliation, obj)


@condition(_("of zones in which one works; from an enterprise, the college's people and the own"))
def mentored_secondment(affiliation: Affiliation, obj: Any) -> bool:
    if affiliation.organization.is_enterprise and not _no_rivals_person(affiliation, obj):
        return False
    return mentored_zone(affiliation, obj)


@condition(_("students placed in zones in which the own enterprise works"))
def placed_with_partner(affiliation: Affiliation, obj: Any) -> bool:
    return in_consortium(affiliation, obj) and any(partnered_zone(affiliation, row) for row in obj.enrollments.all())


@condition(_("students placed in zones in which the own organization or oneself works"))
def placed_with_mentor(affiliation: Affiliation, obj: Any) -> bool:
    return in_consortium(affiliation, obj) and any(mentored_zone(affiliation, row) for row in obj.enrollments.all())


@condition(_("projects of the own enterprise"))
def own_project(affiliation: Affiliation, obj: Any) -> bool:
    return of(obj, "enterprise_id") == affiliation.organization_id and in_consortium(affiliation, obj)


@condition(_("projects to which one is assigned"))
def assigned_project(affiliation: Affiliation, obj: Any) -> bool:
    return of(obj, "members").filter(person=affiliation.user_id).exists() and in_consortium(affiliation, obj)


@condition(_("own projects, own people"))
def own_project_or_people(affiliation: Affiliation, obj: Any) -> bool:
    return own_project(affiliation, obj) or own_organization(affiliation, obj)


@condition(_("own hours"))
def own_hours(affiliation: Affiliation, obj: Any) -> bool:
    return obj.person_id == affiliation.user_id and in_consortium(affiliation, obj)


@condition(_("people of the own enterprise"))
def own_people(affiliation: Affiliation, obj: Any) -> bool:
    return obj.organization_id == affiliation.organization_id


@condition(_("what the enterprise side logged in the own college's zones, never one's own"))
def enterprise_side(affiliation: Affiliation, obj: Any) -> bool:
    mine = obj.project.zone.college_id == affiliation.organization_id
    return mine and obj.is_enterprise_side and obj.person_id != affiliation.user_id


@condition(_("what the college side logged on the own enterprise's projects, never one's own"))
def college_side(affiliation: Affiliation, obj: Any) -> bool:
    mine = obj.project.enterprise_id == affiliation.organization_id
    return mine and not obj.is_enterprise_side and obj.person_id != affiliation.user_id


@condition(_("that name the own enterprise"))
def naming_own_enterprise(affiliation: Affiliation, obj: Any) -> bool:
    return of(obj, "enterprise_id") == affiliation.organization_id and in_consortium(affiliation, obj)


@condition(_("of enterprises that work in the own college's zones"))
def partner_of_own_zones(affiliation: Affiliation, obj: Any) -> bool:
    zones = obj.enterprise.partnerships.filter(zone__college=affiliation.organization_id)
    return in_consortium(affiliation, obj) and zones.exists()


@condition(_("of the own enterprise, or of those that work in the own college's zones"))
def own_or_partner(affiliation: Affiliation, obj: Any) -> bool:
    return naming_own_enterprise(affiliation, obj) or partner_of_own_zones(affiliation, obj)


@condition(_("of the own college or the own enterprise"))
def own_side(affiliation: Affiliation, obj: Any) -> bool:
    return own_college(affiliation, obj) or naming_own_enterprise(affiliation, obj)


@condition(_("enterprises that work in zones of the own college"), possible=in_a_school)
def works_with_own_college(affiliation: Affiliation, obj: Any) -> bool:
    enterprise = getattr(obj, "enterprise", obj)
    mine = getattr(obj, "consortium_id", affiliation.consortium_id) == affiliation.consortium_id
    own = {"zone__college": affiliation.organization_id, "zone__consortium": affiliation.consortium_id}
    return mine and enterprise.partnerships.filter(**own).exists()


@condition(_("what one has recorded oneself"))
def own_record(affiliation: Affiliation, obj: Any) -> bool:
    return obj.recorded_by_id == affiliation.user_id and own_organization(affiliation, obj)


@condition(_("own college, never what one has recorded oneself"))
def recorded_by_another(affiliation: Affiliation, obj: Any) -> bool:
    return own_college(affiliation, obj) and obj.recorded_by_id != affiliation.user_id


# --- tasks ------------------------------------------------------------------------------------------------------------
@condition(_("tasks for which the own organization answers"))
def own_task(affiliation: Affiliation, obj: Any) -> bool:
    return of(obj, "responsible_organization_id") == affiliation.organization_id and in_consortium(affiliation, obj)


@condition(_("tables in which the own organization answers for a task"))
def own_plan(affiliation: Affiliation, obj: Any) -> bool:
    mine = obj.tasks.filter(responsible_organization=affiliation.organization_id).exists()
    return mine and in_consortium(affiliation, obj)


# --- evaluation -------------------------------------------------------------------------------------------------------
@condition(_("whole consortium, but no drafts"))
def no_draft(affiliation: Affiliation, obj: Any) -> bool:
    return in_consortium(affiliation, obj) and not of(obj, "is_draft")


def _evaluation(obj: Any) -> Any:
    return obj if hasattr(obj, "is_public") else of(obj, "evaluation")


@condition(_("own college; the others' from publicity on"))
def own_college_or_public(affiliation: Affiliation, obj: Any) -> bool:
    return in_consortium(affiliation, obj) and (own_college(affiliation, obj) or _evaluation(obj).is_public)


@condition(_("of zones in which the own organization works, from publicity on"))
def public_of_own_zone(affiliation: Affiliation, obj: Any) -> bool:
    zone = of(obj, "zone")
    mine = zone.college_id == affiliation.organization_id or _partnered(affiliation, zone)
    return in_consortium(affiliation, obj) and mine and _evaluation(obj).is_public


@condition(_("evaluations assigned to oneself"))
def assigned_reviewer(affiliation: Affiliation, obj: Any) -> bool:
    return _evaluation(obj).reviewers.filter(person=affiliation.user_id).exists() and in_consortium(affiliation, obj)


@condition(_("evaluations assigned to oneself; from publicity on the others of those zones"))
def assigned_or_public(affiliation: Affiliation, obj: Any) -> bool:
    evaluation = _evaluation(obj)
    if assigned_reviewer(affiliation, evaluation):
        return True
    earlier = type(evaluation).objects.filter(zone=evaluation.zone_id, reviewers__person=affiliation.user_id)
    return evaluation.is_public and in_consortium(affiliation, evaluation) and earlier.exists()


@condition(_("own sheet"))
def own_sheet(affiliation: Affiliation, obj: Any) -> bool:
    return of(obj, "person_id") == affiliation.user_id and in_consortium(affiliation, obj)


@condition(_("sheets that were handed in"))
def handed_in(affiliation: Affiliation, obj: Any) -> bool:
    return in_consortium(affiliation, obj) and of(obj, "submitted_at") is not None


@condition(_("finished reports that name no other enterprise"))
def own_report(affiliation: Affiliation, obj: Any) -> bool:
    named = {enterprise.pk for enterprise in obj.enterprises.all()}
    shown = obj.scope in obj.Scope.of_enterprises() and obj.status == "done"
    return shown and in_consortium(affiliation, obj) and named == {affiliation.organization_id}
