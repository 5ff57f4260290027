from typing import Any

from django import forms

from consortium.forms.fields import DayInput
from consortium.models import Organization, User

from ..models import Project, ProjectMember, ProjectModule, Zone
from .rows import RowForm, people_of, person_and_organization


class ProjectForm(RowForm):
    class Meta:
        model = Project
        fields = ["zone", "enterprise", "name", "code", "description", "starts_on", "ends_on", "planned_hours"]
        widgets = {
            "starts_on": DayInput(),
            "ends_on": DayInput(),
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
        widgets = {"since": DayInput(), "until": DayInput()}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        project = self.instance.project
        people = people_of(project.zone.college_id, project.enterprise_id).exclude(project_places__project=project)
        self.fields["person"].queryset = people  # type: ignore[attr-defined]
        self.fields["person"].label_from_instance = person_and_organization  # type: ignore[attr-defined]
