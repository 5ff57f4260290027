from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from consortium.forms.fields import DayInput
from consortium.models import User

from ..models import InnovationClass, Side, Student, Zone
from .rows import RowForm, people_of, person_and_organization


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
        self.fields["person"].label_from_instance = person_and_organization  # type: ignore[attr-defined]


class PlaceForm(forms.Form):
    on = forms.DateField(label=_("Placed on"), widget=DayInput())
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
        widgets = {"birth_date": DayInput(), "entered_on": DayInput()}
