from django import forms
from django.utils.translation import gettext_lazy as _


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        min_length=5,
        max_length=300,
        help_text=_("It is kept beside your name, the time and whose data it is, for three years."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
