from django import forms
from django.utils.translation import gettext_lazy as _


class HourImportForm(forms.Form):
    file = forms.FileField(
        label=_("Excel file"),
        help_text=_(
            "An .xlsx file with at most 10,000 rows and 10 MB. Nothing is written before you have read the check."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}),
        max_length=200,
        allow_empty_file=True,  # the service says it in the words of all files
    )
