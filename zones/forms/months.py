from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from consortium.models import User

from ..models import ProjectMember


class NoWorkForm(forms.Form):
    """Whose month on which project is declared to be without work."""

    place = forms.ModelChoiceField(queryset=ProjectMember.objects.none(), widget=forms.HiddenInput)
    month = forms.DateField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        places = ProjectMember.objects.loggable_by(user).select_related("project", "person", "organization")
        self.fields["place"].queryset = places  # type: ignore[attr-defined]

    def clean_month(self) -> date:
        return self.cleaned_data["month"].replace(day=1)


class ReopenForm(forms.Form):
    reason = forms.CharField(label=_("Why the month is opened again"), max_length=300)
