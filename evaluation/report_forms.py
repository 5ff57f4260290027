from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from consortium.models import User
from zones.models import Zone

from .models import ReportSchedule
from .services import reports


class ReportForm(forms.Form):
    """Which year's reports to make of which of the zones that ``user`` may order for."""

    year = forms.IntegerField(label=_("Year"), min_value=2000, max_value=2100)
    zones = forms.ModelMultipleChoiceField(
        label=_("Special zones"), queryset=Zone.objects.none(), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["zones"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = reports.reportable(Zone.objects.visible_to(user))
        field.initial = field.queryset


class ScheduleForm(forms.ModelForm):
    class Meta:
        model = ReportSchedule
        fields = ["is_on", "month", "day"]
