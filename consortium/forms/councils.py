from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import Affiliation, Council, CouncilSeat, Organization, SeatDelegate, User
from .fields import DayInput
from .members import MemberField


class CouncilForm(forms.ModelForm):
    class Meta:
        model = Council
        fields = ["number", "starts_on", "ends_on"]
        widgets = {"starts_on": DayInput(), "ends_on": DayInput()}


class SeatForm(forms.ModelForm):
    class Meta:
        model = CouncilSeat
        fields = ["side", "is_chair"]


class NewSeatForm(SeatForm):
    organization = MemberField(label=_("Organization"))
    field_order = ["organization", "side", "is_chair"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organization"].user = user  # type: ignore[attr-defined]

    def _post_clean(self) -> None:
        self.instance.organization = self.cleaned_data.get("organization") or Organization()
        super()._post_clean()  # type: ignore[misc]


class DelegateForm(forms.ModelForm):
    class Meta:
        model = SeatDelegate
        fields = ["name", "post", "user", "started_on"]
        widgets = {"started_on": DayInput()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        seat = self.instance.seat
        roles = Affiliation.objects.in_force().filter(
            organization=seat.organization_id, consortium=seat.council.consortium_id
        )
        field: Any = self.fields["user"]
        field.queryset = User.objects.filter(pk__in=roles.values("user")).order_by("name", "pk")


class EndForm(forms.Form):
    ended_on = forms.DateField(label=_("Until"), widget=DayInput())


class EndSeatForm(EndForm):
    reason = forms.CharField(label=_("Reason"), max_length=300)
