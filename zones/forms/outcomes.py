"""Forms of outcomes and of the college's credit conversion."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from consortium.forms.fields import DayInput
from consortium.models import Organization, User

from ..models import RANKS, CreditRule, CreditTable, Outcome, OutcomeKind, Student
from .rows import RowForm


def ranks(empty: Any) -> list[Any]:
    """The ranks grouped by the kind to which they belong."""
    groups = [(OutcomeKind(kind).label, [(rank.value, rank.label) for rank in found]) for kind, found in RANKS.items()]
    return [("", empty), *groups]


def describe(outcome: Outcome) -> str:
    parts = [outcome.title, outcome.get_level_display(), outcome.get_rank_display(), outcome.date.isoformat()]
    return " · ".join(str(part) for part in parts if part)


class OutcomeForm(RowForm):
    """The zone, and the class where there is one, stand before the form is shown: whoever can have earned it hangs on
    them. Teachers are the zone's mentors and those on its projects."""

    students = forms.ModelMultipleChoiceField(
        label=_("Students"), queryset=Student.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    teachers = forms.ModelMultipleChoiceField(
        label=_("Teachers"), queryset=User.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Outcome
        fields = ["kind", "title", "level", "rank", "date", "is_representative", "enterprise", "same_as", "note"]
        widgets = {"date": DayInput()}

    field_order = ["kind", "title", "level", "rank", "date", "is_representative", "students", "teachers"]

    def __init__(self, *args: Any, user: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        outcome, zone = self.instance, self.instance.zone
        students = Student.objects.visible_to(user)
        if outcome.innovation_class_id:
            students = students.filter(enrollments__innovation_class=outcome.innovation_class_id)
        else:
            students = students.filter(enrollments__innovation_class__zone=zone)
        of_zone = Q(mentored_classes__innovation_class__zone=zone) | Q(project_places__project__zone=zone)
        teachers = User.objects.filter(of_zone | Q(headed_zones=zone))
        alike = Outcome.objects.visible_to(user).filter(zone=zone, same_as=None).exclude(pk=outcome.pk)
        self.fields["students"].queryset = students.distinct()  # type: ignore[attr-defined]
        self.fields["teachers"].queryset = teachers.distinct().order_by("name", "pk")  # type: ignore[attr-defined]
        self.fields["same_as"].queryset = alike.order_by("-date", "-pk")  # type: ignore[attr-defined]
        self.fields["same_as"].label_from_instance = describe  # type: ignore[attr-defined]
        partners = Organization.objects.visible_to(user).filter(partnerships__zone=zone).distinct()
        self.fields["enterprise"].queryset = partners  # type: ignore[attr-defined]
        self.fields["rank"].choices = ranks("---------")  # type: ignore[attr-defined]
        if outcome.pk:
            self.initial["students"], self.initial["teachers"] = outcome.students.all(), outcome.teachers.all()


class CreditTableForm(RowForm):
    class Meta:
        model = CreditTable
        fields = ["yearly_cap"]


class CreditRuleForm(RowForm):
    class Meta:
        model = CreditRule
        fields = ["kind", "level", "rank", "course", "credits"]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for name in ("level", "rank"):
            self.fields[name].help_text = _("Empty: any.")
        self.fields["rank"].choices = ranks("---------")  # type: ignore[attr-defined]


class ConvertForm(forms.Form):
    course = forms.CharField(label=_("Course"), max_length=60)
