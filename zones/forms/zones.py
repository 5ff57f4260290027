from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from consortium.forms.fields import DayInput
from consortium.models import Department, Membership, Organization, User

from ..models import Zone, ZoneCharter, ZoneGoal, ZonePartner
from .rows import RowForm, people_of


class ZoneForm(RowForm):
    class Meta:
        model = Zone
        fields = ["name", "code", "department", "form", "on_campus", "established_on", "head"]
        widgets = {"established_on": DayInput()}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        college = self.instance.college_id
        self.fields["department"].queryset = Department.objects.filter(organization=college)  # type: ignore[attr-defined]
        self.fields["head"].queryset = people_of(college)  # type: ignore[attr-defined]


class PartnerForm(forms.ModelForm):
    class Meta:
        model = ZonePartner
        fields = ["enterprise", "role", "since"]
        widgets = {"since": DayInput()}

    def __init__(self, *args: Any, zone: Zone, user: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        members = Membership.objects.in_force().filter(consortium=zone.consortium_id)
        rows = Organization.objects.visible_to(user).enterprises().filter(memberships__in=members)
        standing = ZonePartner.objects.filter(zone=zone, until=None)
        rows = rows.exclude(pk__in=standing.values("enterprise"))
        self.fields["enterprise"].queryset = rows  # type: ignore[attr-defined]


class CharterForm(RowForm):
    class Meta:
        model = ZoneCharter
        fields = ["text", "summary"]
        widgets = {"text": forms.Textarea(attrs={"rows": 14})}


class GoalForm(RowForm):
    class Meta:
        model = ZoneGoal
        fields = ["measure", "unit", "target", "reached", "register", "note"]


class EndForm(forms.Form):
    on = forms.DateField(label=_("Last day"), widget=DayInput())
