from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import Attachment


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One or several files. What each of them must be is the service's question, which answers it for each alone."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> Any:
        if not data:
            raise forms.ValidationError(_("Choose at least one file."), code="required")
        return data


class AttachForm(forms.ModelForm):
    uploads = FilesField(label=_("Files"))

    class Meta:
        model = Attachment
        fields = ["note"]
