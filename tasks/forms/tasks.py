"""A task: written, made from another record, divided in two and made one of two."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from consortium.forms.fields import DayInput
from consortium.models import Organization, User

from ..models import Milestone, Plan, Target, Task
from ..words import tidy
from .fields import offer


class TaskForm(forms.ModelForm):
    class Meta:
        model = Task
        fields = [
            "number", "goal", "explanation", "responsible_organization", "responsible_unit",
            "leader", "responsible_person", "phone",
        ]  # fmt: skip
        widgets = {"explanation": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "responsible_organization", Organization.objects.visible_to(user).schools())

    def _get_validation_exclusions(self) -> set[str]:
        return super()._get_validation_exclusions() - {"plan"}  # type: ignore[misc]  # checks uniqueness


class TaskFromForm(forms.Form):
    """A task made from ``source``, which says what and until when."""

    plan = forms.ModelChoiceField(Plan.objects.none(), label=_("Table"))
    goal = forms.CharField(label=_("Goal"), max_length=300)
    due = forms.DateField(label=_("Due"), widget=DayInput())
    responsible = forms.ModelChoiceField(
        Organization.objects.none(),
        label=_("Responsible member"),
        required=False,
        help_text=_("Its college administrators report progress."),
    )

    def __init__(self, *args: Any, source: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "plan", Plan.objects.visible_to(user).order_by("-year", "unit"))
        offer(self, "responsible", Organization.objects.visible_to(user).schools())
        self.initial["goal"], self.initial["due"] = source.task_text, source.task_due


class SplitForm(forms.Form):
    """What goes to a second task."""

    goal = forms.CharField(label=_("Goal of the new task"), max_length=300)
    explanation = forms.CharField(label=_("Explanation"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    milestones = forms.ModelMultipleChoiceField(
        Milestone.objects.none(),
        label=_("Milestones that go to the new task"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Reports, files and urgings go with them."),
    )
    targets = forms.ModelMultipleChoiceField(
        Target.objects.none(),
        label=_("Targets that go to the new task"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    people = forms.MultipleChoiceField(
        label=_("People who go to the new task"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("When nobody is ticked, both tasks have all of them."),
    )

    def __init__(self, *args: Any, task: Task, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "milestones", task.milestones.order_by("quarter"))
        self.fields["milestones"].label_from_instance = lambda row: (  # type: ignore[attr-defined]
            f"{row.get_quarter_display()} · {row.text}"
        )
        offer(self, "targets", task.targets.order_by("pk"))
        names = "、".join([task.leader, task.responsible_person]).split("、")
        self.fields["people"].choices = [(name, name) for name in dict.fromkeys(filter(None, names))]  # type: ignore[attr-defined]
        for name in ("targets", "people"):
            if not self.fields[name].choices:  # type: ignore[attr-defined]
                del self.fields[name]

    def clean_goal(self) -> str:
        return tidy(self.cleaned_data["goal"])


class MergeForm(forms.Form):
    """The texts of two tasks as those of one; also of each open quarter in which both have a milestone."""

    goal = forms.CharField(label=_("Goal"), max_length=300)
    explanation = forms.CharField(label=_("Explanation"), required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, task: Task, other: Task, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("goal", f"{task.goal}；{other.goal}"[:300])
        self.initial.setdefault("explanation", "\n".join(filter(None, [task.explanation, other.explanation])))
        theirs = {milestone.quarter: milestone for milestone in other.milestones.all()}
        mine = task.milestones.order_by("quarter")
        self.pairs = [(one, theirs[one.quarter]) for one in mine if one.quarter in theirs]
        self.quarters = [one.quarter for one, _two in self.pairs if one.status != Milestone.Status.CONFIRMED]
        for one, two in self.pairs:
            if one.quarter in self.quarters:
                self.fields[f"text_{one.quarter}"] = forms.CharField(
                    label=one.get_quarter_display(),
                    widget=forms.Textarea(attrs={"rows": 3}),
                    initial=f"{one.text} {two.text}",
                )

    def merged(self) -> dict[str, Any]:
        """What the service takes."""
        data = self.cleaned_data
        texts = {quarter: data[f"text_{quarter}"] for quarter in self.quarters}
        return {"goal": tidy(data["goal"]), "explanation": data["explanation"], "texts": texts}
