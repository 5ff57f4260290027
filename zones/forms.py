"""Forms of the zones. What one may choose is what one sees; the rules of rows are the services' and the models'."""

from typing import Any

from django import forms
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from consortium.models import Affiliation, Department, Organization, User

from .filters import date_input
from .models import (
    Activity,
    InnovationClass,
    Project,
    ProjectMember,
    ProjectModule,
    Side,
    Student,
    Zone,
    ZonePartner,
)


class RowForm(forms.ModelForm):
    """Checks what was typed; the constraints of the row are checked by the service, which knows the whole row."""

    def validate_unique(self) -> None: ...

    def validate_constraints(self) -> None: ...


def people_of(*organizations: Any) -> Any:
    """The people who act for one of the organizations now, by name, with ``works_at``."""
    places = Affiliation.objects.in_force().filter(organization__in=organizations)
    works_at = places.filter(user=OuterRef("pk")).order_by("pk").values("organization__name")[:1]
    people = User.objects.filter(pk__in=places.values("user")).order_by("name", "pk")
    return people.annotate(works_at=Subquery(works_at))


class ZoneForm(RowForm):
    class Meta:
        model = Zone
        fields = ["name", "code", "department", "form", "on_campus", "established_on", "head", "charter"]
        widgets = {"established_on": date_input(), "charter": forms.Textarea(attrs={"rows": 8})}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        college = self.instance.college_id
        self.fields["department"].queryset = Department.objects.filter(organization=college)  # type: ignore[attr-defined]
        self.fields["head"].queryset = people_of(college)  # type: ignore[attr-defined]


class PartnerForm(forms.ModelForm):
    class Meta:
        model = ZonePartner
        fields = ["enterprise", "role", "since"]
        widgets = {"since": date_input()}

    def __init__(self, *args: Any, zone: Zone, user: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        rows = Organization.objects.visible_to(user).enterprises().exclude(partnerships__zone=zone)
        self.fields["enterprise"].queryset = rows  # type: ignore[attr-defined]


class EndForm(forms.Form):
    on = forms.DateField(label=_("Last day"), widget=date_input())


class ClassForm(RowForm):
    class Meta:
        model = InnovationClass
        fields = ["zone", "name", "code", "year", "places"]

    def __init__(self, *args: Any, user: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["zone"]  # a class does not move to another zone
        else:
            self.fields["zone"].queryset = Zone.objects.visible_to(user).order_by("code")  # type: ignore[attr-defined]


class MentorForm(forms.Form):
    side = forms.ChoiceField(label=_("Side"), choices=Side)
    person = forms.ModelChoiceField(label=_("Mentor"), queryset=User.objects.none())

    def __init__(self, *args: Any, zone: Zone, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = people_of(zone.college_id, *zone.partners.all())  # type: ignore[attr-defined]
        self.fields["person"].label_from_instance = _person_and_organization  # type: ignore[attr-defined]


class PlaceForm(forms.Form):
    on = forms.DateField(label=_("Placed on"), widget=date_input())
    students = forms.ModelMultipleChoiceField(
        label=_("Students"),
        queryset=Student.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Second year and at least 16 years old on the day; all chosen are placed, or none."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["students"].queryset = Student.objects.visible_to(user).not_placed()  # type: ignore[attr-defined]


class StudentForm(RowForm):
    class Meta:
        model = Student
        fields = ["number", "name", "sex", "birth_date", "major", "home_class", "entered_on"]
        widgets = {"birth_date": date_input(), "entered_on": date_input()}


class ProjectForm(RowForm):
    class Meta:
        model = Project
        fields = ["zone", "enterprise", "name", "code", "description", "starts_on", "ends_on", "planned_hours"]
        widgets = {
            "starts_on": date_input(),
            "ends_on": date_input(),
            "description": forms.Textarea(attrs={"rows": 4}),
        }

    def __init__(self, *args: Any, user: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        zones = Zone.objects.visible_to(user)
        self.fields["zone"].queryset = zones.order_by("code")  # type: ignore[attr-defined]
        rows = Organization.objects.visible_to(user).filter(partnerships__zone__in=zones).distinct()
        self.fields["enterprise"].queryset = rows  # type: ignore[attr-defined]
        if self.instance.pk:
            del self.fields["zone"], self.fields["enterprise"]  # hours hang on both


class ModuleForm(RowForm):
    class Meta:
        model = ProjectModule
        fields = ["number", "name", "acceptance_standard", "planned_hours"]
        widgets = {"acceptance_standard": forms.Textarea(attrs={"rows": 3})}


class MemberForm(RowForm):
    class Meta:
        model = ProjectMember
        fields = ["person", "activity", "since", "until"]
        widgets = {"since": date_input(), "until": date_input()}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        project = self.instance.project
        people = people_of(project.zone.college_id, project.enterprise_id).exclude(project_places__project=project)
        self.fields["person"].queryset = people  # type: ignore[attr-defined]
        self.fields["person"].label_from_instance = _person_and_organization  # type: ignore[attr-defined]


class HourForm(forms.Form):
    project = forms.ModelChoiceField(label=_("Project"), queryset=Project.objects.none())
    person = forms.ModelChoiceField(label=_("Person"), queryset=User.objects.none())
    date = forms.DateField(label=_("Date"), widget=date_input())
    hours = forms.DecimalField(
        label=_("Hours"),
        help_text=_("In quarter hours, at most 24 for a person and day over all projects."),
        widget=forms.NumberInput(attrs={"step": "0.25", "inputmode": "decimal"}),
    )
    activity = forms.ChoiceField(label=_("Activity"), choices=Activity)
    note = forms.CharField(label=_("Note"), required=False, max_length=300)

    def __init__(self, *args: Any, user: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        places = ProjectMember.objects.loggable_by(user)
        projects = Project.objects.filter(pk__in=places.values("project")).order_by("name")
        people = User.objects.filter(pk__in=places.values("person")).order_by("name", "pk")
        self.fields["project"].queryset = projects  # type: ignore[attr-defined]
        self.fields["person"].queryset = people  # type: ignore[attr-defined]


class CorrectionForm(forms.Form):
    hours = forms.DecimalField(
        label=_("Right figure"),
        help_text=_("What should stand there, 0 when nothing was worked. The difference is computed."),
        widget=forms.NumberInput(attrs={"step": "0.25", "inputmode": "decimal", "min": "0"}),
    )
    reason = forms.CharField(label=_("What was wrong"), max_length=300)


def _person_and_organization(person: Any) -> str:
    return f"{person} · {person.works_at}"
