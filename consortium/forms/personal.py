from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import PersonalDataAccess
from .exports import ReasonForm

__all__ = ["BasisForm", "FileForm", "ReasonForm"]


class FileForm(ReasonForm):
    """A person's own file, handed out by somebody else."""

    form = forms.ChoiceField(
        label=_("File"), choices=[("xlsx", _("Excel, to read")), ("json", _("JSON, for programs"))]
    )
    field_order = ["form", "reason"]


class BasisForm(ReasonForm):
    basis = forms.ChoiceField(label=_("Basis"), choices=PersonalDataAccess.Basis, widget=forms.RadioSelect)
    field_order = ["basis", "reason"]
