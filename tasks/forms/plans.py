"""The table of a year: read from a file, written, and carried over to the next year."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from consortium.forms.fields import DayInput
from consortium.models import Organization, User

from ..models import Milestone, Plan, Task
from ..services import Carried, next_title, usual_quarters
from .fields import offer

QUARTERS: Any = Milestone.quarter.field.choices


class ImportForm(forms.Form):
    file = forms.FileField(
        label=_("Task table"),
        help_text=_(
            "The official table as .docx or .xlsx. Nothing is written before you have seen what was understood."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".docx,.xlsx"}),
    )
    year = forms.IntegerField(label=_("Year"), min_value=2000, max_value=2100)
    responsible = forms.ModelChoiceField(
        Organization.objects.none(),
        label=_("Responsible member"),
        required=False,
        help_text=_("Answers for every task of the table; it can be changed for each task later."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "responsible", Organization.objects.visible_to(user).schools())


class PlanForm(forms.ModelForm):
    class Meta:
        model = Plan
        fields = ["title", "unit", "issuer", "year", "document_number", "reported_on"]
        widgets = {"reported_on": DayInput()}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = Organization.objects.visible_to(user)
        offer(self, "issuer", members.filter(kind=Organization.Kind.GOVERNMENT))

    def _get_validation_exclusions(self) -> set[str]:
        return super()._get_validation_exclusions() - {"consortium"}  # type: ignore[misc]  # checks uniqueness


class CopyForm(forms.Form):
    """Which tasks go on next year, and in which quarter each milestone that is not finished stands then."""

    year = forms.IntegerField(label=_("Year"), min_value=2000, max_value=2100)
    title = forms.CharField(label=_("Title"), max_length=200)
    tasks = forms.ModelMultipleChoiceField(
        Task.objects.none(), label=_("Tasks"), widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(self, *args: Any, plan: Plan, carried: list[Carried], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "tasks", plan.tasks.order_by("number"))
        self.initial["year"], self.initial["title"] = plan.year + 1, next_title(plan, plan.year + 1)
        self.initial["tasks"] = [one.task.pk for one in carried if one.is_open]
        self.carried = carried
        choices = [("", _("stays behind")), *QUARTERS]
        for one in carried:
            usual = usual_quarters(one)
            for milestone in one.milestones:
                self.fields[f"quarter_{milestone.pk}"] = forms.TypedChoiceField(
                    label=gettext("Task %(number)s, %(quarter)s")
                    % {"number": one.task.number, "quarter": milestone.get_quarter_display()},
                    choices=choices,
                    coerce=int,
                    required=False,
                    empty_value=None,
                    initial=usual[milestone.pk],
                )

    def rows(self) -> list[dict[str, Any]]:
        """For the page: each task with its tick, and the fields of its milestones beside them."""
        chosen = {str(value) for value in self["tasks"].value() or []}
        return [
            {
                "task": one.task,
                "is_chosen": str(one.task.pk) in chosen,
                "milestones": [(milestone, self[f"quarter_{milestone.pk}"]) for milestone in one.milestones],
                "targets": one.targets,
            }
            for one in self.carried
        ]

    def asked(self) -> dict[str, Any]:
        """What the service takes."""
        data = self.cleaned_data
        quarters = {
            milestone.pk: data[f"quarter_{milestone.pk}"]
            for one in self.carried
            for milestone in one.milestones
            if one.task in data["tasks"] and data[f"quarter_{milestone.pk}"]
        }
        return {"year": data["year"], "title": data["title"], "tasks": data["tasks"], "quarters": quarters}
