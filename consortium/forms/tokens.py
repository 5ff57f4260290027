from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import ApiToken


class TokenForm(forms.Form):
    name = forms.CharField(label=_("Name of the program"), max_length=60, help_text=_("Such as “Hours system”."))
    scopes = forms.MultipleChoiceField(
        label=_("What the program may do"),
        choices=ApiToken.Scope.choices,
        initial=[ApiToken.Scope.READ],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("All but the first may also write there. It never does more than you may yourself."),
    )
    days = forms.IntegerField(
        label=_("Days valid"),
        min_value=1,
        max_value=ApiToken.LONGEST_DAYS,
        initial=ApiToken.LONGEST_DAYS,
        help_text=_("From today, at most 365. After that the program needs a new one."),
    )
