from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from consortium.forms.fields import DayInput
from consortium.models import Organization

from ..models import SecondedPerson
from .rows import RowForm


class SecondedForm(RowForm):
    """Whom the zone's college or one of its partner enterprises sends."""

    class Meta:
        model = SecondedPerson
        fields = ["name", "organization", "post", "since"]
        labels = {"name": _("Full name")}
        widgets = {"since": DayInput()}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        zone = self.instance.zone
        sides = [zone.college_id, *zone.partnerships.values_list("enterprise", flat=True)]
        self.fields["organization"].queryset = Organization.objects.filter(pk__in=sides).order_by("kind", "name")  # type: ignore[attr-defined]


class SecondedEndForm(forms.Form):
    on = forms.DateField(label=_("Last day"), widget=DayInput())
    reason = forms.CharField(label=_("Why does it end?"), max_length=200)
