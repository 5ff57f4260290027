"""A milestone: written, reported on, and answered by the bureau."""

from datetime import date
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from consortium.forms.fields import DayInput
from consortium.templatetags.look import hours as plain

from ..models import Milestone, Target
from ..months import months_between
from ..services import month_to_report, refuse_silent_move
from ..words import due_date


class MilestoneForm(forms.ModelForm):
    due = forms.DateField(
        label=_("Due"),
        required=False,
        widget=DayInput(),
        help_text=_("Left empty: the last day of the month in brackets, otherwise of the quarter."),
    )

    reason = forms.CharField(
        label=_("Reason for another due day"),
        max_length=300,
        required=False,
        help_text=_("Needed when the day on which it is due changes; it stays in the history."),
    )

    class Meta:
        model = Milestone
        fields = ["quarter", "text", "due"]
        widgets = {"text": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.old_due = self.instance.due
        if not self.instance.pk:
            del self.fields["reason"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not data.get("due") and data.get("quarter") and data.get("text"):
            data["due"] = due_date(data["text"], self.instance.task.plan.year, data["quarter"])
        if self.instance.pk and data.get("due"):
            try:
                refuse_silent_move(self.old_due, data["due"], data.get("reason", ""))
            except forms.ValidationError as error:
                self.add_error(None, error)
        return data

    def _get_validation_exclusions(self) -> set[str]:
        return super()._get_validation_exclusions() - {"task"}  # type: ignore[misc]  # checks uniqueness


class ReportForm(forms.Form):
    """A month's progress of one milestone, with figures for the task's targets."""

    text = forms.CharField(label=_("Latest progress"), widget=forms.Textarea(attrs={"rows": 3}))
    month = forms.TypedChoiceField(label=_("Month"), coerce=date.fromisoformat)
    percent = forms.IntegerField(
        label=_("Percent done"),
        min_value=0,
        max_value=100,
        help_text=_("At 100 the bureau is asked to confirm, and the files stay as they are. Hand them in before."),
    )

    def __init__(self, *args: Any, milestone: Milestone, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        month = month_to_report(milestone, today)
        months = months_between(min(milestone.begins_on, month), today)[-24:]
        self.fields["month"].choices = [  # type: ignore[attr-defined]
            (day.isoformat(), date_format(day, pgettext("date format of a month and its year", "F Y")))
            for day in sorted({*months, month}, reverse=True)
        ]
        self.initial.setdefault("month", month.isoformat())
        self.targets = list(milestone.task.targets.reported().with_figures())
        for target in self.targets:
            latest_figure = target.latest
            self.fields[f"figure_{target.pk}"] = forms.DecimalField(
                label=gettext("%(name)s: reached so far") % {"name": target.name},
                max_digits=14,
                decimal_places=2,
                min_value=0,
                max_value=100 if target.kind == Target.Kind.PERCENTAGE else None,
                required=False,
                help_text=gettext("Target: %(target)s %(unit)s")
                % {"target": plain(target.target), "unit": escape(target.unit)},
                initial=latest_figure and latest_figure.value.normalize(),
            )
        if latest := milestone.latest:
            self.initial.setdefault("percent", latest.percent)
            self.fields["text"].help_text = gettext("Last report: %(text)s") % {"text": escape(latest.text)}

    def report(self) -> dict[str, Any]:
        """What the service takes: the report, and the figures that were filled in."""
        data = self.cleaned_data
        figures = [(one, data[f"figure_{one.pk}"]) for one in self.targets if data[f"figure_{one.pk}"] is not None]
        return {name: data[name] for name in ("text", "month", "percent")} | {"figures": figures}


class ReviewForm(forms.Form):
    """The bureau's answer to the latest report."""

    comment = forms.CharField(
        label=_("Comment"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": _("Comment (needed to return; the unit reads it)")}),
    )
    act = forms.ChoiceField(choices=[("confirm", _("Confirm")), ("return", _("Return"))], widget=forms.HiddenInput)
