"""One form for each register. Who is named, and whose zones, is what the person who records may choose."""

from typing import Any

from django import forms

from consortium.forms.fields import DayInput
from consortium.models import Organization, User

from ..models import (
    Contribution,
    Fund,
    Hire,
    PartTimeTeacher,
    ResearchProject,
    StaffTraining,
    Student,
    TeacherPlacement,
    TeachingResource,
    TechnicalService,
    Zone,
)
from .rows import RowForm, people_of, person_and_organization

DAYS = {"date": DayInput(), "ends_on": DayInput()}


class RegisterForm(RowForm):
    """An enterprise records what names itself; a college chooses among the partners of its zones."""

    def __init__(self, *args: Any, user: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        own = user.affiliation.organization
        zones = Zone.objects.visible_to(user).order_by("code")
        enterprises = Organization.objects.visible_to(user).filter(partnerships__zone__in=zones).distinct()
        if not own.is_enterprise:
            zones = zones.filter(college=own)  # a mentor may teach elsewhere too, and records here
        if self.instance.pk:
            del self.fields["zone"]  # a record does not move to another zone
            enterprises = enterprises.filter(partnerships__zone=self.instance.zone)
        else:
            self.fields["zone"].queryset = zones  # type: ignore[attr-defined]
        if own.is_enterprise:
            del self.fields["enterprise"]
            self.instance.enterprise = own
        else:
            self.fields["enterprise"].queryset = enterprises  # type: ignore[attr-defined]
        if "teacher" in self.fields:
            of_own = own.is_enterprise or isinstance(self.instance, TeacherPlacement)
            people = people_of(own) if of_own else people_of(*enterprises)
            self.fields["teacher"].queryset = people  # type: ignore[attr-defined]
            self.fields["teacher"].label_from_instance = person_and_organization  # type: ignore[attr-defined]


class TeachingResourceForm(RegisterForm):
    class Meta:
        model = TeachingResource
        fields = ["zone", "kind", "title", "quantity", "date", "enterprise", "note"]
        widgets = DAYS


class TechnicalServiceForm(RegisterForm):
    class Meta:
        model = TechnicalService
        fields = [
            "zone",
            "enterprise",
            "title",
            "contract_number",
            "date",
            "contract_amount",
            "amount_received",
            "value_created",
            "note",
        ]
        widgets = DAYS


class ResearchProjectForm(RegisterForm):
    class Meta:
        model = ResearchProject
        fields = ["zone", "title", "number", "kind", "level", "enterprise", "date", "ends_on", "funding", "note"]
        widgets = DAYS


class StaffTrainingForm(RegisterForm):
    class Meta:
        model = StaffTraining
        fields = ["zone", "enterprise", "title", "date", "ends_on", "people", "hours", "note"]
        widgets = DAYS


class TeacherPlacementForm(RegisterForm):
    class Meta:
        model = TeacherPlacement
        fields = ["zone", "teacher", "enterprise", "post", "date", "ends_on", "days", "note"]
        widgets = DAYS


class PartTimeTeacherForm(RegisterForm):
    class Meta:
        model = PartTimeTeacher
        fields = ["zone", "enterprise", "teacher", "course", "date", "ends_on", "hours", "note"]
        widgets = DAYS


class FundForm(RegisterForm):
    class Meta:
        model = Fund
        fields = ["zone", "title", "purpose", "source", "enterprise", "date", "budget", "spent", "note"]
        widgets = DAYS


class ContributionForm(RegisterForm):
    class Meta:
        model = Contribution
        fields = ["zone", "enterprise", "kind", "title", "date", "amount", "quantity", "qualifies", "note"]
        widgets = DAYS


class HireForm(RegisterForm):
    """Students of the college who have or had a place in a class; whom it is about stays."""

    class Meta:
        model = Hire
        fields = ["zone", "student", "enterprise", "post", "date", "note"]
        widgets = DAYS

    def __init__(self, *args: Any, user: User, **kwargs: Any):
        super().__init__(*args, user=user, **kwargs)
        if self.instance.pk:
            del self.fields["student"]
        else:
            students = Student.objects.visible_to(user).exclude(enrollments=None).distinct().order_by("number", "pk")
            self.fields["student"].queryset = students  # type: ignore[attr-defined]


FORMS: dict[str, type[RegisterForm]] = {
    "teaching_resource": TeachingResourceForm,
    "technical_service": TechnicalServiceForm,
    "research_project": ResearchProjectForm,
    "staff_training": StaffTrainingForm,
    "teacher_placement": TeacherPlacementForm,
    "part_time_teacher": PartTimeTeacherForm,
    "fund": FundForm,
    "contribution": ContributionForm,
    "hire": HireForm,
}


class WhyForm(forms.Form):
    """The reason for a step back."""

    def __init__(self, *args: Any, label: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["reason"] = forms.CharField(label=label, max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
