from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consortium.forms.personal import BasisForm
from consortium.models import Organization

from ..models import Enrollment, InnovationClass


class DiscloseForm(BasisForm):
    recipient = forms.ModelChoiceField(label=gettext_lazy("Given to"), queryset=Organization.objects.none())
    enrollments = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Students"),
        queryset=Enrollment.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "The enterprise's mentors of this class see name, sex and major until the student leaves it."
        ),
    )
    field_order = ["recipient", "enrollments", "basis", "reason"]

    def __init__(self, *args: Any, innovation_class: InnovationClass, **kwargs: Any):
        super().__init__(*args, **kwargs)
        zone, today = innovation_class.zone, timezone.localdate()
        enrollments, recipient = self.fields["enrollments"], self.fields["recipient"]
        recipient.queryset = zone.partners.distinct().order_by("name")  # type: ignore[attr-defined]
        places = innovation_class.enrollments.open().select_related("student").order_by("student__number")
        enrollments.queryset = places  # type: ignore[attr-defined]
        enrollments.label_from_instance = lambda place: (  # type: ignore[attr-defined]
            _("%(student)s, a minor") % {"student": place.student}
            if place.student.is_minor(today)
            else str(place.student)
        )
