"""Forms of recruiting. Points and criteria are typed into tables, which read their fields here."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consortium.forms.exports import ReasonForm
from consortium.forms.fields import DayInput
from consortium.models import User

from ..models import Application, InnovationClass, Student

CRITERIA = 6


class CriteriaForm(forms.Form):
    """Up to six criteria, each a name and a weight; empty lines are left out."""

    def __init__(self, *args: Any, innovation_class: InnovationClass, **kwargs: Any):
        super().__init__(*args, **kwargs)
        stored = list(innovation_class.criteria.all())
        for number in range(1, CRITERIA + 1):
            row = stored[number - 1] if number <= len(stored) else None
            words = {"n": number}
            self.fields[f"name_{number}"] = forms.CharField(
                label=_("Criterion %(n)d") % words, max_length=60, required=False, initial=row and row.name
            )
            self.fields[f"weight_{number}"] = forms.DecimalField(
                label=_("Weight %(n)d, per cent") % words, max_digits=5, decimal_places=2, required=False,
                min_value=Decimal("0.01"), max_value=100, initial=row and f"{row.weight.normalize():f}",
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self.rows: list[tuple[str, Decimal]] = []
        for number in range(1, CRITERIA + 1):
            name, weight = data.get(f"name_{number}"), data.get(f"weight_{number}")
            if name and weight is not None:
                self.rows.append((name, weight))
            elif (name or weight is not None) and f"weight_{number}" not in self.errors:
                self.add_error(f"name_{number}", _("A criterion has a name and a weight."))
        return data


class ApplicationForm(forms.Form):
    student = forms.ModelChoiceField(label=gettext_lazy("Student"), queryset=Student.objects.none())
    on = forms.DateField(label=gettext_lazy("Applied on"), widget=DayInput(), initial=timezone.localdate)

    def __init__(self, *args: Any, user: User, innovation_class: InnovationClass, **kwargs: Any):
        super().__init__(*args, **kwargs)
        applied = innovation_class.applications.values("student")
        students = Student.objects.visible_to(user).not_placed().filter(erased_at=None).exclude(pk__in=applied)
        self.fields["student"].queryset = students  # type: ignore[attr-defined]


class PasteForm(forms.Form):
    on = forms.DateField(label=gettext_lazy("Applied on"), widget=DayInput(), initial=timezone.localdate)
    lines = forms.CharField(
        label=gettext_lazy("Applicants"),
        strip=False,
        max_length=100_000,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "Copy the rows out of Excel: student number, name, sex, date of birth, major, home class, date of entry. "
            "Of registered students number and name suffice."
        ),
    )


class EndApplicationForm(ReasonForm):
    to = forms.ChoiceField(
        label=gettext_lazy("What happened"),
        choices=[
            (Application.Status.DECLINED, gettext_lazy("The student declines")),
            (Application.Status.WITHDRAWN, gettext_lazy("The college withdraws it")),
        ],
        widget=forms.RadioSelect,
    )
    field_order = ["to", "reason"]


class TieForm(ReasonForm):
    """The order among applicants who are equal in everything: a number for each."""

    def __init__(self, *args: Any, applications: list[Application], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.applications = applications
        choices = [(number, str(number)) for number in range(1, len(applications) + 1)]
        for row in applications:
            self.fields[f"order_{row.pk}"] = forms.TypedChoiceField(
                label=str(row.student), choices=[("", "–"), *choices], coerce=int
            )
        self.order_fields([f"order_{row.pk}" for row in applications])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        orders = {row.pk: data.get(f"order_{row.pk}") for row in self.applications}
        if None not in orders.values() and len(set(orders.values())) != len(orders):
            raise ValidationError(_("Give every applicant another number."))
        return data

    def ordered(self) -> list[Application]:
        return sorted(self.applications, key=lambda row: self.cleaned_data[f"order_{row.pk}"])


def number_of(text: str) -> Decimal | None:
    """Points as typed, full-width digits too; None for nothing. Raises InvalidOperation for what is no number."""
    text = text.strip()
    if not text:
        return None
    value = Decimal(text)
    if not value.is_finite():
        raise InvalidOperation
    return value


def typed_points(post: Mapping[str, Any]) -> tuple[list[tuple[int, int, Decimal | None, Decimal | None]], dict]:
    """The cells of a table: (application, criterion, what stood there, what was typed), and what is wrong by cell."""
    found, wrong = [], {}
    for name, text in post.items():
        kind, *numbers = name.split("-")
        if kind != "p" or len(numbers) != 2 or not all(number.isdecimal() for number in numbers):
            continue
        key = (int(numbers[0]), int(numbers[1]))
        try:
            found.append((*key, number_of(post.get(f"was-{key[0]}-{key[1]}", "")), number_of(text)))
        except InvalidOperation:
            wrong[key] = _("Points are from 0 to 100 with at most two decimals.")
    return found, wrong
