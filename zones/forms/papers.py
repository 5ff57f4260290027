from typing import Any

from django import forms

from consortium.forms.fields import DayInput
from consortium.models import Organization, User

from ..models import ApprenticeAgreement, GuardianConsent, Insurance
from .rows import RowForm


class AgreementForm(RowForm):
    class Meta:
        model = ApprenticeAgreement
        fields = ["enterprise", "number", "starts_on", "ends_on"]
        widgets = {"starts_on": DayInput(), "ends_on": DayInput()}

    def __init__(self, *args: Any, user: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        members = Organization.objects.visible_to(user).enterprises().order_by("name")
        self.fields["enterprise"].queryset = members  # type: ignore[attr-defined]


class InsuranceForm(RowForm):
    class Meta:
        model = Insurance
        fields = ["kind", "insurer", "policy_number", "starts_on", "ends_on"]
        widgets = {"starts_on": DayInput(), "ends_on": DayInput()}

    def __init__(self, *args: Any, user: User, **kwargs: Any):
        super().__init__(*args, **kwargs)


class ConsentForm(RowForm):
    class Meta:
        model = GuardianConsent
        fields = ["guardian_name", "guardian_phone", "given_on"]
        widgets = {"given_on": DayInput(), "guardian_phone": forms.TextInput(attrs={"type": "tel"})}

    def __init__(self, *args: Any, user: User, **kwargs: Any):
        super().__init__(*args, **kwargs)


PAPER_FORMS: dict[str, Any] = {
    ApprenticeAgreement.THING: AgreementForm,
    Insurance.THING: InsuranceForm,
    GuardianConsent.THING: ConsentForm,
}
