from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from consortium.models import Organization, User
from consortium.templatetags.look import hours as plain

from .lights import light
from .measures import MEASURES
from .models import Milestone, Plan, Target, Task
from .months import months_between
from .services import Carried, month_to_report, next_title, refuse_silent_move, usual_quarters
from .words import due_date, tidy

QUARTERS: Any = Milestone.quarter.field.choices


class DayInput(forms.DateInput):
    def __init__(self) -> None:
        super().__init__(attrs={"type": "date"}, format="%Y-%m-%d")


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
        _offer(self, "responsible", Organization.objects.visible_to(user).schools())


class PlanForm(forms.ModelForm):
    class Meta:
        model = Plan
        fields = ["title", "unit", "issuer", "year", "document_number", "reported_on"]
        widgets = {"reported_on": DayInput()}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = Organization.objects.visible_to(user)
        _offer(self, "issuer", members.filter(kind=Organization.Kind.GOVERNMENT))

    def _get_validation_exclusions(self) -> set[str]:
        return super()._get_validation_exclusions() - {"consortium"}  # type: ignore[misc]  # checks uniqueness


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
        _offer(self, "responsible_organization", Organization.objects.visible_to(user).schools())

    def _get_validation_exclusions(self) -> set[str]:
        return super()._get_validation_exclusions() - {"plan"}  # type: ignore[misc]  # checks uniqueness


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
        _offer(self, "milestones", task.milestones.order_by("quarter"))
        self.fields["milestones"].label_from_instance = lambda row: (  # type: ignore[attr-defined]
            f"{row.get_quarter_display()} · {row.text}"
        )
        _offer(self, "targets", task.targets.order_by("pk"))
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


class CopyForm(forms.Form):
    """Which tasks go on next year, and in which quarter each milestone that is not finished stands then."""

    year = forms.IntegerField(label=_("Year"), min_value=2000, max_value=2100)
    title = forms.CharField(label=_("Title"), max_length=200)
    tasks = forms.ModelMultipleChoiceField(
        Task.objects.none(), label=_("Tasks"), widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(self, *args: Any, plan: Plan, carried: list[Carried], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "tasks", plan.tasks.order_by("number"))
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
        _offer(self, "milestones", milestones)
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


def _offer(form: forms.BaseForm, name: str, rows: Any) -> None:
    form.fields[name].queryset = rows  # type: ignore[attr-defined]


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
        _offer(self, "plan", Plan.objects.visible_to(user).order_by("-year", "unit"))
        _offer(self, "responsible", Organization.objects.visible_to(user).schools())
        self.initial["goal"], self.initial["due"] = source.task_text, source.task_due
