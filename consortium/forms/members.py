from django import forms

from ..models import Membership, Organization


class OrganizationForm(forms.ModelForm):
    class Meta:
        model = Organization
        fields = ["name", "credit_code", "kind", "contact_name", "contact_phone"]


class MembershipForm(forms.ModelForm):
    class Meta:
        model = Membership
        fields = ["is_lead", "joined_on", "left_on"]
        widgets = {
            "joined_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "left_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }
