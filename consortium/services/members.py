from django.db import transaction
from django.forms import ModelForm
from django.utils.translation import gettext as _

from ..models import Organization, User
from .changes import Refused, save_form


@transaction.atomic
def add_member(form: ModelForm, membership_form: ModelForm, *, by: User) -> Organization:
    """Register the organization of ``form`` and make it a member of the consortium for which ``by`` acts."""
    if by.affiliation is None:
        raise Refused(_("You have no role in a consortium now."))
    organization = save_form(form, by=by)
    membership_form.instance.organization = organization
    membership_form.instance.consortium = by.affiliation.consortium
    save_form(membership_form, by=by)
    return organization
