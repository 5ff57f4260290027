"""Members: registering, changing, their further contacts, and applications to become one."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import ModelForm
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from ..models import Contact, Joining, Membership, Organization, User
from .changes import Refused, alone, create, move, record, save_changes, save_form
from .duplicates import near
from .search import keep_search


@transaction.atomic
def add_member(form: ModelForm, membership_form: ModelForm, *, by: User) -> Organization:
    """Register the organization of ``form`` and make it a member of the consortium for which ``by`` acts."""
    if by.affiliation is None:
        raise Refused(_("You have no role in a consortium now."))
    organization = save_form(form, by=by)
    keep_search([organization])
    membership_form.instance.organization = organization
    membership_form.instance.consortium = by.affiliation.consortium
    save_form(membership_form, by=by)
    return organization


@transaction.atomic
def change_member(form: ModelForm, membership_form: ModelForm, *, by: User) -> Organization:
    organization = save_form(form, by=by)
    save_form(membership_form, by=by)
    keep_search([organization])
    return organization


@transaction.atomic
def create_organization(organization: Organization, *, by: User | None) -> Organization:
    """Insert one without a membership. Raises ValidationError."""
    create(organization, by=by)
    keep_search([organization])
    return organization


@transaction.atomic
def change_organization(organization: Organization, *, by: User, **fields: object) -> None:
    """Write what differs. Raises ValidationError."""
    save_changes(organization, by=by, **fields)  # type: ignore[arg-type]
    keep_search([organization])


def namesakes(name: str, credit_code: str, *, by: User) -> list[Organization]:
    """Members of another code with nearly this name, as far as ``by`` sees them."""
    others = Organization.objects.visible_to(by).exclude(credit_code=credit_code)
    names = dict(others.order_by().values_list("name", "pk"))
    return list(others.filter(pk__in=[names[found] for found in near(name, names)]).order_by("name"))


# --- further contacts -------------------------------------------------------------------------------------------------
@alone()
def save_contact(contact: Contact, *, by: User) -> Contact:
    """Enter a contact, or write what differs from the stored one. Raises ValidationError."""
    if contact._state.adding:
        return create(contact, by=by)
    stored = Contact.objects.get(pk=contact.pk)
    names = ("name", "post", "phone", "email")
    save_changes(stored, by=by, **{name: getattr(contact, name) for name in names})
    return stored


@alone()
def remove_contact(contact: Contact, *, by: User) -> None:
    record(contact.organization, by=by, what=gettext_noop("further contacts"), old=contact)
    contact.delete()


# --- applications -----------------------------------------------------------------------------------------------------
@alone()
def save_joining(joining: Joining, *, by: User) -> Joining:
    """Enter an application, or write what differs while it is open. Raises ValidationError, Refused."""
    if by.affiliation is None:
        raise Refused(_("You have no role in a consortium now."))
    if joining._state.adding:
        joining.consortium = by.affiliation.consortium
        _refuse_member(joining)
        return create(joining, by=by)
    stored = _hold_open(joining)
    names = ("name", "credit_code", "kind", "contact_name", "contact_phone", "applied_on", "reason")
    save_changes(stored, by=by, **{name: getattr(joining, name) for name in names})
    return stored


@alone()
def admit(joining: Joining, *, body: str, decided_on: date, decision: str, by: User, today: date) -> Membership:
    """Make the applicant a member from the day of the decision. Raises ValidationError, Refused.

    An organization that is registered already, in another consortium, is not registered twice.
    """
    stored = _decide(joining, body, decided_on, decision, today)
    _refuse_member(stored)
    organization = Organization.objects.filter(credit_code=stored.credit_code).first()
    if organization is None:
        names = ("name", "credit_code", "kind", "contact_name", "contact_phone")
        organization = create_organization(Organization(**{name: getattr(stored, name) for name in names}), by=by)
    membership = Membership(consortium=stored.consortium, organization=organization, joined_on=decided_on)
    create(membership, by=by)
    move(
        stored, Joining.Status.GRANTED, by=by, reason=decision,
        body=body, decided_on=decided_on, decision=decision, decided_by=by, membership=membership,
    )  # fmt: skip
    return membership


@alone()
def turn_down(joining: Joining, *, body: str, decided_on: date, decision: str, by: User, today: date) -> None:
    """Keep that the applicant is not admitted, and why. Raises ValidationError, Refused."""
    stored = _decide(joining, body, decided_on, decision, today)
    if not decision.strip():
        raise ValidationError({"decision": _("Say why.")})
    move(
        stored, Joining.Status.REFUSED, by=by, reason=decision,
        body=body, decided_on=decided_on, decision=decision, decided_by=by,
    )  # fmt: skip


def withdraw_joining(joining: Joining, *, by: User) -> None:
    """Keep that the applicant has taken it back. Raises Refused when it is decided."""
    move(joining, Joining.Status.WITHDRAWN, by=by)


def _decide(joining: Joining, body: str, decided_on: date, decision: str, today: date) -> Joining:
    stored = _hold_open(joining)
    if decided_on > today:
        raise ValidationError({"decided_on": _("This day has not come yet.")})
    if decided_on < stored.applied_on:
        raise ValidationError({"decided_on": _("The decision cannot be older than the application.")})
    if body not in Joining.Body.values:
        raise ValidationError({"body": _("Say who decided.")})
    return stored


def _hold_open(joining: Joining) -> Joining:
    stored = Joining.objects.select_for_update(of=("self",), no_key=True).get(pk=joining.pk)
    if stored.status != Joining.Status.OPEN:
        raise Refused(_("This application is decided and stays as it is."))
    return stored


def _refuse_member(joining: Joining) -> None:
    there = Membership.objects.filter(
        consortium=joining.consortium_id, organization__credit_code=joining.credit_code
    ).first()
    if there:
        raise ValidationError({"credit_code": _("This organization is a member already.")})
