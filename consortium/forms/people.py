from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import UserCreationForm
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from ..models import Affiliation, Invitation, Membership, Organization, User


def members(user: User) -> QuerySet[Organization]:
    """The organizations, members today, in which ``user`` may give roles."""
    affiliation = user.affiliation
    if affiliation is None:
        return Organization.objects.none()
    memberships = Membership.objects.in_force().filter(consortium=affiliation.consortium_id)
    rows = Organization.objects.visible_to(user).filter(pk__in=memberships.values("organization"))
    return rows if affiliation.sees_all_people else rows.filter(pk=affiliation.organization_id)


class RoleFields(forms.ModelForm):
    """An organization and a role that ``user`` may give."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        organization, role = self.fields["organization"], self.fields["role"]
        organization.queryset = members(user)
        role.choices = [("", ""), *((role.value, role.label) for role in user.affiliation.roles_to_give)]
        if not user.affiliation.sees_all_people:
            organization.initial = user.affiliation.organization_id
            organization.empty_label = None


def days_valid() -> forms.IntegerField:
    return forms.IntegerField(
        label=_("Days valid"),
        min_value=1,
        max_value=Invitation.LONGEST_DAYS,
        initial=Invitation.USUAL_DAYS,
        help_text=_("From today, at most 30. After that the link no longer works."),
    )


class InvitationForm(RoleFields):
    days = days_valid()

    class Meta:
        model = Invitation
        fields = ["name", "email", "organization", "role"]
        labels = {"name": _("Full name")}
        help_texts = {
            "email": _("The invitation holds for this address only, and the link is sent there."),
        }


class DaysForm(forms.Form):
    days = days_valid()


class RoleForm(RoleFields):
    class Meta:
        model = Affiliation
        fields = ["organization", "role"]


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), max_length=300, help_text=_("It stands in the history, for everybody who sees this person.")
    )


class JoinForm(UserCreationForm):
    """Name, sign-in name and password of somebody who is new; bound to an unsaved user with the invited address."""

    class Meta(UserCreationForm.Meta):
        model = User
        fields = ("name", "username")
        labels = {"name": _("Full name"), "username": _("User name")}
        help_texts = {"username": _("You sign in with it. Letters and digits; for example your name in pinyin.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].widget.attrs.pop("autofocus", None)


class LanguageForm(forms.Form):
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
