from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import Platform, User
from .fields import DayInput
from .members import MemberField


class PlatformForm(forms.ModelForm):
    operator = MemberField(label=_("Operating member"), required=False)

    class Meta:
        model = Platform
        fields = ["kind", "name", "operator", "since", "until", "note"]
        widgets = {"since": DayInput(), "until": DayInput()}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["operator"].user = user  # type: ignore[attr-defined]
        if self.instance.operator_id:
            self.initial["operator"] = self.instance.operator
