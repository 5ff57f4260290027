from datetime import date

import django_filters
from django import forms
from django.core.validators import RegexValidator
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from consortium.filters import VisibleFilter
from consortium.forms.fields import DayInput

from ..models import Activity, HourEntry
from ..services.months import last_of_month
from .choices import enterprises, projects, workers, zones

MONTH = r"^[12]\d{3}-(0[1-9]|1[0-2])\Z"


class HourFilter(django_filters.FilterSet):
    zone = VisibleFilter(label=_("Zone"), field_name="project__zone", queryset=zones)
    project = VisibleFilter(label=_("Project"), queryset=projects)
    enterprise = VisibleFilter(label=_("Enterprise"), field_name="project__enterprise", queryset=enterprises)
    organization = VisibleFilter(label=_("Enterprise whose people worked"), queryset=enterprises)
    person = VisibleFilter(label=_("Person"), queryset=workers)
    activity = django_filters.ChoiceFilter(label=_("Activity"), choices=Activity)
    status = django_filters.ChoiceFilter(label=_("State"), choices=HourEntry.Status)
    month = django_filters.CharFilter(
        label=_("Month"),
        method="in_month",
        validators=[RegexValidator(MONTH, _("Give the month as 2026-05."))],
        widget=forms.TextInput(attrs={"type": "month"}),
    )
    date_after = django_filters.DateFilter(label=_("From day"), field_name="date", lookup_expr="gte", widget=DayInput())
    date_before = django_filters.DateFilter(label=_("To day"), field_name="date", lookup_expr="lte", widget=DayInput())

    class Meta:
        model = HourEntry
        fields: list[str] = []

    def in_month(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        first = date.fromisoformat(f"{value}-01")
        return rows.filter(date__range=(first, last_of_month(first)))


class CountersignFilter(HourFilter):
    """Of what waits to be countersigned; the other filters find nothing that these do not."""

    zone = enterprise = organization = activity = status = date_after = date_before = None  # type: ignore[assignment]
