"""What the bureau urges, what the unit answers, and how it ends."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consortium.forms.fields import DayInput

from ..lights import light
from ..models import Milestone
from .fields import offer


class UrgeForm(forms.Form):
    """What the bureau asks of the units of the milestones that it has ticked."""

    milestones = forms.ModelMultipleChoiceField(
        Milestone.objects.none(), label=_("Milestones"), widget=forms.CheckboxSelectMultiple
    )
    deadline = forms.DateField(label=_("To be answered by"), widget=DayInput())
    text = forms.CharField(
        label=_("What is asked"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("It stands on the sheet that the unit receives."),
    )

    def __init__(self, *args: Any, milestones: QuerySet, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "milestones", milestones)
        self.fields["milestones"].label_from_instance = lambda row: (  # type: ignore[attr-defined]
            f"{row.task} · {row.get_quarter_display()} · {light(row, today).word}"
        )


class AnswerForm(forms.Form):
    answer = forms.CharField(
        label=pgettext_lazy("urging", "Answer"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("How things stand, why it is late, and what happens by when."),
    )


class CloseForm(forms.Form):
    comment = forms.CharField(
        label=_("Comment"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Needed when nobody has answered yet."),
    )


class AskAgainForm(forms.Form):
    comment = forms.CharField(
        label=_("What the answer lacks"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )
    deadline = forms.DateField(label=_("To be answered by"), widget=DayInput())
