"""The targets of a task: set, and proposed from its texts."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ..measures import MEASURES
from ..models import Target


class TargetForm(forms.ModelForm):
    class Meta:
        model = Target
        fields = ["name", "kind", "target", "unit", "measure"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("none: the unit reports it")), *((name, one.label) for name, one in MEASURES.items())]
        self.fields["measure"] = forms.ChoiceField(
            label=_("Measure"),
            choices=choices,
            required=False,
            help_text=Target._meta.get_field("measure").help_text,  # type: ignore[union-attr]
        )

    def _get_validation_exclusions(self) -> set[str]:
        return super()._get_validation_exclusions() - {"task"}  # type: ignore[misc]  # checks uniqueness


class ProposalForm(forms.ModelForm):
    """A target that the task's texts seem to name; it is set when its box stays ticked."""

    take = forms.BooleanField(label=_("Set this target"), required=False, initial=True)

    class Meta:
        model = Target
        fields = ["take", "name", "kind", "target", "unit"]
