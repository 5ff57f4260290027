from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from consortium.forms.fields import DayInput
from consortium.models import User

from ..models import Activity, Project, ProjectMember, ProjectModule


class ModuleField(forms.ModelChoiceField):
    def label_from_instance(self, module: ProjectModule) -> str:
        return f"{module.project} · {module}"


class HourForm(forms.Form):
    project = forms.ModelChoiceField(label=_("Project"), queryset=Project.objects.none())
    person = forms.ModelChoiceField(label=_("Person"), queryset=User.objects.none())
    date = forms.DateField(label=_("Date"), widget=DayInput())
    hours = forms.DecimalField(
        label=_("Hours"),
        help_text=_("In quarter hours, at most 24 for a person and day over all projects."),
        widget=forms.NumberInput(attrs={"step": "0.25", "inputmode": "decimal"}),
    )
    activity = forms.ChoiceField(label=_("Activity"), choices=Activity)
    module = ModuleField(
        label=_("Module"),
        queryset=ProjectModule.objects.none(),
        required=False,
        help_text=_("Empty when the work belongs to the project as a whole."),
    )
    note = forms.CharField(label=_("Note"), required=False, max_length=300)

    def __init__(self, *args: Any, user: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        places = ProjectMember.objects.loggable_by(user)
        projects = Project.objects.filter(pk__in=places.values("project")).order_by("name")
        people = User.objects.filter(pk__in=places.values("person")).order_by("name", "pk")
        modules = ProjectModule.objects.filter(project__in=projects).select_related("project")
        self.fields["module"].queryset = modules.order_by("project__name", "number")  # type: ignore[attr-defined]
        self.fields["project"].queryset = projects  # type: ignore[attr-defined]
        self.fields["person"].queryset = people  # type: ignore[attr-defined]


class CorrectionForm(forms.Form):
    hours = forms.DecimalField(
        label=_("Right figure"),
        help_text=_("What should stand there, 0 when nothing was worked. The difference is computed."),
        widget=forms.NumberInput(attrs={"step": "0.25", "inputmode": "decimal", "min": "0"}),
    )
    reason = forms.CharField(label=_("What was wrong"), max_length=300)
