from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from ..models import Agreement, AgreementParty, Clause, Duty, JointWork, Organization, Ownership, User
from .fields import DayInput
from .members import MemberField

JOINTLY = "jointly"


class AgreementForm(forms.ModelForm):
    works = forms.MultipleChoiceField(
        label=_("Joint works that it covers"),
        choices=JointWork.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Agreement
        fields = ["title", "number", "type", "starts_on", "ends_on"]
        widgets = {"starts_on": DayInput(), "ends_on": DayInput()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["works"] = [row.work for row in self.instance.works.all()]


class NewAgreementForm(AgreementForm):
    """With the first parties, in the order of the paper."""

    first = MemberField(label=_("Party A"))
    second = MemberField(label=_("Party B"))
    third = MemberField(label=_("Party C"), required=False)
    field_order = ["title", "number", "type", "first", "second", "third", "starts_on", "ends_on", "works"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("first", "second", "third"):
            self.fields[name].user = user  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        chosen = [party for party in self.parties(data) if party]
        if len(set(chosen)) < len(chosen):
            raise ValidationError(_("The same member stands there twice."))
        return data

    def parties(self, data: dict[str, Any] | None = None) -> list[Organization]:
        data = self.cleaned_data if data is None else data
        return [data[name] for name in ("first", "second", "third") if data.get(name)]


class PartyForm(forms.ModelForm):
    class Meta:
        model = AgreementParty
        fields = ["signatory", "signatory_post"]


class NewPartyForm(PartyForm):
    organization = MemberField(label=_("Organization"))
    field_order = ["organization", "signatory", "signatory_post"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organization"].user = user  # type: ignore[attr-defined]

    def _post_clean(self) -> None:
        self.instance.organization = self.cleaned_data.get("organization") or Organization()
        super()._post_clean()  # type: ignore[misc]


class ClauseForm(forms.Form):
    """One of the four clauses: its figures, its words, or the reason why it is not needed."""

    terms = forms.CharField(label=_("In words"), required=False, widget=forms.Textarea(attrs={"rows": 4}))
    excluded = forms.CharField(
        label=_("Or: why this agreement does not need it"),
        required=False,
        max_length=200,
        help_text=_("An empty clause counts as missing and is named on the agreement."),
    )

    def __init__(self, *args: Any, agreement: Agreement, clause: Clause, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.agreement, self.clause = agreement, clause
        self.parties = {party.pk: party for party in agreement.parties.all()}
        for name in ("terms", "excluded"):
            self.initial[name] = getattr(agreement, f"{clause.value}_{name}")
        getattr(self, f"_add_{clause.value}")()
        self.order_fields([name for name in self.fields if name not in ("terms", "excluded")])

    def _add_shares(self, name: str) -> None:
        for party in self.parties.values():
            self.fields[f"share_{party.pk}"] = forms.DecimalField(
                label=_("%(party)s (%%)") % {"party": party}, required=False, min_value=0, max_value=100,
                decimal_places=2, initial=getattr(party, name),
            )  # fmt: skip

    def _add_cost(self) -> None:
        self._add_shares("cost_percent")

    def _add_transfer(self) -> None:
        self._add_shares("transfer_percent")

    def _add_ip(self) -> None:
        owned = {row.result: str(row.owner_id or JOINTLY) for row in self.agreement.ownerships.all()}
        choices: list[tuple[str, Any]] = [("", _("Not said yet")), (JOINTLY, _("All parties together"))]
        choices += [(str(pk), str(party)) for pk, party in self.parties.items()]
        for result in Ownership.Result:
            self.fields[f"owner_of_{result.value}"] = forms.ChoiceField(
                label=result.label, required=False, choices=choices, initial=owned.get(result.value, "")
            )

    def _add_secrecy(self) -> None:
        field: Any = Agreement._meta.get_field("secrecy_months").formfield(required=False)
        field.initial = self.agreement.secrecy_months
        self.fields["secrecy_months"] = field
        self.fields["terms"].label = _("What is confidential")

    @property
    def shares(self) -> dict[int, Decimal | None]:
        return {pk: self.cleaned_data.get(f"share_{pk}") for pk in self.parties}

    @property
    def owners(self) -> dict[str, AgreementParty | None]:
        chosen = {result.value: self.cleaned_data[f"owner_of_{result.value}"] for result in Ownership.Result}
        return {
            result: None if value == JOINTLY else self.parties[int(value)] for result, value in chosen.items() if value
        }


class SignForm(forms.Form):
    signed_on = forms.DateField(label=_("Signed on"), widget=DayInput())


class TerminateForm(forms.Form):
    ended_on = forms.DateField(label=_("Ends on"), widget=DayInput())
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class ReturnForm(forms.Form):
    reason = forms.CharField(
        label=_("What has to be changed"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )


class FollowForm(forms.Form):
    change = forms.ChoiceField(
        label=_("What changes"),
        choices=[
            (Agreement.Change.RENEWAL, _("Renewal: it goes on after its end")),
            (Agreement.Change.AMENDMENT, _("Amendment: something in it changes before its end")),
        ],
        widget=forms.RadioSelect,
    )


class DutyForm(forms.ModelForm):
    class Meta:
        model = Duty
        fields = ["party", "text", "due"]
        widgets = {"due": DayInput()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["party"]
        field.queryset = AgreementParty.objects.filter(agreement=self.instance.agreement).select_related("organization")


class DoneForm(forms.Form):
    done_on = forms.DateField(label=_("Done on"), widget=DayInput())
    done_note = forms.CharField(
        label=_("What was done"), max_length=300, help_text=_("Proofs are handed in at the agreement's files.")
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["done_on"] = today


class ReopenForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=300)
